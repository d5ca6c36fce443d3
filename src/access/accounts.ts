/** Accounts: whose they are, and which roles they hold. */
import { Fault } from '../base/fault.ts';
import { randomId } from '../base/id.ts';
import type { Account } from '../http/route.ts';
import { type Act, change, type Touch } from '../ledger/ledger.ts';
import type { CaseworkDb } from '../stores/postgres.ts';
import type { Access } from './access.ts';
import { linkProvider } from './oidc/oidc.ts';
import { unconfirmPasskeysOf } from './passkeys/store.ts';
import { checkPassword, hashPassword, PASSWORD_COST } from './password.ts';
import { type Role, separation } from './roles.ts';
import { deleteSessionsOf } from './sessions/store.ts';
import * as store from './store.ts';

export interface AccountEntry extends Account {
  readonly createdAt: Date;
  readonly disabledAt: Date | null;
}

/**
 * Makes an account with one role. `person`: whose it is, by the directory's account.
 * Throws `invalid-input` for a name that is taken or unusable and for a weak password; `forbidden` if the person holds a
 * role already that is kept apart from this one.
 */
export async function createAccount(
  access: Access,
  input: { name: string; role: Role; password: string; person?: string | undefined },
): Promise<Account> {
  const name = accountName(input.name);
  checkPassword(input.password, name);
  const row = {
    ...{ id: randomId(), name, name_key: nameKey(name), person: input.person ?? null },
    password_hash: await hashPassword(input.password, access.passwordCost ?? PASSWORD_COST),
    ...{ created_at: access.clock(), disabled_at: null },
  };
  await change(access.ledger, access.db, act(access, 'account.create'), async (tx, touch) => {
    if (!(await store.insertAccount(tx, row)))
      throw new Fault('invalid-input', 'There is already an account of that name.', { place: 'name' });
    touch('accounts', row.id);
    await grant(access, tx, touch, row, input.role);
  });
  return { id: row.id, name, roles: [input.role], person: row.person };
}

/** All accounts by name, the disabled ones too. */
export async function listAccounts(access: Access): Promise<AccountEntry[]> {
  const rows = await store.selectAccounts(access.db);
  return rows.map(({ created_at, disabled_at, ...account }) => ({
    ...account,
    createdAt: created_at,
    disabledAt: disabled_at,
  }));
}

/** Gives the account another password and ends its sessions. Throws `not-found`, `invalid-input`. */
export async function setPassword(access: Access, input: { name: string; password: string }): Promise<void> {
  checkPassword(input.password, accountName(input.name));
  const password_hash = await hashPassword(input.password, access.passwordCost ?? PASSWORD_COST);
  await changeAccount(access, 'account.set-password', input.name, async ({ id }, tx, touch) => {
    await store.updateAccount(tx, id, { password_hash });
    touch('accounts', id);
  });
}

/** Gives the account one role more and ends its sessions. Throws `forbidden` if its person must not unite the two. */
export async function grantRole(access: Access, input: { name: string; role: Role }): Promise<void> {
  await changeAccount(access, 'account.grant-role', input.name, async (account, tx, touch) => {
    await grant(access, tx, touch, account, input.role);
  });
}

/** Takes a role from the account and ends its sessions. Throws `not-found` if it does not hold it. */
export async function revokeRole(access: Access, input: { name: string; role: Role }): Promise<void> {
  await changeAccount(access, 'account.revoke-role', input.name, async ({ id }, tx, touch) => {
    const isGone = await store.deleteGrant(tx, { account_id: id, role: input.role });
    if (!isGone) throw new Fault('not-found', 'The account does not hold that role.', { place: input.role });
    touch('grants', `${id}/${input.role}`);
  });
}

/**
 * Says whose account it is, and ends its sessions. Throws `forbidden` if that person must not unite what his accounts
 * may do together.
 */
export async function linkPerson(access: Access, input: { name: string; person: string }): Promise<void> {
  await changeAccount(access, 'account.link-person', input.name, async (account, tx, touch) => {
    const own = await store.rolesOfHolder(tx, { ...account, person: null });
    const others = await store.rolesOfHolder(tx, { ...account, person: input.person });
    for (const role of own) refuseUnited(others, role);
    await store.updateAccount(tx, account.id, { person: input.person });
    touch('accounts', account.id);
  });
}

/**
 * Says under which name the organisation's provider knows whoever has the account: the first sign-in there under that
 * name binds it. Throws `not-found`, `usage` where there is no provider.
 */
export async function linkAccount(access: Access, input: { name: string; expected: string }): Promise<void> {
  const issuer = access.provider?.issuer;
  if (issuer === undefined) throw new Fault('usage', 'No sign-in of the organisation is set up: oidc_issuer.');
  const { expected } = input;
  await linkProvider(access, act(access, 'account.link-provider'), { nameKey: nameKey(input.name), issuer, expected });
}

/** Shuts the account and ends its sessions. */
export async function disableAccount(access: Access, input: { name: string }): Promise<void> {
  await changeAccount(access, 'account.disable', input.name, async ({ id }, tx, touch) => {
    await store.updateAccount(tx, id, { disabled_at: access.clock() });
    touch('accounts', id);
  });
}

/** The directory's accounts of all who have, or had, a role beyond an employee's: matters about them go elsewhere. */
export async function staff(db: CaseworkDb): Promise<string[]> {
  return await store.selectStaff(db);
}

async function grant(access: Access, tx: CaseworkDb, touch: Touch, account: store.AccountsTable, role: Role) {
  const held = await store.rolesOfHolder(tx, account);
  refuseUnited(held, role);
  await store.insertGrant(tx, { account_id: account.id, role, granted_at: access.clock() });
  touch('grants', `${account.id}/${role}`);
  if (role !== 'approver') return;
  // An approver's key needs two people; those enrolled before had one.
  for (const passkey of await unconfirmPasskeysOf(tx, account.id)) touch('passkeys', passkey);
}

function refuseUnited(held: readonly Role[], wanted: Role): void {
  const reason = separation(held, wanted);
  if (reason === null) return;
  const message = `The role ${wanted} is kept apart from what this person may do already: ${reason}.`;
  throw new Fault('forbidden', message, { place: wanted });
}

async function changeAccount(
  access: Access,
  verb: string,
  name: string,
  work: (account: store.AccountsTable, tx: CaseworkDb, touch: Touch) => Promise<void>,
): Promise<void> {
  await change(access.ledger, access.db, act(access, verb), async (tx, touch) => {
    const found = await store.findAccount(tx, nameKey(name));
    const account = found && (await store.lockAccount(tx, found.id));
    if (account === undefined) throw new Fault('not-found', 'There is no account of that name.', { place: 'name' });
    await work(account, tx, touch);
    await deleteSessionsOf(tx, account.id);
  });
}

function act(access: Access, verb: string): Act {
  return { actor: access.actor ?? 'system:machine', act: verb };
}

/** The name as it is kept. Throws `invalid-input`. */
function accountName(text: string): string {
  const name = text.normalize('NFKC').trim();
  if (/^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]{1,63}$/u.test(name)) return name;
  const message = 'A name has 2 to 64 letters, digits, dots, dashes or underscores and begins with a letter or digit.';
  throw new Fault('invalid-input', message, { place: 'name' });
}

/** The name as it is compared. */
export function nameKey(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}
