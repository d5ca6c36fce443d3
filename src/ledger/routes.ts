/** The ledger over HTTP: what an auditor reads, and the one line that records every other route. */
import { z } from 'zod';
import { type Audience, type Context, page, type Route, route, type SignedInContext } from '../http/route.ts';
import { activityOf } from './activity.ts';
import { type Act, type Ledger, perform, record } from './acts.ts';
import type { Json } from './entry.ts';
import { type Listed, listEntries, proveEntry } from './reading.ts';

const MOST = 500;
const TIME = z.iso.datetime();
const DAY = z.iso.date();

const ENTRY = z.object({
  index: z.number().int(),
  id: z.string(),
  at: z.string(),
  kind: z.enum(['intent', 'outcome', 'record']),
  actor: z.string(),
  act: z.string(),
  on: z.array(z.string()),
  of: z.string().nullable(),
  result: z.enum(['done', 'failed', 'refused']).nullable(),
  details: z.unknown(),
});

/** `/api/ledger/...` for whoever `audience` names: the room of roles comes after this one. */
export function ledgerRoutes(ledger: Ledger, audience: Exclude<Audience, 'public' | 'shipper'>): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/ledger/entries',
      audience,
      summary: 'Entries of the ledger that fit the filter, the newest first.',
      query: z.object({
        actor: z.string().max(128).optional(),
        act: z.string().max(128).optional(),
        on: z.string().max(128).optional(),
        kind: z.enum(['intent', 'outcome', 'record']).optional(),
        from: TIME.optional(),
        until: TIME.optional(),
        before: z.coerce.number().int().min(0).optional(),
        limit: page(MOST).limit,
      }),
      response: z.object({ entries: z.array(ENTRY), next: z.number().int().nullable(), size: z.number().int() }),
      async handler({ query: { before, limit, ...filter } }) {
        const { entries, next, size } = await listEntries(ledger, filter, { before, limit });
        return { entries: entries.map(shown), next, size };
      },
    }),
    route({
      method: 'GET',
      path: '/api/ledger/entries/:index',
      audience,
      summary: 'An entry as it stands in the ledger, with the proof that it does (C2SP tlog-proof).',
      params: z.object({ index: z.coerce.number().int().min(0) }),
      response: z.object({
        ...{ index: z.number().int(), entry: z.string(), proof: z.string() },
        said: ENTRY.nullable(),
        other: ENTRY.nullable().describe('Of an intent its outcome, of an outcome its intent, if it stands nearby'),
      }),
      async handler({ params }) {
        const { said, other, ...proof } = await proveEntry(ledger, params.index);
        return { ...proof, said: said && shown(said), other: other && shown(other) };
      },
    }),
    route({
      method: 'GET',
      path: '/api/ledger/activity',
      audience,
      summary: 'How often everybody did what on which day.',
      query: z.object({ from: DAY, until: DAY.describe('The day after the last one') }),
      response: z.object({
        counts: z.array(
          z.object({
            ...{ day: z.string(), actor: z.string(), act: z.string(), count: z.number().int() },
            kind: z.enum(['record', 'intent', 'stopped']),
          }),
        ),
        since: z.number().int().describe('Entries before this one are not counted'),
        size: z.number().int(),
      }),
      async handler({ query: { from, until } }) {
        const { counts, ...where } = await activityOf(ledger, from, until);
        return { counts: [...counts], ...where };
      },
    }),
    route({
      method: 'GET',
      path: '/api/ledger/checkpoint',
      audience,
      summary: 'The latest signed checkpoint: keep it elsewhere, and the ledger cannot go back behind it unseen.',
      response: z.object({ size: z.number().int(), checkpoint: z.string() }),
      handler: () => ({ size: ledger.log.size, checkpoint: ledger.log.checkpoint }),
    }),
  ];
}

function shown({ index, id, at, kind, actor, act, on, of, result, details }: Listed): z.input<typeof ENTRY> {
  return { index, id, at, kind, actor, act, on: on ?? [], of: of ?? null, result: result ?? null, details };
}

/**
 * The same routes, each call of which is in the ledger before it is answered: a read as a record, anything else as an
 * intent with its outcome. What is in the path names what it is about; what was asked for in the query may say more than
 * an id, so the entry only commits to it. Bodies are never taken: they hold passwords and reasons, which the room that
 * knows them records by itself. Public routes are left as they are, and those of shippers: batches are recorded by themselves.
 */
export function recorded(ledger: Ledger, routes: readonly Route[]): Route[] {
  return routes.map((one) =>
    one.audience === 'public' || one.audience === 'shipper' ? one : { ...one, handler: recordedHandler(ledger, one) },
  );
}

function recordedHandler(ledger: Ledger, one: Route): Route['handler'] {
  const act = verbOf(one);
  return async (input, context) => {
    const entry = { act, ...subjectsOf(input, context as Context<'signed-in'>) };
    if (one.method === 'GET') {
      await record(ledger, entry);
      return await one.handler(input, context);
    }
    return await perform(ledger, entry, () => one.handler(input, context));
  };
}

/** `GET /api/leads/:id` is `get.leads.id`. */
function verbOf({ method, path }: Route): string {
  const words = path.split(/[^A-Za-z0-9_-]+/).filter((word) => word !== '' && word !== 'api');
  return [method.toLowerCase(), ...words].join('.');
}

function subjectsOf(
  { params, query }: { params: unknown; query: unknown },
  { account }: SignedInContext,
): Pick<Act, 'actor' | 'on' | 'details'> {
  const named = Object.entries(params as Record<string, unknown>).map(
    ([name, value]) => [name, String(value)] as const,
  );
  const on = named.map(([name, value]) => `${name}:${value}`);
  const isOpaque = on.every((text) => /^[A-Za-z0-9][A-Za-z0-9:._/@-]{0,127}$/.test(text));
  // Numbers turn pages and say nothing of anybody.
  const asked = Object.entries(query as object).filter(([, value]) => !['undefined', 'number'].includes(typeof value));
  const details: Record<string, Json> = Object.fromEntries(asked.map(([name, value]) => [name, String(value)]));
  // What does not look like an id may say more than one.
  if (!isOpaque) for (const [name, value] of named) details[name] = value;
  return {
    actor: `account:${account.id}`,
    ...(isOpaque && on.length > 0 ? { on } : {}),
    ...(Object.keys(details).length > 0 ? { details } : {}),
  };
}
