import { z } from 'zod';
import { page, type Route, route } from '../http/route.ts';
import { masker, QUEUE, type Sealed } from '../identities/identities.ts';
import type { Data } from '../stores/data.ts';
import { lineRoutes } from './lines/routes.ts';
import { quarantinedLines, sourceStates } from './source.ts';

const DAY = z.string().describe('YYYY-MM-DD, or empty');
const TIME = z.string().describe('YYYY-MM-DD HH:MM:SS, wall clock of the head office');

const SOURCES = z.object({
  sources: z.array(
    z.object({
      name: z.string(),
      first_day: DAY,
      last_day: DAY,
      events: z.int(),
      duplicates: z.int(),
      quarantined: z.int(),
      days: z.array(z.object({ day: DAY, events: z.int(), expected: z.number(), gap: z.boolean() })),
      gaps: z.array(
        z.object({
          from: TIME,
          to: TIME,
          hours: z.number(),
          share: z.number().describe('Part of the log that is missing, 0 to 1'),
          devices: z.string().describe('all, or how many'),
        }),
      ),
    }),
  ),
});

const QUARANTINE = z.object({
  total: z.int(),
  rows: z.array(z.object({ source: z.string(), file: z.string(), line: z.int(), reason: z.string(), raw: z.string() })),
});

/** What arrives and what does not: /api/sources. */
export function eventRoutes(data: Sealed & Pick<Data, 'events' | 'dir'>): Route[] {
  const { events } = data;
  return [
    ...lineRoutes(data),
    route({
      method: 'GET',
      path: '/api/sources',
      audience: ['analyst', 'reviewer', 'engineer'],
      summary: 'The logs: rows per day, what was to be expected, and gaps.',
      response: SOURCES,
      handler: async () => ({ sources: await sourceStates(events) }),
    }),
    route({
      method: 'GET',
      path: '/api/sources/quarantine',
      audience: ['analyst', 'reviewer', 'engineer'],
      summary: 'Lines that could not be read, with file, line and reason.',
      query: z.object({ source: z.string().max(200).default(''), ...page(1000) }),
      response: QUARANTINE,
      async handler({ query }) {
        const { total, rows } = await quarantinedLines(events, query);
        // A bad line names people like any other.
        const mask = await masker(data, QUEUE);
        return { total, rows: await Promise.all(rows.map(async (row) => ({ ...row, raw: await mask(row.raw) }))) };
      },
    }),
  ];
}
