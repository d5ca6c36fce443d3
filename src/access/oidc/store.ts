import type { LedgeredTable } from '../../ledger/ledger.ts';
import type { CaseworkDb } from '../../stores/postgres.ts';

export interface AccountLinksTable {
  id: string;
  account_id: string;
  issuer: string;
  expected: string;
  subject: string | null;
  created_at: Date;
  bound_at: Date | null;
}

declare module '../../stores/postgres.ts' {
  interface Casework {
    account_links: AccountLinksTable;
  }
}

export const LEDGERED: LedgeredTable = {
  table: 'account_links',
  key: ['id'],
  columns: ['id', 'account_id', 'issuer', 'expected', 'subject', 'created_at', 'bound_at'],
  times: ['created_at', 'bound_at'],
};

/** False if the issuer's name for a person is linked already. */
export async function insertLink(db: CaseworkDb, link: AccountLinksTable): Promise<boolean> {
  const result = await db
    .insertInto('account_links')
    .values(link)
    .onConflict((conflict) => conflict.columns(['issuer', 'expected']).doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function findBySubject(
  db: CaseworkDb,
  { issuer, subject }: { issuer: string; subject: string },
): Promise<AccountLinksTable | undefined> {
  return await db
    .selectFrom('account_links')
    .selectAll()
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst();
}

/** Fills in the subject of the link that waits for this name; undefined if none does. */
export async function bindLink(
  db: CaseworkDb,
  { issuer, expected }: { issuer: string; expected: string },
  bound: { subject: string; bound_at: Date },
): Promise<AccountLinksTable | undefined> {
  return await db
    .updateTable('account_links')
    .set(bound)
    .where('issuer', '=', issuer)
    .where('expected', '=', expected)
    .where('subject', 'is', null)
    .returningAll()
    .executeTakeFirst();
}

/** Takes all links of the account away; gives their ids. */
export async function deleteLinksOf(db: CaseworkDb, accountId: string): Promise<string[]> {
  const rows = await db.deleteFrom('account_links').where('account_id', '=', accountId).returning('id').execute();
  return rows.map(({ id }) => id);
}
