/** What is done to an account within a transaction, whoever decided it. Each function says which rows it touched. */
import { Fault } from '../base/fault.ts';
import { randomId } from '../base/id.ts';
import type { Account } from '../http/route.ts';
import type { Touch } from '../ledger/ledger.ts';
import type { CaseworkDb } from '../stores/postgres.ts';
import type { Access } from './access.ts';
import { unconfirmPasskeysOf } from './passkeys/store.ts';
import { askForPasskey } from './requests/ask.ts';
import { type Role, separation } from './roles.ts';
import { deleteSessionsOf } from './sessions/store.ts';
import * as store from './store.ts';

/** A change that is under way. */
export interface Part {
  readonly access: Access;
  readonly tx: CaseworkDb;
  readonly touch: Touch;
}

type Row = store.AccountsTable;

/** Throws `invalid-input` for a name that is taken or unusable, `forbidden` as `grant`. */
export async function create(
  part: Part,
  input: { name: string; role: Role; password_hash: string; person: string | null },
): Promise<Account> {
  const { name: text, role, ...rest } = input;
  const name = accountName(text);
  const row = {
    ...rest,
    id: randomId(),
    name,
    name_key: nameKey(name),
    created_at: part.access.clock(),
    disabled_at: null,
  };
  if (!(await store.insertAccount(part.tx, row)))
    throw new Fault('invalid-input', 'There is already an account of that name.', { place: 'name' });
  part.touch('accounts', row.id);
  await grant(part, row, role);
  return { id: row.id, name, roles: [role], person: row.person };
}

/** The account, taken for this transaction. Throws `not-found`. */
export async function lock(tx: CaseworkDb, id: string): Promise<Row> {
  const account = await store.lockAccount(tx, id);
  if (account === undefined) throw new Fault('not-found', 'There is no such account.', { place: 'account' });
  return account;
}

/** Throws `forbidden` if the account's person must not unite the role with what he may do already. */
export async function grant({ access, tx, touch }: Part, account: Row, role: Role): Promise<void> {
  await store.lockPerson(tx, account.person);
  const held = await store.rolesOfHolder(tx, account);
  refuseUnited(held, role);
  const isNew = await store.insertGrant(tx, { account_id: account.id, role, granted_at: access.clock() });
  if (!isNew) throw new Fault('invalid-input', 'The account holds that role already.', { place: role });
  touch('grants', `${account.id}/${role}`);
  if (role !== 'approver') return;
  // An approver's key needs two people; those enrolled before had one.
  for (const id of await unconfirmPasskeysOf(tx, account.id)) {
    touch('passkeys', id);
    await askForPasskey(access, tx, touch, { id, account_id: account.id });
  }
}

/** Throws `not-found` if the account does not hold the role. */
export async function revoke({ tx, touch }: Part, { id }: Row, role: Role): Promise<void> {
  const isGone = await store.deleteGrant(tx, { account_id: id, role });
  if (!isGone) throw new Fault('not-found', 'The account does not hold that role.', { place: role });
  touch('grants', `${id}/${role}`);
}

/** Says whose account it is. Throws `forbidden` if that person must not unite what his accounts may do together. */
export async function link({ tx, touch }: Part, account: Row, person: string): Promise<void> {
  await store.lockPerson(tx, person);
  const own = await store.rolesOfHolder(tx, { ...account, person: null });
  const others = await store.rolesOfHolder(tx, { ...account, person });
  for (const role of own) refuseUnited(others, role);
  await store.updateAccount(tx, account.id, { person });
  touch('accounts', account.id);
}

export async function disable({ access, tx, touch }: Part, { id }: Row): Promise<void> {
  await store.updateAccount(tx, id, { disabled_at: access.clock() });
  touch('accounts', id);
}

/** Whoever is signed in with another set of rights than he has now signs in again. */
export async function endSessions(tx: CaseworkDb, accountId: string): Promise<void> {
  await deleteSessionsOf(tx, accountId);
}

function refuseUnited(held: readonly Role[], wanted: Role): void {
  const reason = separation(held, wanted);
  if (reason === null) return;
  const message = `The role ${wanted} is kept apart from what this person may do already: ${reason}.`;
  throw new Fault('forbidden', message, { place: wanted });
}

/** The name as it is kept. Throws `invalid-input`. */
export function accountName(text: string): string {
  const name = text.normalize('NFKC').trim();
  if (/^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]{1,63}$/u.test(name)) return name;
  const message = 'A name has 2 to 64 letters, digits, dots, dashes or underscores and begins with a letter or digit.';
  throw new Fault('invalid-input', message, { place: 'name' });
}

/** The name as it is compared. */
export function nameKey(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}
