/** Shapes of what the register answers. People are accounts of the directory: custody is their own, declared record. */
import { z } from 'zod';
import { LEVELS } from '../../base/level.ts';
import { StepInput } from './step.ts';

export const Level = z.enum(LEVELS);
export const DocumentId = z.object({ id: z.string().max(40) });
const Day = z.iso.date();

export const Row = z.object({
  ...{ id: z.string(), path: z.string(), title: z.string(), level: Level, owner: z.string(), project: z.string() },
  ...{
    registered: Day,
    working: z.boolean(),
    decoy: z.boolean(),
    waiting: z.array(z.enum(['downgrade', 'destruction'])),
  },
  copies: z.int().describe('Those that are not destroyed'),
  away: z.int().describe('Those of them that somebody has'),
  missing: z.int().describe('Those that the last inventory did not find'),
  next_due: Day.nullable(),
});

export const Totals = z.object({
  ...{ documents: z.int(), copies: z.int(), away: z.int(), overdue: z.int(), missing: z.int(), waiting: z.int() },
});

export const Held = z.object({
  ...{ from: z.string(), to: z.string().nullable().describe('null: still so') },
  state: z.enum(['in registry', 'issued', 'lent', 'destroyed']),
  holder: z.string().nullable(),
  due: Day.nullable(),
});

export const Copy = z.object({
  ...{ copy: z.int(), state: Held.shape.state, holder: z.string().nullable(), since: z.string(), due: Day.nullable() },
  overdue: z.boolean(),
  missing: z.boolean(),
  last_seen: z.string(),
  proposed: z
    .object({ by: z.string(), by_name: z.string(), how: z.string(), at: z.string(), own: z.boolean() })
    .nullable(),
  certificate: z.string().nullable().describe('Its digest, when it was destroyed'),
  places: z.array(Held).describe('Where it has been, one place after the other'),
});

export const Whole = z.object({
  ...Row.omit({ copies: true, away: true, missing: true, next_due: true }).shape,
  ...{ origin: z.string(), keep_until: Day.nullable(), sha256: z.string() },
  levels: z.array(
    z.object({
      ...{ level: Level, since: Day, by: z.string(), by_name: z.string(), reason: z.string() },
      confirmed_by: z.string().nullable(),
    }),
  ),
  downgrade: z
    .object({ level: Level, reason: z.string(), by: z.string(), by_name: z.string(), at: z.string(), own: z.boolean() })
    .nullable(),
  need_to_know: z.array(z.string()).describe('person:ACCOUNT, team:NAME or project:NAME'),
  copies: z.array(Copy),
  steps: z.array(
    z.object({ n: z.int(), kind: z.string(), by: z.string(), by_name: z.string(), at: z.string(), step: z.unknown() }),
  ),
  today: Day,
});

/** What a second person sees of a proposal, and no more. */
export const Proposal = z.object({
  ...{ id: z.string(), path: z.string(), title: z.string(), level: Level },
  kind: z.enum(['downgrade', 'destruction']),
  copy: z.int().nullable(),
  to: Level.nullable(),
  ...{ why: z.string(), by_name: z.string(), at: z.string(), own: z.boolean() },
});

export const Registering = z.object({
  path: z.string().trim().min(1).max(1000),
  level: Level,
  title: z.string().max(500).optional(),
  owner: z.string().max(200).optional(),
  project: z.string().max(200).optional(),
  origin: z.string().max(500).optional(),
  working: z.boolean().optional(),
});

/** A step as it comes over the network: levels by their names. */
export const Asked = z.preprocess((value) => {
  const body = value as { level?: unknown } | null;
  if (typeof body !== 'object' || body === null || typeof body.level !== 'string') return value;
  return { ...body, level: (LEVELS as readonly string[]).indexOf(body.level) };
}, StepInput);

export const Import = z.object({
  ...{ id: z.string(), at: z.string(), by: z.string(), source: z.string(), place: z.string() },
  report: z.object({
    ...{ added: z.int(), changed: z.int(), files: z.int(), read: z.int(), unreadable: z.int(), removed: z.int() },
    ...{ bad: z.int(), refused: z.int(), elsewhere: z.int(), seconds: z.number() },
    bad_rows: z.array(z.object({ file: z.string(), line: z.int(), reason: z.string() })),
    notes: z.array(z.string()),
  }),
});
