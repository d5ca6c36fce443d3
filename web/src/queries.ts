import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import {
  type Activity,
  ask,
  type Detection,
  type EventRow,
  type Lead,
  type LeadStory,
  type Measures,
  type Overview,
  type Person,
  Problem,
  type QuarantineRow,
  rememberCsrfToken,
  type Session,
  type Source,
} from './api.ts';

/** Who is signed in; null when nobody is. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async ({ signal }): Promise<Session | null> => {
    try {
      const session = await ask<Session>('/api/session', { signal });
      rememberCsrfToken(session.csrf_token);
      return session;
    } catch (error) {
      if (error instanceof Problem && error.status === 401) return null;
      throw error;
    }
  },
});

export const overviewQuery = queryOptions({
  queryKey: ['overview'],
  queryFn: ({ signal }) => ask<Overview>('/api/overview', { signal }),
});

export interface LeadFilter {
  level?: string | undefined;
  detection?: string | undefined;
  q?: string | undefined;
  status?: string | undefined;
  sort: string;
}

/** Rows asked for at a time: large enough for a long scroll, small enough to answer at once. */
export const LEADS_PAGE = 500;

export const leadsQuery = (filter: LeadFilter, page: number) =>
  queryOptions({
    queryKey: ['leads', filter, page],
    queryFn: ({ signal }) =>
      ask<{ total: number; leads: Lead[] }>('/api/leads', {
        query: { ...filter, q: filter.q?.toUpperCase(), offset: page * LEADS_PAGE, limit: LEADS_PAGE },
        signal,
      }),
  });

export const leadQuery = (id: string) =>
  queryOptions({
    queryKey: ['lead', id],
    queryFn: ({ signal }) => ask<LeadStory>(`/api/leads/${encodeURIComponent(id)}`, { signal }),
  });

const people = (subject: string, rest = '') => `/api/people/${encodeURIComponent(subject)}${rest}`;

export const personQuery = (subject: string) =>
  queryOptions({
    queryKey: ['person', subject],
    queryFn: ({ signal }) => ask<Person>(people(subject), { signal }),
  });

export const measuresQuery = (subject: string, detection: string, from: string, to: string) =>
  queryOptions({
    queryKey: ['measures', subject, detection, from, to],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => ask<Measures>(people(subject, '/measures'), { query: { detection, from, to }, signal }),
  });

export const ACTIVITY_LIMIT = 5000;

export const activityQuery = (subject: string, from: string, to: string) =>
  queryOptions({
    queryKey: ['activity', subject, from, to],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      ask<Activity>(people(subject, '/activity'), { query: { from, to, limit: ACTIVITY_LIMIT }, signal }),
  });

const EVENTS_PAGE = 100;

export const eventsQuery = (subject: string, day: string, detection: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['events', subject, day, detection],
    initialPageParam: 0,
    queryFn: ({ signal, pageParam }) =>
      ask<{ total: number; events: EventRow[] }>(people(subject, '/events'), {
        query: { day, detection, offset: pageParam, limit: EVENTS_PAGE },
        signal,
      }),
    getNextPageParam: (last, pages) => {
      const seen = pages.reduce((sum, page) => sum + page.events.length, 0);
      return last.events.length > 0 && seen < last.total ? seen : undefined;
    },
  });

export const detectionsQuery = queryOptions({
  queryKey: ['detections'],
  staleTime: 300_000,
  queryFn: ({ signal }) => ask<{ detections: Detection[] }>('/api/detections', { signal }),
});

export const sourcesQuery = queryOptions({
  queryKey: ['sources'],
  queryFn: ({ signal }) => ask<{ sources: Source[] }>('/api/sources', { signal }),
});

export const QUARANTINE_PAGE = 25;

export const quarantineQuery = (source: string | undefined, page: number) =>
  queryOptions({
    queryKey: ['quarantine', source, page],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      ask<{ total: number; rows: QuarantineRow[] }>('/api/sources/quarantine', {
        query: { source, offset: page * QUARANTINE_PAGE, limit: QUARANTINE_PAGE },
        signal,
      }),
  });
