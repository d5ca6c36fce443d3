/** What comes in line by line: the API's answers for whoever connects sources. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { ask } from './api.ts';

export interface Arrivals {
  source: string;
  reader: string;
  rows: number;
  quarantined: number;
  last_received: string;
}
export interface UnknownShape {
  id: string;
  source: string;
  shape: string;
  rows: number;
  last_received: string;
  sample: string;
}
export interface Near {
  reader: string;
  title: string;
  lines: number;
  read: number;
  fills: { column: string; lines: number }[];
  found: string[];
  missing: string[];
  reason: string;
}
export interface RawLine {
  source: string;
  reader: string;
  line: number;
  received: string;
  reason: string;
  raw: string;
}

/** Lines that no reader recognises stand under this name. */
export const UNKNOWN = 'unknown';

export const arrivalsQuery = queryOptions({
  queryKey: ['arrivals'],
  queryFn: ({ signal }) => ask<{ arrivals: Arrivals[] }>('/api/sources/arrivals', { signal }),
});

export const shapesQuery = queryOptions({
  queryKey: ['shapes'],
  queryFn: ({ signal }) => ask<{ shapes: UnknownShape[] }>('/api/sources/shapes', { signal }),
});

export const nearestQuery = (shape: string) =>
  queryOptions({
    queryKey: ['nearest', shape],
    staleTime: 60_000,
    queryFn: ({ signal }) => ask<{ nearest: Near[] }>('/api/sources/nearest', { query: { shape }, signal }),
  });

export const LINES_SHOWN = 50;
export const lineSearchQuery = (text: string) =>
  queryOptions({
    queryKey: ['line-search', text],
    enabled: text.length >= 2,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      ask<{ lines: RawLine[] }>('/api/sources/search', { query: { text, limit: LINES_SHOWN }, signal }),
  });
