/** Which step may come next: the order of a fair hearing. Pure. */
import { Fault } from '../base/fault.ts';
import { after, type Case, NOTHING, standing } from './case.ts';
import {
  type Done,
  NAMES,
  type Only,
  OUTCOMES,
  type Outcome,
  PROGRAM,
  STEP_KINDS,
  type Step,
  type StepKind,
  SUBJECT,
  WITHOUT_BURDEN,
} from './step.ts';
import { MAY_TAKE, type Part } from './who.ts';

/** The case that these steps make. Errors: forbidden, with the reason, at the first step that may not stand there. */
export function readCase(steps: readonly Done[]): Case {
  return steps.reduce(take, NOTHING);
}

/** The case after one more step. Errors: forbidden, with the reason, when the step may not come now or from this person. */
export function take(found: Case, done: Done): Case {
  const reason = refusal(found, done);
  if (reason !== undefined)
    throw new Fault('forbidden', `This step cannot be taken: ${reason}.`, { place: done.step.kind });
  return after(found, done);
}

/** Why a step may not come now, from this person; undefined when it may. */
export function refusal(found: Case, done: Done): string | undefined {
  const { step, by, at } = done;
  if (step.kind === 'open') return found.steps.length > 0 ? 'the case is open already' : undefined;
  if (found.steps.length === 0) return 'a case begins with its opening';
  if (at < found.steps.at(-1)!.at) return 'it is dated before the step before it';
  const isOther = by === PROGRAM || by === SUBJECT;
  if (isOther && !(MAY_TAKE[step.kind] as readonly string[]).includes(by) && !(by === PROGRAM && step.kind === 'task'))
    return `it is not for the ${by}`;
  if (found.recused.has(by)) return 'whoever is recused takes no further part';
  if (!isOther && !found.members.has(by)) return 'only members of the case take part';
  if (found.closedAt !== undefined && !AFTER_CLOSING.has(step.kind)) return 'the case is closed';
  return unknownName(found, step) ?? outOfTurn(found, done);
}

const AFTER_CLOSING: ReadonlySet<StepKind> = new Set(['appeal', 'notify', 'hold', 'release', 'recuse', 'admit']);

/** What a step names, and what it may be: things that stand. */
function named(found: Case, step: Step): { names: readonly string[]; among: ReadonlySet<string> } | undefined {
  const open = (things: ReadonlyMap<string, Done<Step & { id: string }>>) =>
    new Set(standing(things, found).map(({ step: { id } }) => id));
  switch (step.kind) {
    case 'evidence':
      return { names: [...step.supports, ...step.contradicts], among: new Set(found.hypotheses.keys()) };
    case 'withdraw':
    case 'custody':
    case 'stored':
      return {
        names: [step.evidence],
        among: new Set([...found.evidence.keys()].filter((id) => !found.withdrawn.has(id))),
      };
    case 'task_done':
      return { names: [step.task], among: open(found.tasks) };
    case 'clock_met':
      return { names: [step.clock], among: open(found.clocks) };
    case 'effect_undone':
      return { names: [step.effect], among: open(found.effects) };
    case 'propose':
      return { names: Object.keys(step.considered), among: new Set(found.hypotheses.keys()) };
    default:
      return undefined;
  }
}

/** A name that is not the next one, or that nothing here bears. */
function unknownName(found: Case, step: Step): string | undefined {
  if ('id' in step && step.id !== nextName(found, step.kind)) return `the next name is ${nextName(found, step.kind)}`;
  const said = named(found, step);
  const missing = said?.names.find((name) => !said.among.has(name));
  return missing === undefined ? undefined : `there is no ${missing} here`;
}

/** What the next thing of a kind is called. */
export function nextName(found: Case, kind: keyof typeof NAMES): string {
  const { hypotheses, evidence, tasks, clocks, effects } = found;
  const sizes = { hypothesis: hypotheses, evidence, task: tasks, clock: clocks, effect: effects };
  return `${NAMES[kind]}${sizes[kind].size + 1}`;
}

