/** A case, read from its steps. Pure: the store only keeps the steps. Which step may come next stands in order.ts. */
import { addDays } from '../base/day.ts';
import type { Level } from '../base/level.ts';
import { type Done, type Only, type Outcome, type Step, WITHOUT_BURDEN } from './step.ts';

export interface Hypothesis {
  readonly id: string;
  readonly innocent: boolean;
  readonly text: string;
  readonly would_show: string;
}

export interface Case {
  readonly steps: readonly Done[];
  readonly members: ReadonlySet<string>;
  readonly recused: ReadonlySet<string>;
  readonly hypotheses: ReadonlyMap<string, Hypothesis>;
  readonly evidence: ReadonlyMap<string, Done<Only<'evidence'>>>;
  readonly withdrawn: ReadonlySet<string>;
  /** Bytes that are kept, by the name of the evidence. */
  readonly stored: ReadonlyMap<string, number>;
  /** Levels of linked documents, by path. */
  readonly documents: ReadonlyMap<string, Level>;
  /** Everything below that was named once; what is done, met or undone is in `ended`. */
  readonly tasks: ReadonlyMap<string, Done<Only<'task'>>>;
  readonly clocks: ReadonlyMap<string, Done<Only<'clock'>>>;
  readonly effects: ReadonlyMap<string, Done<Only<'effect'>>>;
  readonly ended: ReadonlySet<string>;
  readonly invitation: Done<Only<'invite_reply'>> | undefined;
  readonly reply: Done<Only<'reply'>> | undefined;
  readonly proposal: Done<Only<'propose'>> | undefined;
  readonly outcome: Outcome | undefined;
  /** Who proposed and who decided: neither may judge the appeal. */
  readonly judges: ReadonlySet<string>;
  readonly notice: Done<Only<'notify'>> | undefined;
  readonly appeal: Done<Only<'appeal'>> | undefined;
  /** Up to which day the signals that led here are explained. */
  readonly explained: string | undefined;
  readonly closedAt: string | undefined;
  readonly heldUntil: string | undefined;
}

/** The innocent hypothesis that a case is opened with. */
export const FIRST_HYPOTHESIS = 'H1';

export const NOTHING: Case = {
  ...{ steps: [], members: new Set(), recused: new Set(), hypotheses: new Map(), evidence: new Map() },
  ...{ withdrawn: new Set(), stored: new Map(), documents: new Map(), tasks: new Map(), clocks: new Map() },
  ...{ effects: new Map(), ended: new Set(), judges: new Set(), invitation: undefined, reply: undefined },
  ...{ proposal: undefined, outcome: undefined, notice: undefined, appeal: undefined, explained: undefined },
  ...{ closedAt: undefined, heldUntil: undefined },
};

/** The case after one more step, without asking whether it may stand there. */
export function after(found: Case, done: Done): Case {
  return { ...found, steps: [...found.steps, done], ...change(found, done) };
}

const plus = <V>(map: ReadonlyMap<string, V>, key: string, value: V) => new Map(map).set(key, value);
const adding = (set: ReadonlySet<string>, ...names: string[]) => new Set([...set, ...names]);

/** What a step changes. */
function change(found: Case, done: Done): Partial<Case> {
  const { step, by, at } = done;
  switch (step.kind) {
    case 'open': {
      const first = { id: FIRST_HYPOTHESIS, innocent: true, text: step.innocent, would_show: step.innocent_evidence };
      return { members: new Set([by]), hypotheses: plus(found.hypotheses, first.id, first) };
    }
    case 'admit':
      return { members: adding(found.members, step.account) };
    case 'recuse':
      return { recused: adding(found.recused, step.account) };
    case 'hypothesis': {
      const { kind: _, ...hypothesis } = step;
      return { hypotheses: plus(found.hypotheses, step.id, hypothesis) };
    }
    case 'evidence':
      return { evidence: plus(found.evidence, step.id, { step, by, at }) };
    case 'withdraw':
      return { withdrawn: adding(found.withdrawn, step.evidence) };
    case 'stored':
      return { stored: plus(found.stored, step.evidence, step.size) };
    case 'link': {
      const linked = step.documents.map(({ path, level }) => [path, level] as const);
      return { documents: new Map([...found.documents, ...linked]) };
    }
    case 'task':
      return { tasks: plus(found.tasks, step.id, { step, by, at }) };
    case 'task_done':
      return { ended: adding(found.ended, step.task) };
    case 'clock':
      return { clocks: plus(found.clocks, step.id, { step, by, at }) };
    case 'clock_met':
      return { ended: adding(found.ended, step.clock) };
    case 'effect':
      return { effects: plus(found.effects, step.id, { step, by, at }) };
    case 'effect_undone':
      return { ended: adding(found.ended, step.effect) };
    case 'explained':
      return { explained: step.until };
    default:
      return hearing(found, done);
  }
}

