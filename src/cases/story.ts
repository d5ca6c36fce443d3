/** A case as its page tells it: the whole story in order, and what follows from it for whoever reads it. */
import type { z } from 'zod';
import { listAccounts } from '../access/access.ts';
import { LEVELS } from '../base/level.ts';
import { personOf, QUEUE } from '../identities/identities.ts';
import { leadById, type Queue, type Rules, signalsOf, storyOfLead } from '../leads/leads.ts';
import { type Case, expires, standing, stateOf, terms, termsDue } from './case.ts';
import { nextSteps, outcomesNow } from './order.ts';
import type { Due, StepShown, Summary, Whole } from './shapes.ts';
import { type Done, type Only, PROGRAM, type Step, type StepKind, SUBJECT } from './step.ts';
import { selectWatches } from './store.ts';
import { partsOf } from './who.ts';
import { type Cases, type Found, type Person, today } from './work.ts';

export function summaryOf({ row, found, parts }: Found, day: string): z.input<typeof Summary> {
  return {
    ...{ id: row.id, alias: row.alias, queue: row.queue, state: stateOf(found), outcome: found.outcome ?? null },
    opened_at: new Date(row.opened_at).toISOString(),
    last_step_at: found.steps.at(-1)!.at,
    steps: found.steps.length,
    members: [...found.members].filter((member) => !found.recused.has(member)).length,
    open_tasks: standing(found.tasks, found).length,
    parts: [...parts],
    next_term: terms(found, day)[0] ?? null,
  };
}

export type Staff = ReadonlyMap<string, { name: string; roles: readonly string[] }>;

/** All accounts by id. */
export async function staffOf({ casework, clock }: Pick<Cases, 'casework' | 'clock'>): Promise<Staff> {
  return new Map((await listAccounts({ db: casework, clock })).map((account) => [account.id, account]));
}

/** Names of whoever took steps; the program and the subject have none. */
export function namesIn(staff: Staff): (by: string) => string {
  return (by) => staff.get(by)?.name ?? (by === PROGRAM || by === SUBJECT ? '' : by);
}

export async function wholeOf(
  cases: Cases,
  rules: Rules,
  person: Person,
  looked: Found,
): Promise<z.input<typeof Whole>> {
  const { row, found, parts } = looked;
  const day = today(cases);
  const now = cases.clock().toISOString();
  const staff = await staffOf(cases);
  const nameOf = namesIn(staff);
  const { steps: _, members: __, open_tasks: ___, next_term: ____, ...summary } = summaryOf(looked, day);
  const documents = [...found.documents].map(([path, level]) => ({ path, level }));
  return {
    ...summary,
    closed_at: found.closedAt ?? null,
    held_until: found.heldUntil ?? null,
    destroyed_from: expires(found, cases.keep, day) ?? null,
    next: nextSteps(found, person.account, parts, now),
    outcomes: outcomesNow(found, now),
    people: peopleIn(found, row.queue, staff),
    steps: found.steps.map((done, index) => shown(done, index + 1, nameOf)),
    ...thingsIn(found, nameOf),
    terms: terms(found, day),
    documents,
    document_counts: Object.fromEntries(
      LEVELS.map((level) => [level, documents.filter((one) => one.level === level).length]),
    ),
    lead: await leadNow(cases, rules, row),
  };
}

function peopleIn(found: Case, queue: Queue, staff: Staff) {
  return [...found.members].map((account) => {
    const { name = account, roles = [] } = staff.get(account) ?? {};
    return { account, name, parts: partsOf(roles, queue), recused: found.recused.has(account) };
  });
}

export function shown({ step, by, at }: Done, n: number, nameOf: (by: string) => string): z.input<typeof StepShown> {
  const { kind, ...said } = step;
  return { n, kind, by, by_name: nameOf(by), at, step: said };
}

/** Where a thing was named: the number of the step. */
function stepOf(found: Case, kind: StepKind, id: string): number {
  return found.steps.findIndex(({ step }) => step.kind === kind && 'id' in step && step.id === id) + 1;
}

