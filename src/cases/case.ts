/** A case, read from its steps, and which step may come next. Pure: the store only keeps the steps. */
import { Fault } from '../base/fault.ts';
import { type Done, type Only, OUTCOMES, type Outcome, type Step, type StepKind, WITHOUT_BURDEN } from './step.ts';

export interface Hypothesis {
  readonly id: string;
  readonly innocent: boolean;
  readonly text: string;
}

export interface Case {
  readonly steps: readonly Done[];
  readonly lead: string;
  readonly members: ReadonlySet<string>;
  readonly recused: ReadonlySet<string>;
  readonly hypotheses: ReadonlyMap<string, Hypothesis>;
  readonly evidence: ReadonlyMap<string, Done<Only<'evidence'>>>;
  readonly withdrawn: ReadonlySet<string>;
  readonly tasks: ReadonlyMap<string, Done<Only<'task'>>>;
  readonly clocks: ReadonlyMap<string, Done<Only<'clock'>>>;
  readonly effects: ReadonlyMap<string, Done<Only<'effect'>>>;
  readonly invitation: Done<Only<'invite_reply'>> | undefined;
  readonly reply: Done<Only<'reply'>> | undefined;
  readonly proposal: Done<Only<'propose'>> | undefined;
  readonly outcome: Outcome | undefined;
  /** Who proposed and who decided: neither may judge the appeal. */
  readonly judges: ReadonlySet<string>;
  readonly appeal: Done<Only<'appeal'>> | undefined;
  readonly closedAt: string | undefined;
  readonly heldUntil: string | undefined;
}

/** The innocent hypothesis that a case is opened with. */
export const FIRST_HYPOTHESIS = 'H1';

const NOTHING: Case = {
  ...{ steps: [], lead: '', members: new Set(), recused: new Set(), hypotheses: new Map(), evidence: new Map() },
  ...{ withdrawn: new Set(), tasks: new Map(), clocks: new Map(), effects: new Map(), judges: new Set() },
  ...{ invitation: undefined, reply: undefined, proposal: undefined, outcome: undefined, appeal: undefined },
  ...{ closedAt: undefined, heldUntil: undefined },
};

/** The case that these steps make. Errors: forbidden, with the reason, at the first step that may not stand there. */
export function readCase(steps: readonly Done[]): Case {
  return steps.reduce(take, NOTHING);
}

/** The case after one more step. Errors: forbidden, with the reason, when the step may not come now or from this person. */
export function take(found: Case, done: Done): Case {
  const reason = refusal(found, done);
  if (reason !== undefined)
    throw new Fault('forbidden', `This step cannot be taken: ${reason}.`, { place: done.step.kind });
  return { ...found, steps: [...found.steps, done], ...change(found, done) };
}

/** Why a step may not come now, from this person; undefined when it may. */
export function refusal(found: Case, done: Done): string | undefined {
  const { step, by, at } = done;
  if (step.kind === 'open') return found.steps.length > 0 ? 'the case is open already' : undefined;
  if (found.steps.length === 0) return 'a case begins with its opening';
  const last = found.steps.at(-1)!;
  if (at < last.at) return 'it is dated before the step before it';
  if (found.recused.has(by)) return 'whoever is recused takes no further part';
  if (!found.members.has(by)) return 'only members of the case take part';
  if (found.closedAt !== undefined && !AFTER_CLOSING.has(step.kind)) return 'the case is closed';
  return unknownName(found, step) ?? outOfTurn(found, done);
}

const AFTER_CLOSING: ReadonlySet<StepKind> = new Set(['appeal', 'hold', 'release', 'recuse', 'admit']);

/** A name that is given twice, or that nothing bears. */
function unknownName(found: Case, step: Step): string | undefined {
  const given: Partial<Record<StepKind, ReadonlyMap<string, unknown>>> = {
    ...{ hypothesis: found.hypotheses, evidence: found.evidence, task: found.tasks, clock: found.clocks },
    effect: found.effects,
  };
  if ('id' in step && given[step.kind]?.has(step.id)) return `the name ${step.id} is taken`;
  const absent = (names: readonly string[], among: ReadonlyMap<string, unknown>) =>
    names.find((name) => !among.has(name));
  const missing =
    step.kind === 'evidence'
      ? absent([...step.supports, ...step.contradicts], found.hypotheses)
      : step.kind === 'withdraw'
        ? absent([step.evidence], found.evidence)
        : step.kind === 'task_done'
          ? absent([step.task], found.tasks)
          : step.kind === 'clock_met'
            ? absent([step.clock], found.clocks)
            : step.kind === 'effect_undone'
              ? absent([step.effect], found.effects)
              : step.kind === 'propose'
                ? absent(Object.keys(step.considered), found.hypotheses)
                : undefined;
  return missing === undefined ? undefined : `there is no ${missing} here`;
}

