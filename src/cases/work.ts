/** Working on a case: opening it, taking a step, and what the program does by itself. Every change is in the ledger. */
import { type Access, listAccounts } from '../access/access.ts';
import type { Clock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import { randomId } from '../base/id.ts';
import { LEVELS, type Level } from '../base/level.ts';
import { lastDay } from '../detections/detections.ts';
import { levelsOf } from '../documents/documents.ts';
import type { Account } from '../http/route.ts';
import { aliases, personOf, QUEUE } from '../identities/identities.ts';
import {
  insertExplained,
  insertTriage,
  type LeadState,
  leadById,
  type Queue,
  refreshLeads,
  type Sight,
  sightOf,
} from '../leads/leads.ts';
import { change, type Ledger, type Touch } from '../ledger/ledger.ts';
import type { Data } from '../stores/data.ts';
import type { CaseworkDb } from '../stores/postgres.ts';
import { type Case, type CaseTerms, undoing } from './case.ts';
import { nextName, readCase, take } from './order.ts';
import { type Done, NAMES, type Only, PROGRAM, type Step, type StepInput, type StepKind, SUBJECT } from './step.ts';
import * as store from './store.ts';
import { notHis, type Part, partsOf } from './who.ts';

/** What the functions of this room work with. */
export interface Cases extends Omit<Data, 'close'> {
  readonly ledger: Ledger | undefined;
  readonly clock: Clock;
  /** For how many days closed cases are kept, and decisions about leads that became none. */
  readonly keep: CaseTerms & { readonly triage: number };
}

/** Somebody who is signed in, and the lead that he himself is, if he is one. */
export interface Person extends store.Looking {
  readonly roles: readonly string[];
  /** Of which leads he may know. */
  readonly sight: Sight;
}

export async function personLooking(cases: Pick<Cases, 'casework' | 'sealing'>, account: Account): Promise<Person> {
  const { id, roles, person } = account;
  const ownLead = person === null ? null : (await aliases(cases, QUEUE, [person])).get(person)!;
  return { account: id, roles, ownLead, sight: await sightOf(cases, account) };
}

/** The name under which the person of a lead appears in one case: of its own scope, so that no two can be laid side by side. */
async function caseAlias(cases: Cases, caseId: string, lead: string): Promise<string> {
  const user = await personOf(cases, QUEUE, lead);
  if (user === undefined) throw new Fault('not-found', 'There is no such lead.', { place: lead });
  return (await aliases(cases, caseId, [user])).get(user)!;
}

/** The same answer for no such case as for one that is not his. */
export const noSuchCase = (id: string) => new Fault('not-found', 'There is no such case.', { place: id });

export const today = ({ clock }: Pick<Cases, 'clock'>): string => clock().toISOString().slice(0, 10);

/** A lead as somebody may see it; a case officer sees those that were handed over. Throws `not-found`. */
export async function visibleLead(cases: Cases, person: Person, id: string): Promise<LeadState> {
  const row = await leadById(cases.casework, person.sight, id, { today: today(cases), inCase: [] });
  const reads = person.roles.some((role) => role === 'analyst' || role === 'reviewer');
  if (row === undefined || !(reads || row.status === 'handed_over'))
    throw new Fault('not-found', 'There is no such lead.', { place: id });
  return row;
}

export interface Found {
  readonly row: store.CaseRow;
  readonly found: Case;
  readonly parts: readonly Part[];
}

/** A case as one of its members sees it. Throws `not-found` for everybody else, as for no such case. */
export async function caseOf(cases: Cases, person: Person, id: string): Promise<Found> {
  const row = await store.visibleCase(cases.casework, person, id);
  const parts = row === undefined ? [] : partsOf(person.roles, row.queue);
  if (row === undefined || parts.length === 0) throw noSuchCase(id);
  return { row, found: readCase(await store.selectSteps(cases.casework, id)), parts };
}

/** The cases somebody is a member of, the newest first. */
export async function casesOf(cases: Cases, person: Person): Promise<Found[]> {
  const rows = await store.visibleCases(cases.casework, person);
  const steps = await store.selectStepsOf(
    cases.casework,
    rows.map(({ id }) => id),
  );
  return rows
    .map((row) => ({ row, found: readCase(steps.get(row.id)!), parts: partsOf(person.roles, row.queue) }))
    .filter(({ parts }) => parts.length > 0);
}

/** Opens a case on a lead; whoever opens it is its first member. Throws `forbidden` unless he works on cases of the queue. */
export async function openCase(
  cases: Cases,
  person: Person,
  lead: LeadState,
  opening: Omit<Only<'open'>, 'kind'>,
): Promise<string> {
  const queue: Queue = person.roles.includes('reviewer') ? 'reviewers' : 'case_officers';
  const id = randomId(8);
  const done = { step: { kind: 'open' as const, ...opening }, by: person.account, at: cases.clock().toISOString() };
  const why = notHis(done, partsOf(person.roles, queue));
  if (why !== undefined) throw new Fault('forbidden', `A case cannot be opened: ${why}.`);
  const alias = await caseAlias(cases, id, lead.id);
  await change(cases.ledger, cases.casework, act(person.account, 'open', id), async (tx, touch) => {
    await store.insertCase(tx, { id, alias, lead: lead.id, queue, opened_at: new Date(done.at) });
    touch('cases', id);
    await keep(tx, touch, id, 1, take(readCase([]), done));
  });
  return id;
}

function act(by: string, kind: StepKind, caseId: string) {
  // Who the person is must not be read off the ledger: what he says is the subject's, not his account's.
  const actor = by === SUBJECT || by === PROGRAM ? `system:${by}` : `account:${by}`;
  return { actor, act: `case.${kind}`, on: [`case:${caseId}`] };
}

async function keep(tx: CaseworkDb, touch: Touch, caseId: string, n: number, found: Case): Promise<Case> {
  await store.insertStep(tx, caseId, n, found.steps.at(-1)!);
  touch('case_steps', `${caseId}/${n}`);
  return found;
}

/** Takes a step. Throws `not-found` for a case that is not his, `forbidden` with the reason, `invalid-input`. */
export async function takeStep(cases: Cases, person: Person, id: string, input: StepInput): Promise<number> {
  const { parts, row } = await caseOf(cases, person, id);
  return await write(cases, id, person.account, await stepMaker(cases, row, input), (done) => notHis(done, parts));
}

/** A step that the subject takes by himself, or that follows from something that was done. */
export async function takeFor(
  cases: Cases,
  id: string,
  by: string,
  step: Step,
  parts: readonly Part[] = [by as Part],
): Promise<number> {
  return await write(cases, id, by, { kind: step.kind, of: () => step }, (done) => notHis(done, parts));
}

interface Maker {
  readonly kind: StepKind;
  /** The step, when the case is known: what is named gets the next name. */
  of(found: Case): Step;
}

async function stepMaker(cases: Cases, row: store.CaseRow, input: StepInput): Promise<Maker> {
  const { kind } = input;
  if (kind === 'admit') await workable(cases, row.queue, input.account);
  if (kind === 'recuse') await goesOn(cases, row, input.account);
  if (kind === 'link') {
    const documents = await registered(cases, input.documents);
    return { kind, of: () => ({ ...input, documents }) };
  }
  const of = (found: Case) => {
    const id = kind in NAMES ? { id: nextName(found, kind as keyof typeof NAMES) } : {};
    return { ...input, ...id } as Step;
  };
  return { kind, of };
}

/** Those who may be admitted: accounts whose roles give them a part in cases of the queue. */
export async function colleagues({ casework, clock }: Pick<Cases, 'casework' | 'clock'>, queue: Queue) {
  const access: Access = { db: casework, clock };
  const all = (await listAccounts(access)).filter(({ disabledAt }) => disabledAt === null);
  return all
    .map(({ id, name, roles }) => ({ account: id, name, parts: partsOf(roles, queue) }))
    .filter(({ parts }) => parts.length > 0);
}

async function workable(cases: Cases, queue: Queue, account: string): Promise<void> {
  if ((await colleagues(cases, queue)).some((one) => one.account === account)) return;
  throw new Fault('invalid-input', 'No account of that id has a part in such cases.', { place: 'account' });
}

/** A case without an officer could neither go on nor end: whoever is the last one lets a colleague in first. */
async function goesOn(cases: Cases, { id, queue }: store.CaseRow, recused: string): Promise<void> {
  const found = readCase(await store.selectSteps(cases.casework, id));
  const officers = (await colleagues(cases, queue)).filter(({ parts }) => parts.includes('officer'));
  const left = officers.filter(({ account }) => found.members.has(account) && !found.recused.has(account));
  if (left.some(({ account }) => account !== recused)) return;
  throw new Fault('forbidden', 'The case would have no officer left: admit one first.', { place: 'recuse' });
}

/** Documents with their levels. Throws `invalid-input` naming one that the register does not know. */
async function registered({ events }: Cases, paths: readonly string[]): Promise<{ path: string; level: Level }[]> {
  const levels = await levelsOf(events, paths);
  return [...new Set(paths)].map((path) => {
    const level = levels.get(path);
    if (level !== undefined) return { path, level: LEVELS[level] ?? 'unknown' };
    throw new Fault('invalid-input', 'The register knows no such document.', { place: path.slice(0, 200) });
  });
}

async function write(
  cases: Cases,
  id: string,
  by: string,
  maker: Maker,
  refused: (done: Done) => string | undefined,
): Promise<number> {
  const asOf = await lastOf(cases);
  const { n, isExplained } = await change(cases.ledger, cases.casework, act(by, maker.kind, id), async (tx, touch) => {
    const row = await store.lockCase(tx, id);
    if (row === undefined) throw noSuchCase(id);
    let found = readCase(await store.selectSteps(tx, id));
    // A clock that was set back must not stop a case.
    const at = [found.steps.at(-1)!.at, cases.clock().toISOString()].sort()[1]!;
    const done = { step: maker.of(found), by, at };
    const why = refused(done);
    if (why !== undefined) throw new Fault('forbidden', `This step cannot be taken: ${why}.`, { place: maker.kind });
    const n = found.steps.length + 1;
    found = await keep(tx, touch, id, n, take(found, done));
    await honour(tx, touch, row, done);
    for (const step of consequences(found, done, asOf)) {
      const follows = { step, by: PROGRAM, at: done.at };
      found = await keep(tx, touch, id, found.steps.length + 1, take(found, follows));
      await honour(tx, touch, row, follows);
    }
    return { n, isExplained: found.explained !== undefined && ['decide', 'appeal_decided'].includes(maker.kind) };
  });
  // The queue follows what was explained; if that fails now, tonight's does.
  if (isExplained) await refreshLeads(cases);
  return n;
}

/** The last day whose signals are known: what comes later was not looked at. */
async function lastOf(cases: Cases): Promise<string> {
  const [last, now] = [await lastDay(cases.events), today(cases)];
  return last !== undefined && last < now ? last : now;
}

function consequences(found: Case, { step }: Done, asOf: string): Step[] {
  const decides = step.kind === 'decide' || step.kind === 'appeal_decided';
  return decides ? undoing(found, found.outcome!, asOf) : [];
}

/** Does what a step says the program does: rows that its own work looks at. */
async function honour(tx: CaseworkDb, touch: Touch, row: store.CaseRow, { step, by, at }: Done): Promise<void> {
  if (step.kind === 'effect' && step.effect !== 'other') {
    const table = step.effect === 'watch' ? 'watch_list' : 'copy_holds';
    await store.insertEffect(tx, table, { case_id: row.id, effect: step.id, lead: row.lead, since: at.slice(0, 10) });
    touch(table, `${row.id}/${step.id}`);
  }
  if (step.kind === 'effect_undone') {
    const table = await store.deleteEffect(tx, row.id, step.effect);
    if (table !== undefined) touch(table, `${row.id}/${step.effect}`);
  }
  if (step.kind === 'close') {
    // As when a lead is dismissed without a case: it comes back with news, and nobody can tell that there was one.
    const lead = await leadById(tx, null, row.lead);
    const triage = {
      ...({
        id: randomId(),
        lead: row.lead,
        decision: 'dismiss',
        reason: 'Dealt with.',
        until: null,
        queue: null,
      } as const),
      ...{
        evidence: lead?.evidence ?? 0,
        as_of: lead?.as_of ?? at.slice(0, 10),
        decided_by: by,
        decided_at: new Date(at),
      },
    };
    await insertTriage(tx, triage);
    touch('lead_triage', triage.id);
  }
  if (step.kind === 'explained') {
    const explained = { id: randomId(12), lead: row.lead, until: step.until };
    await insertExplained(tx, explained);
    touch('explained_signals', explained.id);
  }
}
