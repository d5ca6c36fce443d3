/** Officers' keys: one person proposes his own, another one confirms that it is his. */
import type { Clock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import { randomId } from '../base/id.ts';
import type { Account } from '../http/route.ts';
import { change, type Ledger } from '../ledger/ledger.ts';
import type { Sealed } from './alias.ts';
import { isPostQuantum, isRecipient, type Recipients } from './layers.ts';
import { CLASSES, enrolmentStatement, isSignedBy, keyFingerprint, type OfficerClass } from './statement.ts';
import * as store from './store.ts';

/** What the functions about officers and unmaskings work with. */
export interface Identities extends Sealed {
  readonly clock: Clock;
  readonly ledger: Ledger | undefined;
}

export interface OfficerKey {
  readonly id: string;
  readonly account: string;
  readonly class: OfficerClass;
  readonly recipient: string;
  readonly signingKey: string;
  readonly fingerprint: string;
  readonly state: 'proposed' | 'confirmed' | 'retired';
}

/** The class of whoever holds one of these roles; nobody holds two of both classes. Reviewers are officers of their own cases. */
const CLASS_OF = { case_officer: 'case', reviewer: 'case', approver: 'approval' } as const satisfies Record<
  string,
  OfficerClass
>;

export function classOf({ roles }: Account): OfficerClass {
  for (const [role, officerClass] of Object.entries(CLASS_OF))
    if (roles.some((one) => one === role)) return officerClass;
  throw new Fault('forbidden', 'Only case officers and approvers hold keys to identities.');
}

/**
 * Proposes the signed-in officer's own key. `proof` is his signature over `enrolmentStatement`: nobody can have another's
 * key taken for his own. Throws `forbidden`, `invalid-input`, `not-trusted`.
 */
export async function proposeKey(
  identities: Identities,
  as: Account,
  given: { recipient: string; signingKey: string; proof: string },
): Promise<OfficerKey> {
  const { recipient, signingKey, proof } = given;
  const officerClass = classOf(as);
  requirePerson(as);
  if (!isRecipient(recipient)) throw new Fault('invalid-input', 'This is no age recipient.', { place: 'recipient' });
  const statement = enrolmentStatement({ account: as.id, class: officerClass, recipient, signingKey });
  if (!isSignedBy(statement, proof, signingKey))
    throw new Fault('not-trusted', 'The proof was not made with this key for this account.', { place: 'proof' });
  await refuseMixture(identities, officerClass, recipient);
  const row: store.OfficerKeysTable = {
    ...{ id: randomId(), account_id: as.id, class: officerClass, recipient, signing_key: signingKey },
    ...{ proposed_at: identities.clock(), confirmed_by: null, confirmed_at: null, retired_by: null, retired_at: null },
  };
  await changed(identities, as, 'officer.propose-key', async (tx, touch) => {
    if (!(await store.insertKey(tx, row)))
      throw new Fault('invalid-input', 'This key was proposed before.', { place: 'signing_key' });
    touch('officer_keys', row.id);
  });
  return keyOf(row);
}

/** age does not encrypt to both kinds at once. */
async function refuseMixture(identities: Identities, officerClass: OfficerClass, recipient: string): Promise<void> {
  const others = (await listKeys(identities)).filter((key) => key.class === officerClass && key.state !== 'retired');
  if (others.every((key) => isPostQuantum(key.recipient) === isPostQuantum(recipient))) return;
  throw new Fault('invalid-input', 'The other officers of this class have keys of another suite.', {
    place: 'recipient',
  });
}

/**
 * Confirms somebody else's key after its fingerprint was compared with him. From then on identities are sealed to it.
 * Throws `not-found`, `forbidden`, `not-trusted` for another fingerprint.
 */
export async function confirmKey(
  identities: Identities,
  as: Account,
  id: string,
  fingerprint: string,
): Promise<OfficerKey> {
  classOf(as);
  requirePerson(as);
  const proposer = (await store.selectKeys(identities.casework)).find((key) => key.id === id);
  return await changed(identities, as, 'officer.confirm-key', async (tx, touch) => {
    const row = await store.lockKey(tx, id);
    if (row === undefined || proposer === undefined)
      throw new Fault('not-found', 'There is no such key.', { place: id });
    if (row.account_id === as.id || proposer.person === as.person)
      throw new Fault('forbidden', 'A key is confirmed by another person than the one who proposed it.', { place: id });
    const key = keyOf(row);
    if (key.state !== 'proposed') throw new Fault('forbidden', `The key is ${key.state} already.`, { place: id });
    if (key.fingerprint.replaceAll(' ', '') !== fingerprint.toLowerCase().replaceAll(/[\s:-]/g, ''))
      throw new Fault('not-trusted', 'The fingerprint is not the one of this key.', { place: 'fingerprint' });
    const values = { confirmed_by: as.id, confirmed_at: identities.clock() };
    await store.updateKey(tx, id, values);
    touch('officer_keys', id);
    return keyOf({ ...row, ...values });
  });
}

/** Takes a key out of use: nothing more is sealed to it, and what it signs counts no longer. */
export async function retireKey(identities: Identities, as: Account, id: string): Promise<OfficerKey> {
  classOf(as);
  return await changed(identities, as, 'officer.retire-key', async (tx, touch) => {
    const row = await store.lockKey(tx, id);
    if (row === undefined) throw new Fault('not-found', 'There is no such key.', { place: id });
    if (row.retired_at !== null) throw new Fault('forbidden', 'The key is retired already.', { place: id });
    const values = { retired_by: as.id, retired_at: identities.clock() };
    await store.updateKey(tx, id, values);
    touch('officer_keys', id);
    return keyOf({ ...row, ...values });
  });
}

/** All keys, the oldest first. Those of an account that is shut count as retired. */
export async function listKeys({ casework }: Sealed): Promise<OfficerKey[]> {
  return (await store.selectKeys(casework)).map(keyOf);
}

/** The public keys that identities are sealed to now; undefined while a class has nobody. */
export async function recipientsNow(sealed: Sealed): Promise<Recipients | undefined> {
  const keys = (await listKeys(sealed)).filter(({ state }) => state === 'confirmed');
  const of = (wanted: OfficerClass) =>
    keys
      .filter((key) => key.class === wanted)
      .map(({ recipient }) => recipient)
      .sort();
  const recipients = { case: of('case'), approval: of('approval') };
  const isComplete = Object.keys(CLASSES).every((name) => recipients[name as OfficerClass].length > 0);
  return isComplete ? recipients : undefined;
}

function keyOf(row: store.OfficerKeysTable & { disabled_at?: Date | null }): OfficerKey {
  const { id, account_id: account, class: officerClass, recipient, signing_key: signingKey } = row;
  const isRetired = row.retired_at !== null || (row.disabled_at ?? null) !== null;
  const state = isRetired ? 'retired' : row.confirmed_at !== null ? 'confirmed' : 'proposed';
  const fingerprint = keyFingerprint({ recipient, signingKey });
  return { id, account, class: officerClass, recipient, signingKey, fingerprint, state };
}

function requirePerson({ person }: Account): void {
  if (person !== null) return;
  // Two accounts could be one person's, and two people are what all of this stands on.
  throw new Fault('forbidden', 'Nobody said whose account this is: `countersign account NAME --person ID`.');
}

function changed<T>(
  { ledger, casework }: Identities,
  as: Account,
  act: string,
  work: Parameters<typeof change<T>>[3],
): Promise<T> {
  return change(ledger, casework, { actor: `account:${as.id}`, act }, work);
}
