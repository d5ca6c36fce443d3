import { defaultRangeExtractor, useWindowVirtualizer, type VirtualItem } from '@tanstack/react-virtual';
import { type KeyboardEvent, type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useKeys } from '../keys.ts';
import { useMedia } from './use-media.ts';

const CARD_GAP = 8;

/** Where one was in which list, so that coming back from a row lands on the same one. */
const places = new Map<string, number>();

export interface RovingRows {
  /** Narrow windows show cards instead of rows. */
  readonly cards: boolean;
  readonly active: number;
  readonly activate: (index: number) => void;
  /** The element that holds the rows, and what it needs. */
  readonly body: {
    readonly ref: RefObject<HTMLDivElement | null>;
    readonly style: { readonly height: number };
    readonly onKeyDown: (event: KeyboardEvent) => void;
  };
  /** The rows near the window: which, how far down, how high. Each has its index as data-index. */
  readonly items: readonly { readonly index: number; readonly top: number; readonly height: number }[];
  /** Opens a row and keeps the place for whoever comes back. */
  readonly open: (index: number) => void;
}

/**
 * Rows of a grid that are the stops of the keyboard (roving focus). Only those near the window are in the document; the
 * active one always is, so that focus never falls into nothing. `sizes` are heights in pixels, `below` what covers the
 * window's lower edge; `place` names the list.
 */
export function useRovingRows(options: {
  total: number;
  place: string;
  sizes: { row: number; card: number; below: number };
  open: (index: number) => void;
}): RovingRows {
  const { total, place, sizes } = options;
  const cards = useMedia('(max-width: 64rem)');
  const [active, setActive] = useState(() => Math.min(places.get(place) ?? 0, total - 1));
  const list = useRef<HTMLDivElement>(null);
  const wantsFocus = useRef(places.has(place));
  const activeRef = useRef(active);
  activeRef.current = active;
  const { margin, virtualizer } = useVirtualRows(list, { total, active, cards, sizes });
  useEffect(() => {
    if (wantsFocus.current && margin > 0) virtualizer.scrollToIndex(activeRef.current, { align: 'center' });
  }, [margin, virtualizer]);
  useEffect(() => {
    places.delete(place);
  }, [place]);

  /** A row that is not in the document yet gets the focus after the render that brings it. */
  const focusRow = (index: number) => {
    const row = list.current?.querySelector<HTMLElement>(`[data-index="${index}"]`);
    row?.focus({ preventScroll: true });
    wantsFocus.current = row == null;
  };
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
  const open = (index: number) => {
    places.set(place, index);
    options.open(index);
  };
  const isIn = () => list.current?.contains(document.activeElement) ?? false;
  useKeys({
    j: () => moveTo(isIn() ? active + 1 : active),
    k: () => moveTo(isIn() ? active - 1 : active),
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(window.innerHeight / (cards ? sizes.card : sizes.row)) - 2);
    const next = stepOf(event.key, { active, page, total });
    if (next !== undefined) moveTo(next);
    else if (event.key === 'Enter') open(active);
    else return;
    event.preventDefault();
  };
  return {
    cards,
    active,
    activate: setActive,
    open,
    body: { ref: list, style: { height: virtualizer.getTotalSize() }, onKeyDown },
    items: virtualizer.getVirtualItems().map(({ index, start, size }: VirtualItem) => ({
      index,
      top: start - margin,
      height: cards ? size - CARD_GAP : size,
    })),
  };
}

function useVirtualRows(
  list: RefObject<HTMLDivElement | null>,
  {
    total,
    active,
    cards,
    sizes,
  }: { total: number; active: number; cards: boolean; sizes: Parameters<typeof useRovingRows>[0]['sizes'] },
) {
  const [margin, setMargin] = useState(0);
  const virtualizer = useWindowVirtualizer({
    count: total,
    estimateSize: () => (cards ? sizes.card : sizes.row),
    overscan: cards ? 6 : 10,
    scrollMargin: margin,
    scrollPaddingStart: cards ? 8 : 44,
    scrollPaddingEnd: sizes.below,
    rangeExtractor: (range) => [...new Set([active, ...defaultRangeExtractor(range)])].sort((a, b) => a - b),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: cards have another height than rows
  useLayoutEffect(() => {
    const measure = () => setMargin(Math.round((list.current?.getBoundingClientRect().top ?? 0) + window.scrollY));
    measure();
    virtualizer.measure();
    // What stands above may still grow: a picture comes with an answer of its own.
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [cards, virtualizer]);
  return { margin, virtualizer };
}

/** Where a key leads from the active row; undefined for keys that lead nowhere. */
function stepOf(key: string, { active, page, total }: { active: number; page: number; total: number }) {
  const steps: Record<string, number> = {
    ArrowDown: active + 1,
    ArrowUp: active - 1,
    PageDown: active + page,
    PageUp: active - page,
    Home: 0,
    End: total - 1,
  };
  return steps[key];
}
