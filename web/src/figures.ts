import { queryOptions } from '@tanstack/react-query';
import { ask } from './api.ts';

/** How many; null is withheld, because it would be too few or would give away a number that is. */
export interface Figure {
  name: string;
  count: number | null;
  divisions?: { name: string; parts: Figure[] }[];
}
export interface Figures {
  /** A group below this is withheld. */
  least: number;
  months: { month: string; leads: Figure }[];
  cases: Figure | null;
  terms: { name: string; median_days: number | null }[];
}

export const figuresQuery = queryOptions({
  queryKey: ['figures'],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: ({ signal }) => ask<Figures>('/api/figures', { signal }),
});

export const partsOf = (figure: Figure | undefined, division: string): Figure[] =>
  figure?.divisions?.find(({ name }) => name === division)?.parts ?? [];
