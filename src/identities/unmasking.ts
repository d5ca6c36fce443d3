/** An unmasking, read from its steps, and which step may come next. Pure: the store only keeps the steps. */
import { addDays } from '../base/day.ts';
import { Fault } from '../base/fault.ts';
import { CLASSES, type Layer, type OfficerClass, type Opening, openingStatement } from './statement.ts';

/** A human being who acts: two accounts of one person are one. */
export interface Actor {
  readonly account: string;
  /** A keyed mark of the person whose account it is; null while nobody said whose, and then he takes no part. */
  readonly person: string | null;
}

export type Step =
  | {
      readonly kind: 'request';
      readonly case: string;
      readonly alias: string;
      /** A keyed mark of the person behind the alias. */
      readonly subject: string;
      /** SHA-256 of the reason. */
      readonly reason: string;
      readonly expires: string;
      readonly notifyAfterDays: number;
    }
  | {
      readonly kind: 'open';
      readonly layer: Layer;
      /** The officer's key and its class. */
      readonly key: string;
      readonly class: OfficerClass;
      readonly digest: string;
      readonly signature: string;
    }
  | { readonly kind: 'decline'; readonly reason: string }
  /** The requester needs it no more: what was opened is gone at once. */
  | { readonly kind: 'end' }
  /** The notice to the person is to wait until a moment, for a reason. */
  | { readonly kind: 'propose_hold'; readonly until: string; readonly reason: string }
  | { readonly kind: 'confirm_hold' };

export type StepKind = Step['kind'];
type Only<K extends StepKind> = Extract<Step, { kind: K }>;

export interface Done<S extends Step = Step> {
  readonly step: S;
  readonly by: Actor;
  /** ISO 8601 in UTC, with milliseconds. */
  readonly at: string;
}

export interface Unmasking {
  readonly id: string;
  readonly request: Done<Only<'request'>>;
  readonly openings: readonly Done<Only<'open'>>[];
  readonly declined: Done<Only<'decline'>> | undefined;
  readonly ended: Done<Only<'end'>> | undefined;
  readonly proposedHold: Done<Only<'propose_hold'>> | undefined;
  readonly heldUntil: string | undefined;
  readonly last: string;
}

export const PHASES = ['waits_for_case', 'waits_for_approval', 'open', 'declined', 'ended', 'expired'] as const;
export type Phase = (typeof PHASES)[number];

/** A notice is held back for at most so many days at once. */
export const HOLD_MOST_DAYS = 180;

/** The unmasking that these steps make; undefined without any. Errors: forbidden, at the first that may not stand there. */
export function readUnmasking(id: string, steps: readonly Done[]): Unmasking | undefined {
  return steps.reduce<Unmasking | undefined>((found, done) => take(id, found, done), undefined);
}

/** The unmasking after one more step. Errors: forbidden, with the reason. */
export function take(id: string, found: Unmasking | undefined, done: Done): Unmasking {
  const reason = refusal(found, done);
  if (reason !== undefined)
    throw new Fault('forbidden', `This step cannot be taken: ${reason}.`, { place: done.step.kind });
  const { step, by, at } = done;
  switch (step.kind) {
    case 'request':
      return {
        ...{ id, request: { step, by, at }, openings: [], declined: undefined, ended: undefined },
        ...{ proposedHold: undefined, heldUntil: undefined, last: at },
      };
    case 'open':
      return { ...found!, openings: [...found!.openings, { step, by, at }], last: at };
    case 'decline':
      return { ...found!, declined: { step, by, at }, last: at };
    case 'end':
      return { ...found!, ended: { step, by, at }, last: at };
    case 'propose_hold':
      return { ...found!, proposedHold: { step, by, at }, last: at };
    case 'confirm_hold':
      return { ...found!, proposedHold: undefined, heldUntil: found!.proposedHold!.step.until, last: at };
  }
}

/** Where it stands at a moment. */
export function phaseAt({ request, openings, declined, ended }: Unmasking, at: string): Phase {
  if (declined) return 'declined';
  if (ended) return 'ended';
  if (at >= request.step.expires) return 'expired';
  return (['waits_for_case', 'waits_for_approval', 'open'] as const)[openings.length]!;
}

