import { sql } from 'kysely';
import type { Account } from '../http/route.ts';
import type { LedgeredTable } from '../ledger/ledger.ts';
import type { CaseworkDb } from '../stores/postgres.ts';
import type { Role } from './roles.ts';
import type { Bucket } from './throttle.ts';

export interface AccountsTable {
  id: string;
  name: string;
  name_key: string;
  password_hash: string;
  created_at: Date;
  disabled_at: Date | null;
  person: string | null;
}

interface GrantsTable {
  account_id: string;
  role: Role;
  granted_at: Date;
}

interface SignInTriesTable {
  key: string;
  level: number;
  updated_at: Date;
}

interface KnownBrowsersTable {
  token_hash: string;
  account_id: string;
  last_used_at: Date;
}

declare module '../stores/postgres.ts' {
  interface Casework {
    accounts: AccountsTable;
    grants: GrantsTable;
    sign_in_tries: SignInTriesTable;
    known_browsers: KnownBrowsersTable;
  }
}

/** Who may sign in, and as what, changes only through the program: its rows are in the ledger. */
export const LEDGERED: readonly LedgeredTable[] = [
  {
    table: 'accounts',
    key: ['id'],
    recordedAs: 'accounts.2',
    columns: ['id', 'name', 'name_key', 'password_hash', 'created_at', 'disabled_at', 'person'],
    times: ['created_at', 'disabled_at'],
  },
  {
    table: 'grants',
    key: ['account_id', 'role'],
    columns: ['account_id', 'role', 'granted_at'],
    times: ['granted_at'],
  },
];

