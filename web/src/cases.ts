import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ask, type DocumentLevel, type EventRow, type Lead, type LeadStory } from './api.ts';

/** Cases, as their members read them. */

export const CASE_STATES = ['open', 'proposed', 'decided', 'appealed', 'closed'] as const;
export type CaseState = (typeof CASE_STATES)[number];
export const OUTCOMES = [
  'cleared',
  'no_finding',
  'advice',
  'access_adjusted',
  'formal_warning',
  'handed_over',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Term {
  kind: 'clock' | 'task' | 'reply' | 'appeal' | 'hold';
  id: string;
  text: string;
  due: string;
  remind_from: string;
  late: boolean;
}
interface CaseHead {
  id: string;
  alias: string;
  queue: 'case_officers' | 'reviewers';
  state: CaseState;
  outcome: Outcome | null;
  opened_at: string;
  last_step_at: string;
  parts: string[];
}
export interface CaseSummary extends CaseHead {
  steps: number;
  members: number;
  open_tasks: number;
  next_term: Term | null;
}
export interface Step {
  n: number;
  kind: string;
  by: string;
  by_name: string;
  at: string;
  step: Record<string, unknown>;
}
export interface Hypothesis {
  id: string;
  n: number;
  innocent: boolean;
  text: string;
  would_show: string;
  for: string[];
  against: string[];
  answered: string | null;
}
export interface CaseEvidence {
  id: string;
  n: number;
  sha256: string;
  what: string;
  origin: string;
  supports: string[];
  contradicts: string[];
  withdrawn: boolean;
  bytes: number | null;
  custody: { n: number; act: string; by: string; by_name: string; at: string; text: string }[];
}
export interface CaseStory extends CaseHead {
  closed_at: string | null;
  held_until: string | null;
  destroyed_from: string | null;
  next: string[];
  outcomes: { outcome: Outcome; refused: string | null }[];
  people: { account: string; name: string; parts: string[]; recused: boolean }[];
  steps: Step[];
  hypotheses: Hypothesis[];
  evidence: CaseEvidence[];
  tasks: { id: string; n: number; text: string; due: string | null; done: boolean }[];
  clocks: { id: string; n: number; text: string; basis: string; due: string; met: boolean }[];
  effects: { id: string; n: number; effect: string; text: string; since: string; undone: boolean }[];
  terms: Term[];
  documents: { path: string; level: DocumentLevel }[];
  document_counts: Record<string, number>;
  lead: LeadStory | null;
}

export const casesQuery = queryOptions({
  queryKey: ['cases'],
  queryFn: ({ signal }) => ask<{ cases: CaseSummary[] }>('/api/cases', { signal }),
});
export interface DueCases {
  due: (Term & { case: string; alias: string })[];
  watched: { case: string; alias: string; effect: string; since: string; signals: number }[];
}
export const casesDueQuery = queryOptions({
  queryKey: ['cases', 'due'],
  queryFn: ({ signal }) => ask<DueCases>('/api/cases-due', { signal }),
});
export const handedOverQuery = queryOptions({
  queryKey: ['handed-over'],
  queryFn: ({ signal }) => ask<{ leads: Lead[] }>('/api/handed-over', { signal }),
});
export const handedOverLeadQuery = (id: string) =>
  queryOptions({
    queryKey: ['handed-over', id],
    queryFn: ({ signal }) => ask<LeadStory>(`/api/handed-over/${encodeURIComponent(id)}`, { signal }),
  });

const place = (id: string, rest = '') => `/api/cases/${encodeURIComponent(id)}${rest}`;
export const caseQuery = (id: string) =>
  queryOptions({ queryKey: ['case', id], queryFn: ({ signal }) => ask<CaseStory>(place(id), { signal }) });
export const colleaguesQuery = (id: string) =>
  queryOptions({
    queryKey: ['case', id, 'colleagues'],
    queryFn: ({ signal }) =>
      ask<{ colleagues: { account: string; name: string; parts: string[] }[] }>(place(id, '/colleagues'), { signal }),
  });
const EVENTS_PAGE = 100;
export const caseEventsQuery = (id: string, day: string, detection: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['case', id, 'events', day, detection],
    initialPageParam: 0,
    queryFn: ({ signal, pageParam }) =>
      ask<{ total: number; events: EventRow[] }>(place(id, '/events'), {
        query: { day, detection, offset: pageParam, limit: EVENTS_PAGE },
        signal,
      }),
    getNextPageParam: (last, pages) => {
      const seen = pages.reduce((sum, page) => sum + page.events.length, 0);
      return last.events.length > 0 && seen < last.total ? seen : undefined;
    },
  });

export const takeStep = (id: string, body: Record<string, unknown>) =>
  ask<{ n: number }>(place(id, '/steps'), { method: 'POST', body });
/** Where the browser can fetch a file of the case. */
export const fileOf = (id: string, rest: string) => place(id, rest);

/** A request for the name behind an alias. The name itself is opened on the officers' own machines. */
export interface Unmasking {
  id: string;
  case: string;
  alias: string;
  reason: string;
  phase: string;
  requested_at: string;
  own: boolean;
  expires: string;
  /** From when on the person is told; empty until then is known. */
  notice_due: string;
  steps: { kind: string; account: string; at: string }[];
}
export const unmaskingsQuery = queryOptions({
  queryKey: ['unmaskings'],
  queryFn: ({ signal }) => ask<{ unmaskings: Unmasking[] }>('/api/unmaskings', { signal }),
});
