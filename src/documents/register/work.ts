/** Taking steps in the register: by whom, in which order, in the ledger, and so that detection hears of it. */
import { listAccounts } from '../../access/access.ts';
import type { Clock } from '../../base/clock.ts';
import { Fault } from '../../base/fault.ts';
import { randomId } from '../../base/id.ts';
import { type Log, silentLog } from '../../base/log.ts';
import type { Account } from '../../http/route.ts';
import { aliases, peopleOf } from '../../identities/identities.ts';
import { type Act, change, type Ledger } from '../../ledger/ledger.ts';
import type { Data } from '../../stores/data.ts';
import type { CaseworkDb } from '../../stores/postgres.ts';
import { custodian, hasDirectory } from './facts/store.ts';
import { publish } from './publish.ts';
import { type DocumentRecord, kept, readSteps, take } from './record.ts';
import { CUSTODY, type Done, NOTHING_MORE, Registered, type StepInput } from './step.ts';
import * as store from './store.ts';

/** Of whom is asked whether copies must be kept: where they are, and who has them, by the directory's account. */
export interface HeldCopy {
  readonly path: string;
  readonly holder: string | undefined;
}

/** What the functions of the register work with. */
export interface Register extends Pick<Data, 'casework' | 'events' | 'sealing'> {
  readonly ledger: Ledger | undefined;
  readonly clock: Clock;
  /** Whether something that this room knows nothing of keeps a copy from being destroyed; asked in the transaction. */
  readonly isHeld?: ((tx: CaseworkDb, copy: HeldCopy) => Promise<boolean>) | undefined;
  readonly log?: Log | undefined;
}

export const today = ({ clock }: Pick<Register, 'clock'>): string => clock().toISOString().slice(0, 10);

const noSuch = (id: string) => new Fault('not-found', 'There is no such document.', { place: id });

/** A document with all its steps. Throws `not-found`. */
export async function documentOf({ casework }: Pick<Register, 'casework'>, id: string) {
  const row = await store.documentById(casework, id);
  if (row === undefined) throw noSuch(id);
  const steps = (await store.stepsOf(casework, [id])).get(id)!;
  return { row, steps, record: readSteps(id, steps) };
}

/** The id of the document with this id or path. */
export async function documentByName(
  { casework }: Pick<Register, 'casework'>,
  name: string,
): Promise<string | undefined> {
  const [byPath] = await store.documentsByPath(casework, [name]);
  return byPath?.id ?? (await store.documentById(casework, name))?.id;
}

/** Registers a document that no table names. Gives its id. Throws `invalid-input` for a path that is registered. */
export async function registerDocument(
  register: Register,
  { id: account }: Pick<Account, 'id'>,
  input: { path: string; level: number } & Partial<Omit<Registered, 'kind'>>,
): Promise<string> {
  const id = randomId(10);
  const said = { ...NOTHING_MORE, registered: today(register), ...input };
  const step = Registered.parse({ ...said, kind: 'registered', sha256: said.sha256.toLowerCase() });
  await change(register.ledger, register.casework, actOf(account, 'register', id), async (tx, touch) => {
    if ((await store.documentsByPath(tx, [step.path])).length > 0)
      throw new Fault('invalid-input', 'A document with this path is registered already.', { place: 'path' });
    const done = { step, by: account, at: register.clock().toISOString() };
    await store.writeDocuments(tx, [{ record: take(undefined, id, done), added: [done], isPublished: false }]);
    touch('register_steps', store.stepId(id, 1));
  });
  await tell(register);
  return id;
}

/**
 * Takes a step on a document. People in it are accounts of the directory. Gives its number. Throws `not-found`,
 * `invalid-input` for a step that does not fit, `forbidden` for one that he must not take.
 */
export async function takeStep(
  register: Register,
  account: Pick<Account, 'id' | 'person'>,
  id: string,
  input: StepInput,
): Promise<number> {
  await checkHandover(register, id, input);
  const step = await underAliases(register, input);
  const act: { -readonly [K in keyof Act]: Act[K] } = actOf(account.id, verbOf(step), id);
  if (step.kind === 'copy') act.on = [`document:${id}`, `copy:${id}/${step.copy}`];
  const n = await change(register.ledger, register.casework, act, async (tx, touch) => {
    if ((await store.lockDocument(tx, id)) === undefined) throw noSuch(id);
    const steps = (await store.stepsOf(tx, [id])).get(id)!;
    const before = readSteps(id, steps);
    // A clock that was set back must not stop the registry.
    const at = [before.at, register.clock().toISOString()].sort()[1]!;
    const done: Done = { step, by: account.id, at };
    const record = take(before, id, done);
    await checkTwo(register, tx, before, done, account);
    await checkHeld(register, tx, before, done);
    await store.writeDocuments(tx, [{ record, added: [done], isPublished: false }]);
    touch('register_steps', store.stepId(id, record.steps));
    // The certificate is in the ledger before the copy is gone.
    const certificate = step.kind === 'copy' ? record.copies.get(step.copy)?.certificate : undefined;
    if (certificate !== undefined) act.digest = certificate.sha256;
    return record.steps;
  });
  await tell(register);
  return n;
}

