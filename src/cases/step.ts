/**
 * The steps a case is made of. A case is nothing but its steps in their order: each is written once, by somebody, at a
 * time, and none is ever changed or removed. What was wrong is answered by a later step that says so.
 */
import { z } from 'zod';

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

const text = z.string().trim().min(1).max(20_000);
const id = z.string().regex(/^[0-9A-Z]{1,20}$/);
const day = z.iso.date();
const account = z.string().min(1).max(40);

const Step = z.discriminatedUnion('kind', [
  /** The beginning: why this is looked into, for what purpose, and how it may be innocent. */
  z.strictObject({ kind: z.literal('open'), lead: id, reason: text, purpose: text, innocent: text }),
  /** Who may see and work on the case. */
  z.strictObject({ kind: z.literal('admit'), account, reason: text }),
  z.strictObject({ kind: z.literal('recuse'), account, reason: text }),
  z.strictObject({ kind: z.literal('hypothesis'), id, innocent: z.boolean(), text }),
  /** What speaks for and against hypotheses: known by its hash, so that the thing itself can be shown to be the same. */
  z.strictObject({
    kind: z.literal('evidence'),
    id,
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    what: text,
    origin: text,
    supports: z.array(id).max(50).default([]),
    contradicts: z.array(id).max(50).default([]),
  }),
  z.strictObject({ kind: z.literal('withdraw'), evidence: id, reason: text }),
  z.strictObject({ kind: z.literal('note'), text }),
  z.strictObject({ kind: z.literal('task'), id, text, due: day.optional() }),
  z.strictObject({ kind: z.literal('task_done'), task: id, text }),
  /** A term that law or a rule of the house sets. */
  z.strictObject({ kind: z.literal('clock'), id, text, basis: text, due: day }),
  z.strictObject({ kind: z.literal('clock_met'), clock: id, text }),
  /** Something done to the person because of this case, which a clearing has to undo: watched, access narrowed, copied. */
  z.strictObject({ kind: z.literal('effect'), id, text }),
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
  z.strictObject({ kind: z.literal('appeal'), text }),
  z.strictObject({ kind: z.literal('appeal_decided'), outcome: z.enum(OUTCOMES), reasons: text }),
  z.strictObject({ kind: z.literal('close'), text }),
  /** A legal hold keeps the case from being destroyed at the end of its term. */
  z.strictObject({ kind: z.literal('hold'), reason: text, until: day }),
  z.strictObject({ kind: z.literal('release'), reason: text }),
]);

export { Step as StepShape };
export type Step = z.output<typeof Step>;
export type StepKind = Step['kind'];
type Only<K extends StepKind> = Extract<Step, { kind: K }>;

export type { Only };

/** A step as it stands in the case: who did it, and when (ISO 8601, UTC). */
export interface Done<S extends Step = Step> {
  readonly step: S;
  readonly by: string;
  readonly at: string;
}