/** Whether two actors are one human being. */
export function isSame(one: Actor, other: Actor): boolean {
  return one.account === other.account || (one.person !== null && one.person === other.person);
}

/** Two accounts could be one person's. */
const UNKNOWN = 'nobody said whose account this is (`countersign account NAME --person ID`)';

/** Why a step may not come now, from this person; undefined when it may. */
export function refusal(found: Unmasking | undefined, { step, by, at }: Done): string | undefined {
  if (by.person === null) return UNKNOWN;
  if (step.kind === 'request') {
    if (found) return 'it is requested already';
    if (by.person === step.subject) return 'nobody takes part in what is about himself';
    return step.expires <= at ? 'it would have expired already' : undefined;
  }
  if (!found) return 'an unmasking begins with its request';
  if (at < found.last) return 'it is dated before the step before it';
  if (by.person === found.request.step.subject) return 'nobody takes part in what is about himself';
  switch (step.kind) {
    case 'open':
      return wrongOpening(found, { step, by, at });
    case 'decline':
      return ['waits_for_case', 'waits_for_approval'].includes(phaseAt(found, at)) ? undefined : 'it is over, or open';
    case 'end':
      if (!isSame(by, found.request.by)) return 'only the requester ends it';
      return ['declined', 'ended', 'expired'].includes(phaseAt(found, at)) ? 'it is over' : undefined;
    case 'propose_hold':
      return wrongHold(found, { step, by, at });
    case 'confirm_hold':
      if (!found.proposedHold) return 'no hold is proposed';
      if (isSame(by, found.proposedHold.by)) return 'a hold needs two people';
      if (isSame(by, found.request.by)) return 'the requester does not confirm a hold';
      return wrongHold(found, { ...found.proposedHold, at });
  }
}

function wrongOpening(found: Unmasking, { step, by, at }: Done<Only<'open'>>): string | undefined {
  const phase = phaseAt(found, at);
  const turn = phase === 'waits_for_case' ? 'outer' : phase === 'waits_for_approval' ? 'inner' : undefined;
  if (turn === undefined) return `it is ${phase}`;
  if (step.layer !== turn) return `the ${turn} layer comes next`;
  if (CLASSES[step.class] !== step.layer) return `a key of class ${step.class} does not open the ${step.layer} layer`;
  if (step.layer === 'outer') return undefined;
  if (isSame(by, found.request.by)) return 'nobody approves his own request';
  const [first] = found.openings;
  if (isSame(by, first!.by) || step.key === first!.step.key) return 'both layers need two different people';
  return undefined;
}

function wrongHold(found: Unmasking, { step, at }: Done<Only<'propose_hold'>>): string | undefined {
  const due = noticeDue(found);
  if (due === undefined) return 'nothing was opened that the person would be told of';
  if (at >= due) return 'the person has been told';
  if (step.until <= at) return 'a hold ends in the future';
  if (step.until > after(at, HOLD_MOST_DAYS)) return `a hold lasts at most ${HOLD_MOST_DAYS} days`;
  return step.reason.trim() === '' ? 'a hold has a reason' : undefined;
}

/** From when on the person is told; undefined while nothing was opened. A hold delays it and never ends it. */
export function noticeDue({ openings, request, heldUntil }: Unmasking): string | undefined {
  const [, opened] = openings;
  if (!opened) return undefined;
  const due = after(opened.at, request.step.notifyAfterDays);
  return heldUntil !== undefined && heldUntil > due ? heldUntil : due;
}

/** The same time of day so many days later. */
function after(at: string, days: number): string {
  return addDays(at.slice(0, 10), days) + at.slice(10);
}

/** What whoever opens a layer signs, with the digest of what he found under it. */
export function statementOf({ id, request: { step } }: Unmasking, layer: Layer, digest: string): string {
  const { case: caseId, alias, reason, expires, notifyAfterDays } = step;
  const opening: Opening = { request: id, case: caseId, alias, reason, expires, notifyAfterDays, layer, digest };
  return openingStatement(opening);
}