/** What the steps of the hearing change: from the invitation to the closing. */
function hearing(found: Case, done: Done): Partial<Case> {
  const { step, by, at } = done;
  switch (step.kind) {
    case 'invite_reply':
      return { invitation: { step, by, at } };
    case 'reply':
      return { reply: { step, by, at } };
    case 'propose':
      return { proposal: { step, by, at } };
    case 'reject':
      return { proposal: undefined };
    case 'decide': {
      const { step: proposed, by: proposer } = found.proposal!;
      return { outcome: proposed.outcome, proposal: undefined, judges: adding(found.judges, proposer, by) };
    }
    case 'notify':
      return { notice: { step, by, at } };
    case 'appeal':
      return { appeal: { step, by, at }, closedAt: undefined };
    case 'appeal_decided':
      return { appeal: undefined, outcome: step.outcome, judges: adding(found.judges, by) };
    case 'close':
      return { closedAt: at };
    case 'hold':
      return { heldUntil: step.until };
    case 'release':
      return { heldUntil: undefined };
    default:
      return {};
  }
}

/** What stands of those that were named: not done, not met, not undone. */
export function standing<D>(named: ReadonlyMap<string, D>, { ended }: Case): D[] {
  return [...named].filter(([name]) => !ended.has(name)).map(([, done]) => done);
}

/** In which state a case is: shown in lists, and what the queue is sorted by. */
export const STATES = ['open', 'proposed', 'decided', 'appealed', 'closed'] as const;
export function stateOf({ closedAt, appeal, outcome, proposal }: Case): (typeof STATES)[number] {
  if (closedAt !== undefined) return 'closed';
  if (appeal !== undefined) return 'appealed';
  if (outcome !== undefined) return 'decided';
  return proposal === undefined ? 'open' : 'proposed';
}

export interface Term {
  readonly kind: 'clock' | 'task' | 'reply' | 'appeal' | 'hold';
  /** The name in the case; empty for what has none. */
  readonly id: string;
  readonly text: string;
  readonly due: string;
  /** From this day on members are reminded. */
  readonly remind_from: string;
  readonly late: boolean;
}

const REMIND_DAYS = 7;

/** Every term that runs, the nearest first: legal clocks, tasks with a day, the reply, the appeal, a legal hold's end. */
export function terms(found: Case, today: string): Term[] {
  const running: Omit<Term, 'remind_from' | 'late'>[] = standing(found.tasks, found).flatMap(
    ({ step: { id, text, due } }) => (due === undefined ? [] : [{ kind: 'task', id, text, due }]),
  );
  const { invitation, reply, notice, appeal, heldUntil, closedAt } = found;
  const invited = invitation && !reply && found.outcome === undefined;
  if (invited) running.push({ kind: 'reply', id: '', text: invitation.step.text, due: invitation.step.due });
  if (notice && !appeal && closedAt === undefined)
    running.push({ kind: 'appeal', id: '', text: notice.step.text, due: notice.step.appeal_until });
  if (heldUntil !== undefined) running.push({ kind: 'hold', id: '', text: '', due: heldUntil });
  const others = running.map((term) => ({ ...term, remind_from: addDays(term.due, -REMIND_DAYS) }));
  const clocks = standing(found.clocks, found).map(({ step: { id, text, due, remind_days } }) => ({
    ...{ kind: 'clock' as const, id, text, due, remind_from: addDays(due, -remind_days) },
  }));
  return [...clocks, ...others]
    .map((term) => ({ ...term, late: term.due < today }))
    .sort((a, b) => (a.due < b.due ? -1 : a.due > b.due ? 1 : 0));
}

/** The terms of which members are reminded on a day: soon to run out, or run out. */
export const termsDue = (found: Case, today: string): Term[] =>
  terms(found, today).filter(({ remind_from }) => remind_from <= today);

/** For how many days a closed case is kept. */
export interface CaseTerms {
  /** After an outcome that found nothing. */
  readonly without_burden: number;
  readonly others: number;
}

/** From which day on a closed case may be destroyed; undefined while it is open, held on that day, or its copies are. */
export function expires(found: Case, keep: CaseTerms, today: string): string | undefined {
  const { closedAt, heldUntil, outcome } = found;
  if (closedAt === undefined || (heldUntil !== undefined && heldUntil >= today)) return undefined;
  if (standing(found.effects, found).some(({ step }) => step.effect === 'copies_hold')) return undefined;
  const days = outcome !== undefined && WITHOUT_BURDEN.includes(outcome) ? keep.without_burden : keep.others;
  return addDays(closedAt.slice(0, 10), days);
}

/**
 * What the program does by itself when nothing remains against the person: it undoes what was done because of the case,
 * and for a clearing the signals up to the day `asOf` no longer count. What it cannot undo becomes a task.
 */
export function undoing(found: Case, outcome: Outcome, asOf: string): Step[] {
  if (!WITHOUT_BURDEN.includes(outcome)) return [];
  const because = outcome === 'cleared' ? 'cleared' : 'no finding';
  const steps: Step[] = [];
  let tasks = found.tasks.size;
  for (const { step } of standing(found.effects, found)) {
    if (step.effect !== 'other')
      steps.push({ kind: 'effect_undone', effect: step.id, text: `Undone by the program: ${because}.` });
    else steps.push({ kind: 'task', id: `T${++tasks}`, text: `Undo ${step.id} (${because}): ${step.text}` });
  }
  if (outcome === 'cleared' && found.explained === undefined)
    steps.push({ kind: 'explained', until: asOf, text: 'Cleared: signals up to this day no longer count.' });
  return steps;
}