const actOf = (account: string, verb: string, id: string): Act => ({
  ...{ actor: `account:${account}`, act: `documents.${verb}`, on: [`document:${id}`] },
});

const verbOf = (step: StepInput): string =>
  (step.kind === 'copy' ? `copy ${step.act}` : step.kind).replaceAll(' ', '-');

/** Detection hears of it now, or, when the event store does not answer, with the next step or start. */
export async function tell(register: Register): Promise<void> {
  try {
    await publish(register);
  } catch (error) {
    (register.log ?? silentLog).error({ room: 'documents', error }, 'the register could not be told to detection');
  }
}

/** Two accounts of one person are one person. */
async function checkTwo(
  { clock }: Register,
  tx: CaseworkDb,
  before: DocumentRecord,
  { step, by }: Done,
  { person }: Pick<Account, 'person'>,
): Promise<void> {
  const isProposal =
    step.kind === 'downgrade proposed' || (step.kind === 'copy' && step.act === 'destruction proposed');
  if (isProposal && person === null) throw unknown(step.kind);
  const proposer =
    step.kind === 'downgrade confirmed'
      ? before.downgrade?.by
      : step.kind === 'copy' && step.act === 'destruction confirmed'
        ? before.copies.get(step.copy)?.proposed?.by
        : undefined;
  if (proposer === undefined) return;
  const accounts = await listAccounts({ db: tx, clock });
  const other = accounts.find(({ id }) => id === proposer);
  if (proposer !== by && person !== null && other?.person != null && other.person !== person) return;
  if (proposer !== by && (person === null || other?.person == null)) throw unknown(step.kind);
  const why = 'This takes two different people: who has proposed it cannot confirm it.';
  throw new Fault('forbidden', why, { place: step.kind });
}

const unknown = (place: string) =>
  new Fault(
    'forbidden',
    'This takes two different people: nobody said whose account this is (`countersign account NAME --person ID`).',
    { place },
  );

async function checkHeld(register: Register, tx: CaseworkDb, before: DocumentRecord, { step }: Done): Promise<void> {
  if (register.isHeld === undefined || step.kind !== 'copy') return;
  if (step.act !== 'destruction proposed' && step.act !== 'destruction confirmed') return;
  const alias = before.copies.get(step.copy)?.holder;
  const names = await peopleOf({ ...register, casework: tx }, CUSTODY, alias === undefined ? [] : [alias]);
  const holder = alias === undefined ? undefined : names.get(alias);
  if (await register.isHeld(tx, { path: before.path, holder })) throw kept(step.act);
}

/** To whom a document may be given: somebody the directory knows, cleared for it, and who needs to know it. */
async function checkHandover(register: Register, id: string, step: StepInput): Promise<void> {
  if (step.kind !== 'copy' || (step.act !== 'issued' && step.act !== 'lent')) return;
  const { record } = await documentOf(register, id);
  const day = today(register);
  const person = await custodian(register.events, step.to, day);
  if (person === undefined && !(await hasDirectory(register.events, day))) return;
  const refuse = (why: string): never => {
    throw new Fault('forbidden', `${step.act}: ${why}.`, { place: 'to' });
  };
  if (person === undefined) throw new Fault('invalid-input', 'The directory knows no such account.', { place: 'to' });
  // As detection has it: public and internal papers need no clearance.
  if (person.clearance > 0 && record.level > Math.max(person.clearance, 2))
    refuse('the level of the document is above his clearance');
  if (record.needToKnow.size === 0) return;
  const names = [`team:${person.team}`, ...person.projects.map((project) => `project:${project}`)];
  if (names.some((name) => record.needToKnow.has(name))) return;
  const alias = (await aliases(register, CUSTODY, [step.to])).get(step.to)!;
  if (!record.needToKnow.has(`person:${alias}`))
    refuse('he is not on the need-to-know list; put him there first, with a reason');
}

const PERSON = 'person:';

/** The step with people under their aliases. */
async function underAliases(register: Register, step: StepInput): Promise<StepInput> {
  const named =
    step.kind === 'need to know'
      ? [...step.add, ...step.remove].filter((one) => one.startsWith(PERSON)).map((one) => one.slice(PERSON.length))
      : step.kind === 'copy' && 'to' in step
        ? [step.to]
        : [];
  if (named.length === 0) return step;
  const names = await aliases(register, CUSTODY, named);
  const hide = (one: string) => (one.startsWith(PERSON) ? `${PERSON}${names.get(one.slice(PERSON.length))}` : one);
  if (step.kind === 'need to know') return { ...step, add: step.add.map(hide), remove: step.remove.map(hide) };
  return step.kind === 'copy' && 'to' in step ? { ...step, to: names.get(step.to)! } : step;
}