/** What the order of a fair hearing forbids. */
function outOfTurn(found: Case, { step, by, at }: Done): string | undefined {
  switch (step.kind) {
    case 'reply':
      return found.invitation ? undefined : 'nobody was invited to reply';
    case 'propose':
      return found.outcome === undefined ? unheard(found, step, at) : 'the case is decided';
    case 'reject':
    case 'decide':
      if (!found.proposal) return 'nothing is proposed';
      return found.proposal.by === by ? 'nobody decides on what he proposed himself' : undefined;
    case 'appeal':
      return found.outcome === undefined ? 'nothing is decided that could be appealed' : undefined;
    case 'appeal_decided':
      if (!found.appeal) return 'there is no appeal';
      if (found.judges.has(by)) return 'an appeal is judged by somebody who had no part in the decision';
      return OUTCOMES.indexOf(step.outcome) > OUTCOMES.indexOf(found.outcome!)
        ? 'an appeal makes nothing graver'
        : undefined;
    case 'close':
      return unfinished(found);
    default:
      return undefined;
  }
}

/** Why an outcome that burdens the person cannot be proposed yet. */
function unheard(found: Case, { outcome, considered }: Only<'propose'>, at: string): string | undefined {
  if (WITHOUT_BURDEN.includes(outcome)) return undefined;
  const open = [...found.hypotheses.values()].find(({ id, innocent }) => innocent && considered[id] === undefined);
  if (open) return `the innocent hypothesis ${open.id} is not answered`;
  if (!found.invitation) return 'the person was not invited to reply';
  if (!found.reply && at.slice(0, 10) <= found.invitation.step.due) return 'the term for the reply has not passed';
  return undefined;
}

/** Why a case cannot be closed yet. A clearing undoes everything that was done because of the case. */
function unfinished({ outcome, appeal, effects, proposal }: Case): string | undefined {
  if (outcome === undefined || proposal) return 'nothing is decided';
  if (appeal) return 'an appeal is pending';
  const [standing] = effects.keys();
  if (WITHOUT_BURDEN.includes(outcome) && standing !== undefined) return `the effect ${standing} is not undone`;
  return undefined;
}

const plus = <V>(map: ReadonlyMap<string, V>, key: string, value: V) => new Map(map).set(key, value);
const minus = <V>(map: ReadonlyMap<string, V>, key: string) => new Map([...map].filter(([name]) => name !== key));
const adding = (set: ReadonlySet<string>, ...names: string[]) => new Set([...set, ...names]);

/** What a step changes. */
function change(found: Case, done: Done): Partial<Case> {
  const { step, by, at } = done;
  switch (step.kind) {
    case 'open': {
      const first = { id: FIRST_HYPOTHESIS, innocent: true, text: step.innocent };
      return { lead: step.lead, members: new Set([by]), hypotheses: plus(found.hypotheses, first.id, first) };
    }
    case 'admit':
      return { members: adding(found.members, step.account) };
    case 'recuse':
      return { recused: adding(found.recused, step.account) };
    case 'hypothesis':
      return { hypotheses: plus(found.hypotheses, step.id, { id: step.id, innocent: step.innocent, text: step.text }) };
    case 'evidence':
      return { evidence: plus(found.evidence, step.id, { step, by, at }) };
    case 'withdraw':
      return { withdrawn: adding(found.withdrawn, step.evidence) };
    case 'task':
      return { tasks: plus(found.tasks, step.id, { step, by, at }) };
    case 'task_done':
      return { tasks: minus(found.tasks, step.task) };
    case 'clock':
      return { clocks: plus(found.clocks, step.id, { step, by, at }) };
    case 'clock_met':
      return { clocks: minus(found.clocks, step.clock) };
    case 'effect':
      return { effects: plus(found.effects, step.id, { step, by, at }) };
    case 'effect_undone':
      return { effects: minus(found.effects, step.effect) };
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
    case 'note':
      return {};
  }
}

/** Terms that run out within `days` of a day (YYYY-MM-DD), and those that have, the nearest first. */
export function termsDue(found: Case, today: string, days: number): { id: string; due: string; late: boolean }[] {
  const until = new Date(Date.parse(today) + days * 86_400_000).toISOString().slice(0, 10);
  return [...found.clocks.values()]
    .map(({ step: { id, due } }) => ({ id, due, late: due < today }))
    .filter(({ due }) => due <= until)
    .sort((a, b) => (a.due < b.due ? -1 : 1));
}

/** From which day on a closed case may be destroyed; undefined while it is open or held. */
export function expires({ closedAt, heldUntil }: Case, retentionDays: number): string | undefined {
  if (closedAt === undefined) return undefined;
  const end = new Date(Date.parse(closedAt) + retentionDays * 86_400_000).toISOString().slice(0, 10);
  return heldUntil !== undefined && heldUntil > end ? heldUntil : end;
}
