// biome-ignore-all lint/a11y/useSemanticElements: a virtualised grid cannot be made of table elements
import { useQueries } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { defaultRangeExtractor, useWindowVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Lead, Sort } from '../api.ts';
import { useKeys } from '../keys.ts';
import { LEADS_PAGE, type LeadFilter, leadsQuery } from '../queries.ts';
import { useWaiting } from '../triage.ts';
import { useWords } from '../words.ts';
import { LeadsHead } from './leads-head.tsx';
import { LeadRow } from './leads-row.tsx';
import { Triage } from './triage.tsx';
import { useMedia } from './use-media.ts';

const ROW = 52;
const CARD = 156;
/** Between two cards. */
const CARD_GAP = 8;

/** Where one was in which queue, so that coming back from a lead lands on the same row. */
const places = new Map<string, number>();

/**
 * A grid whose rows are the stops of the keyboard (roving focus). Only rows near the window are in the document;
 * the active row always is, so that focus never falls into nothing.
 */
export function LeadsGrid(props: { filter: LeadFilter; total: number; sortBy: (sort: Sort) => void }) {
  const { t } = useWords();
  const navigate = useNavigate();
  const going = new Set(useWaiting().map(({ lead }) => lead.id));
  const { filter, total } = props;
  const cards = useMedia('(max-width: 64rem)');
  const place = JSON.stringify(filter);
  const [active, setActive] = useState(() => Math.min(places.get(place) ?? 0, total - 1));
  const list = useRef<HTMLDivElement>(null);
  const [margin, setMargin] = useState(0);
  const wantsFocus = useRef(places.has(place));
  const activeRef = useRef(active);
  activeRef.current = active;

  const virtualizer = useWindowVirtualizer({
    count: total,
    estimateSize: () => (cards ? CARD : ROW),
    overscan: cards ? 6 : 10,
    scrollMargin: margin,
    scrollPaddingStart: cards ? 8 : 44,
    scrollPaddingEnd: 64,
    rangeExtractor: (range) => [...new Set([activeRef.current, ...defaultRangeExtractor(range)])].sort((a, b) => a - b),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: cards have another height than rows
  useLayoutEffect(() => {
    const top = list.current?.getBoundingClientRect().top ?? 0;
    setMargin(Math.round(top + window.scrollY));
    virtualizer.measure();
  }, [cards, virtualizer]);
  useEffect(() => {
    if (wantsFocus.current && margin > 0) virtualizer.scrollToIndex(activeRef.current, { align: 'center' });
  }, [margin, virtualizer]);

  const items = virtualizer.getVirtualItems();
  const rows = useRowsOf(
    filter,
    items.map(({ index }) => index),
  );

  /** A row that is not in the document yet gets the focus after the render that brings it. */
  const focusRow = (index: number) => {
    const row = list.current?.querySelector<HTMLElement>(`[data-index="${index}"]`);
    row?.focus({ preventScroll: true });
    wantsFocus.current = row == null;
  };
  useEffect(() => {
    places.delete(place);
  }, [place]);
  useEffect(() => {
    if (wantsFocus.current) focusRow(active);
  });

  const moveTo = (index: number) => {
    const next = Math.max(0, Math.min(total - 1, index));
    wantsFocus.current = true;
    setActive(next);
    virtualizer.scrollToIndex(next, { align: 'auto' });
    focusRow(next);
  };
  const open = useCallback(
    (lead: Lead) => {
      places.set(place, activeRef.current);
      void navigate({ to: '/leads/$id', params: { id: lead.id } });
    },
    [navigate, place],
  );
  const isIn = () => list.current?.contains(document.activeElement) ?? false;
  useKeys({
    j: () => moveTo(isIn() ? active + 1 : active),
    k: () => moveTo(isIn() ? active - 1 : active),
  });

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(window.innerHeight / (cards ? CARD : ROW)) - 2);
    const steps: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: total - 1,
    };
    const next = steps[event.key];
    const lead = rows.get(active);
    if (next !== undefined) moveTo(next);
    else if (event.key === 'Enter' && lead !== undefined) open(lead);
    else return;
    event.preventDefault();
  };

  return (
    <>
      <div className="leads" role="grid" aria-label={t('leads.grid')} aria-rowcount={total + 1} aria-colcount={8}>
        <LeadsHead sort={filter.sort} sortBy={props.sortBy} />
        <div
          className="leads-body"
          role="rowgroup"
          ref={list}
          style={{ height: virtualizer.getTotalSize() }}
          onKeyDown={onKeyDown}
        >
          {items.map(({ index, start, size }) => (
            <LeadRow
              key={index}
              index={index}
              lead={rows.get(index)}
              top={start - margin}
              height={cards ? size - CARD_GAP : size}
              active={index === active}
              going={going.has(rows.get(index)?.id ?? '')}
              activate={setActive}
              open={open}
            />
          ))}
        </div>
      </div>
      <Triage bar lead={rows.get(active)} />
    </>
  );
}

/** The leads at some places of the queue: asks for the pages they lie in. A place that is still on its way is missing. */
function useRowsOf(filter: LeadFilter, indexes: number[]): Map<number, Lead> {
  const pages = [...new Set(indexes.map((index) => Math.floor(index / LEADS_PAGE)))];
  const answers = useQueries({ queries: pages.map((page) => leadsQuery(filter, page)) });
  const byPage = new Map(pages.map((page, at) => [page, answers[at]?.data?.leads]));
  const rows = new Map<number, Lead>();
  for (const index of indexes) {
    const lead = byPage.get(Math.floor(index / LEADS_PAGE))?.[index % LEADS_PAGE];
    if (lead !== undefined) rows.set(index, lead);
  }
  return rows;
}