export function thingsIn(found: Case, nameOf: (by: string) => string) {
  const { ended } = found;
  const evidence = [...found.evidence.values()].map(({ step }) => step).filter(({ id }) => !found.withdrawn.has(id));
  const naming = (field: 'supports' | 'contradicts', id: string) =>
    evidence.filter((one) => one[field].includes(id)).map((one) => one.id);
  const considered = found.steps.findLast(({ step }) => step.kind === 'propose')?.step as Only<'propose'> | undefined;
  return {
    hypotheses: [...found.hypotheses.values()].map((one) => ({
      ...one,
      n: Math.max(1, stepOf(found, 'hypothesis', one.id)),
      for: naming('supports', one.id),
      against: naming('contradicts', one.id),
      answered: considered?.considered[one.id] ?? null,
    })),
    evidence: [...found.evidence.values()].map(({ step: { kind: _, ...one } }) => ({
      ...one,
      n: stepOf(found, 'evidence', one.id),
      withdrawn: found.withdrawn.has(one.id),
      bytes: found.stored.get(one.id) ?? null,
      custody: custodyOf(found, one.id, nameOf),
    })),
    tasks: [...found.tasks.values()].map(({ step: { id, text, due = null } }) => ({
      ...{ id, n: stepOf(found, 'task', id), text, due, done: ended.has(id) },
    })),
    clocks: [...found.clocks.values()].map(({ step: { id, text, basis, due } }) => ({
      ...{ id, n: stepOf(found, 'clock', id), text, basis, due, met: ended.has(id) },
    })),
    effects: [...found.effects.values()].map(({ step: { id, effect, text }, at }) => ({
      ...{ id, n: stepOf(found, 'effect', id), effect, text, since: at, undone: ended.has(id) },
    })),
  };
}

/** Who has had a piece of evidence, from its being added on. */
function custodyOf(found: Case, id: string, nameOf: (by: string) => string) {
  return found.steps.flatMap(({ step, by, at }, index) => {
    const handled = handling(step, id);
    return handled === undefined ? [] : [{ n: index + 1, ...handled, by, by_name: nameOf(by), at }];
  });
}

function handling(step: Step, id: string) {
  if (step.kind === 'evidence' && step.id === id) return { act: 'added' as const, text: step.origin };
  if (!('evidence' in step) || step.evidence !== id) return undefined;
  if (step.kind === 'stored') return { act: 'stored' as const, text: '' };
  if (step.kind === 'withdraw') return { act: 'withdrawn' as const, text: step.reason };
  return { act: step.act, text: step.text };
}

/** The lead as it is now, under the case's alias: the lead's own name would tie this case to others and to the queue. */
async function leadNow(
  cases: Cases,
  rules: Rules,
  { lead, alias }: { lead: string; alias: string },
): Promise<z.input<typeof Whole>['lead']> {
  const row = await leadById(cases.casework, null, lead);
  const user = await personOf(cases, QUEUE, lead);
  if (row === undefined || user === undefined) return null;
  return await storyOfLead(cases, rules, { ...row, id: alias }, user);
}

/** Of what somebody is reminded, in all his cases; and how many signals came of those who are watched because of one. */
export async function dueOf(cases: Cases, all: readonly Found[]): Promise<z.input<typeof Due>> {
  const day = today(cases);
  const due = all.flatMap(({ row, found }) =>
    termsDue(found, day).map((term) => ({ ...term, case: row.id, alias: row.alias })),
  );
  const byId = new Map(all.map(({ row }) => [row.id, row]));
  const watches = await selectWatches(cases.casework, [...byId.keys()]);
  const watched = await Promise.all(
    watches.map(async ({ case_id, effect, lead, since }) => {
      const user = await personOf(cases, QUEUE, lead);
      const signals = user === undefined ? [] : await signalsOf(cases.events, user);
      const news = signals.filter((signal) => signal.day > since).length;
      return { case: case_id, alias: byId.get(case_id)!.alias, effect, since, signals: news };
    }),
  );
  return { due: due.sort((a, b) => (a.due < b.due ? -1 : 1)), watched };
}
