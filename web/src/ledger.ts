import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ask } from './api.ts';

/** The ledger, as auditors read it. Each request is an entry itself, so nothing here asks again by itself. */

export const KINDS = ['record', 'intent', 'outcome'] as const;
export interface LedgerEntry {
  index: number;
  id: string;
  /** ISO 8601 in UTC. */
  at: string;
  kind: (typeof KINDS)[number];
  actor: string;
  act: string;
  on: string[];
  /** Of an outcome: the id of its intent. */
  of: string | null;
  result: 'done' | 'failed' | 'refused' | null;
  details?: unknown;
}
export interface ProvenEntry {
  index: number;
  entry: string;
  proof: string;
  said: LedgerEntry | null;
  other: LedgerEntry | null;
}
export type ActivityKind = 'record' | 'intent' | 'stopped';
export interface ActivityCount {
  day: string;
  actor: string;
  act: string;
  kind: ActivityKind;
  count: number;
}

export interface LedgerFilter {
  actor?: string | undefined;
  act?: string | undefined;
  on?: string | undefined;
  kind?: string | undefined;
  /** The first and the last day. */
  from?: string | undefined;
  to?: string | undefined;
}

const ONCE = { staleTime: Number.POSITIVE_INFINITY, refetchOnReconnect: false };
const PAGE = 100;
export const nextDay = (day: string) =>
  new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);

interface EntriesPage {
  entries: LedgerEntry[];
  next: number | null;
  size: number;
}

export const entriesQuery = ({ from, to, ...filter }: LedgerFilter) =>
  infiniteQueryOptions({
    ...ONCE,
    queryKey: ['ledger', 'entries', { ...filter, from, to }],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ signal, pageParam }) =>
      ask<EntriesPage>('/api/ledger/entries', {
        query: {
          ...filter,
          ...(from ? { from: `${from}T00:00:00.000Z` } : {}),
          ...(to ? { until: `${nextDay(to)}T00:00:00.000Z` } : {}),
          ...(pageParam === undefined ? {} : { before: pageParam }),
          limit: PAGE,
        },
        signal,
      }),
    getNextPageParam: (last) => last.next ?? undefined,
  });

export const entryQuery = (index: string) =>
  queryOptions({
    ...ONCE,
    queryKey: ['ledger', 'entry', index],
    queryFn: ({ signal }) => ask<ProvenEntry>(`/api/ledger/entries/${encodeURIComponent(index)}`, { signal }),
  });

/** `until` is the day after the last one. */
export const ledgerActivityQuery = (from: string, until: string) =>
  queryOptions({
    ...ONCE,
    queryKey: ['ledger', 'activity', from, until],
    queryFn: ({ signal }) =>
      ask<{ counts: ActivityCount[]; since: number; size: number }>('/api/ledger/activity', {
        query: { from, until },
        signal,
      }),
  });

export const namesQuery = queryOptions({
  ...ONCE,
  queryKey: ['ledger', 'names'],
  queryFn: ({ signal }) => ask<{ accounts: { id: string; name: string }[] }>('/api/accounts/names', { signal }),
});
