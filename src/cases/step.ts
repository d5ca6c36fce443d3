/**
 * The steps a case is made of. A case is nothing but its steps in their order: each is written once, by somebody, at a
 * time, and none is ever changed or removed. What was wrong is answered by a later step that says so.
 */
import { z } from 'zod';
import { LEVELS } from '../base/level.ts';

/** From the mildest to the gravest. Only a person decides on one; no score ever does. */
export const OUTCOMES = [
  'cleared',
  'no_finding',
  'advice',
  'access_adjusted',
  'formal_warning',
  'handed_over',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Outcomes that take nothing from the person: they need no reply before, only the two people who decide. */
export const WITHOUT_BURDEN: readonly Outcome[] = ['cleared', 'no_finding'];

/** What is done because of a case. The program itself undoes the first two; `other` somebody has to undo. */
export const EFFECTS = ['watch', 'copies_hold', 'other'] as const;

/** What can happen to a piece of evidence between its being added and its being given back. */
export const HANDLINGS = ['received', 'handed_over', 'copied', 'examined', 'returned'] as const;

/** Who takes a step that no account takes: the program, or the person the case is about. */
export const PROGRAM = 'program';
export const SUBJECT = 'subject';

/** No database keeps a NUL in a text. */
const text = z
  .string()
  .trim()
  .min(1)
  .max(20_000)
  .refine((value) => !value.includes('\u0000'), 'Holds a NUL character');
const id = z.string().regex(/^[A-Z][0-9]{1,4}$/);
const day = z.iso.date();
const account = z.string().regex(/^[0-9A-Za-z]{1,40}$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const Step = z.discriminatedUnion('kind', [
  /** The beginning: why this is looked into, for what purpose, how it may be innocent, and what was looked at for that. */
  z.strictObject({ kind: z.literal('open'), reason: text, purpose: text, innocent: text, innocent_evidence: text }),
  /** Who may see and work on the case. */
  z.strictObject({ kind: z.literal('admit'), account, reason: text }),
  z.strictObject({ kind: z.literal('recuse'), account, reason: text }),
  /** `would_show`: what would show it, and where that was looked for. */
  z.strictObject({ kind: z.literal('hypothesis'), id, innocent: z.boolean(), text, would_show: text }),
  /** What speaks for and against hypotheses: known by its hash, so that the thing itself can be shown to be the same. */
  z.strictObject({
    kind: z.literal('evidence'),
    id,
    sha256,
    what: text,
    origin: text,
    supports: z.array(id).max(50).default([]),
    contradicts: z.array(id).max(50).default([]),
  }),
  /** Its bytes are kept with the case. */
  z.strictObject({ kind: z.literal('stored'), evidence: id, size: z.int().min(0) }),
  z.strictObject({ kind: z.literal('custody'), evidence: id, act: z.enum(HANDLINGS), text }),
  z.strictObject({ kind: z.literal('withdraw'), evidence: id, reason: text }),
  /** Documents of the register, with their levels on that day. */
  z.strictObject({
    kind: z.literal('link'),
    documents: z
      .array(z.strictObject({ path: z.string().min(1).max(1000), level: z.enum(LEVELS) }))
      .min(1)
      .max(500),
    reason: text,
  }),
  z.strictObject({ kind: z.literal('note'), text }),
  z.strictObject({ kind: z.literal('task'), id, text, due: day.optional() }),
  z.strictObject({ kind: z.literal('task_done'), task: id, text }),
  /** A term that law or a rule of the house sets; members are reminded so many days before. */
  z.strictObject({
    kind: z.literal('clock'),
    id,
    text,
    basis: text,
    due: day,
    remind_days: z.int().min(0).max(365).default(7),
  }),
  z.strictObject({ kind: z.literal('clock_met'), clock: id, text }),
  /** Something done to the person because of this case, which a clearing has to undo. */
  z.strictObject({ kind: z.literal('effect'), id, effect: z.enum(EFFECTS), text }),
  z.strictObject({ kind: z.literal('effect_undone'), effect: id, text }),
  z.strictObject({ kind: z.literal('invite_reply'), text, due: day }),
  z.strictObject({ kind: z.literal('reply'), text }),
  /** What an officer proposes; `considered` answers each innocent hypothesis by its id. */
  z.strictObject({
    kind: z.literal('propose'),
    outcome: z.enum(OUTCOMES),
    reasons: text,
    considered: z.record(id, text).default({}),
  }),
  z.strictObject({ kind: z.literal('reject'), reasons: text }),
  z.strictObject({ kind: z.literal('decide'), reasons: text }),
  /** The person is told what was decided, in these words and no others. */
  z.strictObject({ kind: z.literal('notify'), text, appeal_until: day }),
  z.strictObject({ kind: z.literal('appeal'), text }),
  z.strictObject({ kind: z.literal('appeal_decided'), outcome: z.enum(OUTCOMES), reasons: text }),
  /** The signals that led here, up to a day: they no longer count. */
  z.strictObject({ kind: z.literal('explained'), until: day, text }),
  z.strictObject({ kind: z.literal('close'), text }),
  /** A legal hold keeps the case from being destroyed at the end of its term. */
  z.strictObject({ kind: z.literal('hold'), reason: text, until: day }),
  z.strictObject({ kind: z.literal('release'), reason: text }),
]);

export { Step as StepShape };
export type Step = z.output<typeof Step>;
export type StepKind = Step['kind'];
export type Only<K extends StepKind> = Extract<Step, { kind: K }>;
export const STEP_KINDS = Step.options.map(({ shape }) => shape.kind.value);

/** What things in a case are called: H1 is the innocent hypothesis it was opened with. */
export const NAMES = { hypothesis: 'H', evidence: 'E', task: 'T', clock: 'C', effect: 'X' } as const;

type Unnamed<S> = S extends { id: string } ? Omit<S, 'id'> : S;
/** A step as somebody takes it: the case gives things their names, and the register documents their levels. */
export type StepInput =
  | Exclude<Unnamed<Step>, { kind: 'link' | 'open' | 'stored' | 'explained' }>
  | { kind: 'link'; documents: string[]; reason: string };

const inputs = Step.options.flatMap((option): z.ZodObject[] => {
  const { kind } = option.shape;
  if (['open', 'stored', 'explained'].includes(kind.value)) return [];
  const { id: _, ...shape } = { id: undefined, ...option.shape } as z.ZodRawShape & { id: unknown };
  if (kind.value !== 'link') return [z.strictObject(shape)];
  return [z.strictObject({ ...shape, documents: z.array(z.string().min(1).max(1000)).min(1).max(500) })];
});
export const StepInputShape = z.discriminatedUnion('kind', inputs as never) as unknown as z.ZodType<StepInput>;

/** A step as it stands in the case: who took it, an account or one of the two above, and when (ISO 8601, UTC). */
export interface Done<S extends Step = Step> {
  readonly step: S;
  readonly by: string;
  readonly at: string;
}
