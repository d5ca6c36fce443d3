import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Fault } from '../../base/fault.ts';
import { type Route, route } from '../../http/route.ts';
import { masker, type Sealed } from '../../identities/identities.ts';
import type { Data } from '../../stores/data.ts';
import { spoolOf } from '../../stores/spool.ts';
import { lineReaders, ownReaders } from './catalog.ts';
import { sampleParameters } from './golden.ts';
import { nearestReaders } from './nearest.ts';
import { arrivals, linesOfShape, searchLines, unknownShapes } from './store.ts';

/**
 * The scope of pseudonyms in raw lines. One of its own: somebody who looks for an account here must not learn under which
 * pseudonym that person stands among the leads.
 */
const SCOPE = 'SOURCES';
const LOOKED_AT = 100;

const TIME = z.string().describe('ISO 8601 in UTC');
const NEAR = z.object({
  reader: z.string(),
  title: z.string(),
  lines: z.int().describe('Lines that were looked at'),
  read: z.int().describe('Lines that it reads'),
  fills: z.array(z.object({ column: z.string(), lines: z.int() })),
  found: z.array(z.string()).describe('Fields that it looks for and that stand in the lines'),
  missing: z.array(z.string()),
  reason: z.string().describe('Why it cannot read the others, or empty'),
});

/** What comes in line by line, for whoever connects sources: nothing here tells of leads. */
export function lineRoutes(data: Sealed & Pick<Data, 'events' | 'dir'>): Route[] {
  const { events } = data;
  return [
    route({
      method: 'GET',
      path: '/api/sources/arrivals',
      audience: ['engineer'],
      summary:
        'What came in line by line: rows by source and reader, lines that were not read, and when the last one came.',
      response: z.object({
        arrivals: z.array(
          z.object({
            source: z.string(),
            reader: z.string(),
            rows: z.int(),
            quarantined: z.int(),
            last_received: TIME,
          }),
        ),
      }),
      handler: async () => ({ arrivals: await arrivals(events) }),
    }),
    route({
      method: 'GET',
      path: '/api/sources/shapes',
      audience: ['engineer'],
      summary: 'What the lines look like that no reader recognises, commonest first.',
      response: z.object({
        shapes: z.array(
          z.object({
            ...{ id: z.string(), source: z.string(), shape: z.string(), rows: z.int() },
            ...{ last_received: TIME, sample: z.string() },
          }),
        ),
      }),
      async handler() {
        const mask = await masker(data, SCOPE);
        const shapes = await unknownShapes(events);
        return {
          shapes: await Promise.all(
            shapes.map(async (one) => ({ ...one, shape: await mask(one.shape), sample: await mask(one.sample) })),
          ),
        };
      },
    }),
    route({
      method: 'GET',
      path: '/api/sources/nearest',
      audience: ['engineer'],
      summary: 'Which readers come nearest to lines of a shape, and which columns of an event they would fill.',
      query: z.object({ shape: z.string().regex(/^[0-9a-f]{1,16}$/) }),
      response: z.object({ nearest: z.array(NEAR) }),
      async handler({ query }) {
        const lines = await linesOfShape(events, query.shape, LOOKED_AT);
        if (lines.length === 0) throw new Fault('not-found', 'there are no lines of this shape');
        const path = join(spoolOf(events), `nearest-${randomUUID()}.lines`);
        await writeFile(path, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
        try {
          const readers = lineReaders(ownReaders(data.dir));
          const nearest = await nearestReaders(events, lines, sampleParameters(path), readers);
          return { nearest: nearest.slice(0, 3) };
        } finally {
          await rm(path, { force: true });
        }
      },
    }),
    route({
      method: 'GET',
      path: '/api/sources/search',
      audience: ['engineer'],
      summary: 'Lines that came in and were not read, in which a text stands; the newest first.',
      query: z.object({
        text: z.string().trim().min(2).max(200),
        source: z.string().max(200).default(''),
        limit: z.coerce.number().int().min(1).max(100).default(50),
      }),
      response: z.object({
        lines: z.array(
          z.object({
            ...{ source: z.string(), reader: z.string(), line: z.int(), received: TIME },
            ...{ reason: z.string(), raw: z.string() },
          }),
        ),
      }),
      async handler({ query }) {
        const mask = await masker(data, SCOPE);
        const lines = await searchLines(events, query);
        return { lines: await Promise.all(lines.map(async (one) => ({ ...one, raw: await mask(one.raw) }))) };
      },
    }),
  ];
}
