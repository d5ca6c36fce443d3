// biome-ignore-all lint/a11y/useSemanticElements: a virtualised grid cannot be made of table elements
import { useQueries } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useRef } from 'react';
import type { Lead, Sort } from '../api.ts';
import { LEADS_PAGE, type LeadFilter, leadsQuery } from '../queries.ts';
import { useWaiting } from '../triage.ts';
import { useWords } from '../words.ts';
import { LeadsHead } from './leads-head.tsx';
import { LeadRow } from './leads-row.tsx';
import { useRovingRows } from './roving-rows.ts';
import { Triage } from './triage.tsx';

/** In pixels; below stands the bar of keys. */
const SIZES = { row: 52, card: 156, below: 64 };

/** The queue: a grid whose rows are asked for page by page as they come into sight. */
export function LeadsGrid(props: { filter: LeadFilter; total: number; sortBy: (sort: Sort) => void }) {
  const { t } = useWords();
  const navigate = useNavigate();
  const going = new Set(useWaiting().map(({ lead }) => lead.id));
  const { filter, total } = props;
  const { items, body, active, activate, open } = useRovingRows({
    ...{ total, sizes: SIZES, place: `leads ${JSON.stringify(filter)}` },
    open: (index) => {
      const lead = rows.get(index);
      if (lead !== undefined) void navigate({ to: '/leads/$id', params: { id: lead.id } });
    },
  });
  const rows = useRowsOf(
    filter,
    items.map(({ index }) => index),
  );
  // The same function at each render, or every row would be drawn anew.
  const opener = useRef(open);
  opener.current = open;
  const openRow = useCallback((index: number) => opener.current(index), []);
  return (
    <>
      <div className="leads" role="grid" aria-label={t('leads.grid')} aria-rowcount={total + 1} aria-colcount={8}>
        <LeadsHead sort={filter.sort} sortBy={props.sortBy} />
        <div className="leads-body" role="rowgroup" {...body}>
          {items.map(({ index, top, height }) => (
            <LeadRow
              key={index}
              lead={rows.get(index)}
              {...{ index, top, height, activate }}
              active={index === active}
              going={going.has(rows.get(index)?.id ?? '')}
              open={openRow}
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