/** What the order of a fair hearing forbids. */
function outOfTurn(found: Case, { step, by, at }: Done): string | undefined {
  switch (step.kind) {
    case 'stored':
      return found.stored.has(step.evidence) ? 'its bytes are kept already' : undefined;
    case 'reply':
      if (found.outcome !== undefined) return 'the case is decided';
      return found.invitation ? undefined : 'nobody was invited to reply';
    case 'propose':
      if (found.outcome !== undefined) return 'the case is decided';
      return found.proposal ? 'something is proposed already' : unheard(found, step, at);
    case 'reject':
    case 'decide':
      if (!found.proposal) return 'nothing is proposed';
      return found.proposal.by === by ? 'nobody decides on what he proposed himself' : undefined;
    case 'notify':
      return found.outcome === undefined ? 'nothing is decided' : undefined;
    case 'appeal':
      return cannotAppeal(found, by, at);
    case 'appeal_decided':
      return cannotJudge(found, step, by);
    case 'close':
      return unfinished(found);
    default:
      return undefined;
  }
}

function cannotAppeal(found: Case, by: string, at: string): string | undefined {
  if (found.outcome === undefined) return 'nothing is decided that could be appealed';
  if (found.appeal) return 'an appeal is pending';
  if (by !== SUBJECT) return undefined;
  if (!found.notice) return 'nobody was told of a decision';
  return at.slice(0, 10) > found.notice.step.appeal_until ? 'the term for an appeal has passed' : undefined;
}

function cannotJudge(found: Case, { outcome }: Only<'appeal_decided'>, by: string): string | undefined {
  if (!found.appeal) return 'there is no appeal';
  if (found.judges.has(by)) return 'an appeal is judged by somebody who had no part in the decision';
  const isGraver = OUTCOMES.indexOf(outcome) > OUTCOMES.indexOf(found.outcome!);
  return isGraver ? 'an appeal makes nothing graver' : undefined;
}

/** Why an outcome that burdens the person cannot be proposed yet. */
function unheard(found: Case, { outcome, considered }: Only<'propose'>, at: string): string | undefined {
  if (WITHOUT_BURDEN.includes(outcome)) return undefined;
  const hearing = unheardYet(found, at);
  if (hearing !== undefined) return hearing;
  const open = [...found.hypotheses.values()].find(({ id, innocent }) => innocent && considered[id] === undefined);
  return open ? `the innocent hypothesis ${open.id} is not answered` : undefined;
}

function unheardYet({ invitation, reply }: Case, at: string): string | undefined {
  if (!invitation) return 'the person was not invited to reply';
  if (!reply && at.slice(0, 10) <= invitation.step.due) return 'the term for the reply has not passed';
  return undefined;
}

/** Why a case cannot be closed yet. A clearing undoes everything that was done because of the case. */
function unfinished(found: Case): string | undefined {
  const { outcome, appeal, effects, proposal } = found;
  if (outcome === undefined || proposal) return 'nothing is decided';
  if (appeal) return 'an appeal is pending';
  const [left] = standing(effects, found);
  if (WITHOUT_BURDEN.includes(outcome) && left) return `the effect ${left.step.id} is not undone`;
  return undefined;
}

/** The kinds of steps that somebody with these parts may take now, whatever they say. */
export function nextSteps(found: Case, by: string, parts: readonly Part[], at: string): StepKind[] {
  const blank = { by, at };
  const [evidence] = [...found.evidence.keys()].filter((id) => !found.withdrawn.has(id));
  const first = (things: ReadonlyMap<string, Done<Step & { id: string }>>) => standing(things, found)[0]?.step.id ?? '';
  const sample: Record<string, unknown> = {
    ...{ account: by, supports: [], contradicts: [], considered: {}, documents: [], evidence: evidence ?? '' },
    ...{ task: first(found.tasks), clock: first(found.clocks), effect: first(found.effects), outcome: 'cleared' },
  };
  return STEP_KINDS.filter((kind) => {
    if (['open', 'stored', 'explained'].includes(kind) || !parts.some((part) => MAY_TAKE[kind].includes(part)))
      return false;
    const id = kind in NAMES ? { id: nextName(found, kind as keyof typeof NAMES) } : {};
    return refusal(found, { ...blank, step: { ...sample, kind, ...id } as never }) === undefined;
  });
}

/** Each outcome with the reason why it cannot be proposed yet; null where it can. */
export function outcomesNow(found: Case, at: string): { outcome: Outcome; refused: string | null }[] {
  const why = unheardYet(found, at) ?? null;
  return OUTCOMES.map((outcome) => ({ outcome, refused: WITHOUT_BURDEN.includes(outcome) ? null : why }));
}
