import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { ask, type DocumentLevel, type Text } from './api.ts';

/** The register of documents, as the registrar keeps it. People in it are accounts of the directory. */

export const DOCUMENT_STATES = [
  ...(['overdue', 'away', 'never_returned', 'missing', 'waiting'] as const),
  ...(['working', 'decoy', 'no_copies'] as const),
] as const;
export type DocumentState = (typeof DOCUMENT_STATES)[number];

export interface OwnLevel extends Text {
  level: DocumentLevel;
  number: number;
  used: boolean;
}
/** What the levels are called here. They change with the settings, and these with a restart of the server. */
export const levelsQuery = queryOptions({
  queryKey: ['levels'],
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
  queryFn: ({ signal }) => ask<{ levels: OwnLevel[] }>('/api/levels', { signal }),
});

export interface RegisterRow {
  id: string;
  path: string;
  title: string;
  level: DocumentLevel;
  owner: string;
  project: string;
  registered: string;
  working: boolean;
  decoy: boolean;
  waiting: ('downgrade' | 'destruction')[];
  copies: number;
  away: number;
  missing: number;
  next_due: string | null;
}
export interface RegisterTotals {
  documents: number;
  copies: number;
  away: number;
  overdue: number;
  missing: number;
  waiting: number;
}
export interface RegisterFilter {
  level?: string | undefined;
  owner?: string | undefined;
  project?: string | undefined;
  q?: string | undefined;
  state?: DocumentState | undefined;
}

const PAGE = 100;
export const registerQuery = (filter: RegisterFilter) =>
  infiniteQueryOptions({
    queryKey: ['documents', 'list', filter],
    initialPageParam: 0,
    placeholderData: keepPreviousData,
    queryFn: ({ signal, pageParam }) =>
      ask<{ total: number; documents: RegisterRow[]; totals: RegisterTotals }>('/api/documents', {
        query: { ...filter, offset: pageParam, limit: PAGE },
        signal,
      }),
    getNextPageParam: (last, pages) => {
      const seen = pages.reduce((sum, page) => sum + page.documents.length, 0);
      return last.documents.length > 0 && seen < last.total ? seen : undefined;
    },
  });
export const choicesQuery = queryOptions({
  queryKey: ['documents', 'choices'],
  queryFn: ({ signal }) => ask<{ owners: string[]; projects: string[] }>('/api/document-choices', { signal }),
});

export type CopyState = 'in registry' | 'issued' | 'lent' | 'destroyed';
export interface CopyPlace {
  from: string;
  to: string | null;
  state: CopyState;
  holder: string | null;
  due: string | null;
}
export interface RegisterCopy {
  copy: number;
  state: CopyState;
  holder: string | null;
  since: string;
  due: string | null;
  overdue: boolean;
  missing: boolean;
  last_seen: string;
  proposed: { by: string; by_name: string; how: string; at: string; own: boolean } | null;
  certificate: string | null;
  places: CopyPlace[];
}
export interface RegisterStep {
  n: number;
  kind: string;
  by: string;
  by_name: string;
  at: string;
  step: Record<string, unknown>;
}
export interface RegisterDocument extends Omit<RegisterRow, 'copies' | 'away' | 'missing' | 'next_due'> {
  origin: string;
  keep_until: string | null;
  sha256: string;
  levels: {
    level: DocumentLevel;
    since: string;
    by: string;
    by_name: string;
    reason: string;
    confirmed_by: string | null;
  }[];
  downgrade: { level: DocumentLevel; reason: string; by_name: string; at: string; own: boolean } | null;
  need_to_know: string[];
  copies: RegisterCopy[];
  steps: RegisterStep[];
  today: string;
}
const place = (id: string, rest = '') => `/api/documents/${encodeURIComponent(id)}${rest}`;
export const documentQuery = (id: string) =>
  queryOptions({
    queryKey: ['documents', 'one', id],
    queryFn: ({ signal }) => ask<RegisterDocument>(place(id), { signal }),
  });

export interface Proposal {
  id: string;
  path: string;
  title: string;
  level: DocumentLevel;
  kind: 'downgrade' | 'destruction';
  copy: number | null;
  to: DocumentLevel | null;
  why: string;
  by_name: string;
  at: string;
  own: boolean;
}
export const proposalsQuery = queryOptions({
  queryKey: ['documents', 'proposals'],
  queryFn: ({ signal }) => ask<{ proposals: Proposal[] }>('/api/document-proposals', { signal }),
});

export interface DocumentImport {
  id: string;
  at: string;
  by: string;
  source: 'table' | 'folder' | 's3';
  place: string;
  report: {
    added: number;
    changed: number;
    files: number;
    read: number;
    unreadable: number;
    removed: number;
    bad: number;
    refused: number;
    elsewhere: number;
    seconds: number;
    bad_rows: { file: string; line: number; reason: string }[];
    notes: string[];
  };
}
export const importsQuery = queryOptions({
  queryKey: ['documents', 'imports'],
  queryFn: ({ signal }) => ask<{ imports: DocumentImport[] }>('/api/document-imports', { signal }),
});

export const takeRegisterStep = (id: string, body: object) =>
  ask<{ n: number }>(place(id, '/steps'), { method: 'POST', body });
export const confirmProposal = (id: string, body: object) =>
  ask<{ n: number }>(place(id, '/confirm'), { method: 'POST', body });
export const registerOne = (body: object) => ask<{ id: string }>('/api/documents', { method: 'POST', body });
/** Where the browser can fetch the certificate of a destroyed copy. */
export const certificateAt = (id: string, copy: number) => place(id, `/copies/${copy}/certificate`);