/** Inserts the account; false if the name is taken. */
export async function insertAccount(db: CaseworkDb, account: AccountsTable): Promise<boolean> {
  const insert = db.insertInto('accounts').values(account);
  const result = await insert.onConflict((conflict) => conflict.column('name_key').doNothing()).executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function findAccount(db: CaseworkDb, nameKey: string): Promise<AccountsTable | undefined> {
  return await db.selectFrom('accounts').selectAll().where('name_key', '=', nameKey).executeTakeFirst();
}

/** The roles an account holds, in one value, so that whoever is signed in is one row. */
export const roles = sql<Role[]>`array(SELECT role FROM grants WHERE grants.account_id = accounts.id ORDER BY role)`;

export async function selectAccounts(db: CaseworkDb) {
  return await db
    .selectFrom('accounts')
    .select(['id', 'name', 'person', 'created_at', 'disabled_at', roles.as('roles')])
    .orderBy('name_key')
    .execute();
}

export async function accountById(db: CaseworkDb, id: string): Promise<AccountsTable | undefined> {
  return await db.selectFrom('accounts').selectAll().where('id', '=', id).executeTakeFirst();
}

export async function accountWithRoles(db: CaseworkDb, id: string): Promise<Account> {
  return await db
    .selectFrom('accounts')
    .select(['id', 'name', 'person', roles.as('roles')])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
}

/** False if the account holds the role already. */
export async function insertGrant(db: CaseworkDb, grant: GrantsTable): Promise<boolean> {
  const insert = db.insertInto('grants').values(grant);
  const result = await insert.onConflict((conflict) => conflict.doNothing()).executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Two grants to accounts of one person come one after the other, so that each sees what the other gave. */
export async function lockPerson(tx: CaseworkDb, person: string | null): Promise<void> {
  if (person === null) return;
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${person}, 20260302))`.execute(tx);
}

/** False if the account does not hold the role. */
export async function deleteGrant(db: CaseworkDb, { account_id, role }: Omit<GrantsTable, 'granted_at'>) {
  const result = await db
    .deleteFrom('grants')
    .where('account_id', '=', account_id)
    .where('role', '=', role)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** Every role that the account's person holds, on this account or another of his that is not shut. */
export async function rolesOfHolder(db: CaseworkDb, { id, person }: AccountsTable): Promise<Role[]> {
  const rows = await db
    .selectFrom('grants')
    .innerJoin('accounts', 'accounts.id', 'grants.account_id')
    .select('grants.role')
    .distinct()
    .where((where) =>
      where.or([
        where('accounts.id', '=', id),
        where.and([where('accounts.person', '=', person), where('accounts.disabled_at', 'is', null)]),
      ]),
    )
    .execute();
  return rows.map(({ role }) => role);
}

/** Whoever has, or had, an account that sees more than an employee's. */
export async function selectStaff(db: CaseworkDb): Promise<string[]> {
  const rows = await db
    .selectFrom('accounts')
    .innerJoin('grants', 'grants.account_id', 'accounts.id')
    .select('accounts.person')
    .distinct()
    .where('accounts.person', 'is not', null)
    .where('grants.role', '<>', 'employee')
    .orderBy('accounts.person')
    .execute();
  return rows.flatMap(({ person }) => person ?? []);
}

export async function updateAccount(
  db: CaseworkDb,
  id: string,
  change: Partial<Pick<AccountsTable, 'password_hash' | 'disabled_at' | 'person'>>,
): Promise<void> {
  await db.updateTable('accounts').set(change).where('id', '=', id).execute();
}

/** Takes the account for this transaction, so that a sign-in and a change of its password happen one after the other. */
export async function lockAccount(tx: CaseworkDb, id: string): Promise<AccountsTable | undefined> {
  return await tx.selectFrom('accounts').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

/** Sweeps what can no longer matter: drained buckets, browsers not seen for long. */
export async function sweepTries(db: CaseworkDb, before: { tries: Date; browser: Date }): Promise<void> {
  await db.deleteFrom('sign_in_tries').where('updated_at', '<', before.tries).execute();
  await db.deleteFrom('known_browsers').where('last_used_at', '<', before.browser).execute();
}

/**
 * Counts one try, if the bucket has room; false if it has not. It is one statement and it comes before the password
 * is looked at, so a thousand tries at the same moment are a thousand tries.
 */
export async function countTry(db: CaseworkDb, bucket: Bucket, now: Date): Promise<boolean> {
  const drained = sql<number>`greatest(0, sign_in_tries.level
    - extract(epoch from (excluded.updated_at - sign_in_tries.updated_at))::float8 / ${bucket.seconds}::float8)`;
  const result = await db
    .insertInto('sign_in_tries')
    .values({ key: bucket.key, level: 1, updated_at: now })
    .onConflict((conflict) =>
      conflict
        .column('key')
        .doUpdateSet({ level: sql<number>`${drained} + 1`, updated_at: now })
        .where(sql<boolean>`${drained} + 1 <= ${bucket.capacity}::float8`),
    )
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Gives back a try that turned out right. */
export async function forgetTry(db: CaseworkDb, bucket: Bucket): Promise<void> {
  await db
    .updateTable('sign_in_tries')
    .set({ level: sql<number>`greatest(0, level - 1)` })
    .where('key', '=', bucket.key)
    .execute();
}

export async function isKnownBrowser(db: CaseworkDb, tokenHash: string, nameKey: string): Promise<boolean> {
  const found = await db
    .selectFrom('known_browsers')
    .innerJoin('accounts', 'accounts.id', 'known_browsers.account_id')
    .select('known_browsers.token_hash')
    .where('known_browsers.token_hash', '=', tokenHash)
    .where('accounts.name_key', '=', nameKey)
    .executeTakeFirst();
  return found !== undefined;
}

export async function rememberBrowser(db: CaseworkDb, tokenHash: string, accountId: string, now: Date): Promise<void> {
  await db
    .insertInto('known_browsers')
    .values({ token_hash: tokenHash, account_id: accountId, last_used_at: now })
    .onConflict((conflict) => conflict.columns(['token_hash', 'account_id']).doUpdateSet({ last_used_at: now }))
    .execute();
}
