/** Accounts: whose they are, and which roles they hold. */
import { Fault } from '../base/fault.ts';
import type { Account } from '../http/route.ts';
import { type Act, change, perform, type Touch } from '../ledger/ledger.ts';
import type { CaseworkDb } from '../stores/postgres.ts';
import type { Access } from './access.ts';
import * as grants from './grants.ts';
import { accountName, nameKey } from './grants.ts';
import { linkProvider } from './oidc/oidc.ts';
import { checkPassword, hashPassword, PASSWORD_COST } from './password.ts';
import type { Role } from './roles.ts';
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
  const password_hash = await hashPassword(input.password, access.passwordCost ?? PASSWORD_COST);
  const person = input.person ?? null;
  return await change(access.ledger, access.db, act(access, 'account.create'), (tx, touch) =>
    grants.create({ access, tx, touch }, { name, role: input.role, password_hash, person }),
  );
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
  await changeAccount(access, 'account.grant-role', input.name, (account, tx, touch) =>
    grants.grant({ access, tx, touch }, account, input.role),
  );
}

/** Takes a role from the account and ends its sessions. Throws `not-found` if it does not hold it. */
export async function revokeRole(access: Access, input: { name: string; role: Role }): Promise<void> {
  await changeAccount(access, 'account.revoke-role', input.name, (account, tx, touch) =>
    grants.revoke({ access, tx, touch }, account, input.role),
  );
}

/**
 * Says whose account it is, and ends its sessions. Throws `forbidden` if that person must not unite what his accounts
 * may do together.
 */
export async function linkPerson(access: Access, input: { name: string; person: string }): Promise<void> {
  await changeAccount(access, 'account.link-person', input.name, (account, tx, touch) =>
    grants.link({ access, tx, touch }, account, input.person),
  );
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
  await changeAccount(access, 'account.disable', input.name, (account, tx, touch) =>
    grants.disable({ access, tx, touch }, account),
  );
}

/**
 * Ends every session of another's account: one who thinks that an account is misused need not wait for a second person,
 * since its owner only has to sign in again. Throws `forbidden` for one's own, `not-found`.
 */
export async function endSessionsOf(access: Access, by: Account, id: string): Promise<void> {
  const own = { actor: `account:${by.id}`, act: 'account.end-sessions', on: [`account:${id}`] };
  if (id === by.id) throw new Fault('forbidden', 'Your own sessions are ended on the page of your account.');
  if ((await store.accountById(access.db, id)) === undefined) throw new Fault('not-found', 'There is no such account.');
  const end = () => grants.endSessions(access.db, id);
  if (access.ledger === undefined) await end();
  else await perform(access.ledger, own, end);
}

/** The directory's accounts of all who have, or had, a role beyond an employee's: matters about them go elsewhere. */
export async function staff(db: CaseworkDb): Promise<string[]> {
  return await store.selectStaff(db);
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
    await grants.endSessions(tx, account.id);
  });
}

function act(access: Access, verb: string): Act {
  return { actor: access.actor ?? 'system:machine', act: verb };
}
