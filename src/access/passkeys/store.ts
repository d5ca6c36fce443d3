import type { LedgeredTable } from '../../ledger/ledger.ts';
import type { CaseworkDb } from '../../stores/postgres.ts';

export interface PasskeysTable {
  id: string;
  credential_id: string;
  account_id: string;
  rp_id: string;
  public_key: string;
  counter: number;
  is_synced: boolean;
  label: string;
  created_at: Date;
  last_used_at: Date | null;
  confirmed_at: Date | null;
  confirmed_by: string | null;
  suspended_at: Date | null;
}

declare module '../../stores/postgres.ts' {
  interface Casework {
    passkeys: PasskeysTable;
  }
}

/** All but what changes with every use. */
export const LEDGERED: LedgeredTable = {
  table: 'passkeys',
  key: ['id'],
  columns: [
    ...['id', 'credential_id', 'account_id', 'rp_id', 'public_key', 'is_synced', 'label'],
    ...['created_at', 'confirmed_at', 'confirmed_by', 'suspended_at'],
  ],
  times: ['created_at', 'confirmed_at', 'suspended_at'],
};

/** False if the credential is registered already, for whichever account. */
export async function insertPasskey(db: CaseworkDb, passkey: PasskeysTable): Promise<boolean> {
  const result = await db
    .insertInto('passkeys')
    .values(passkey)
    .onConflict((conflict) => conflict.column('credential_id').doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function selectPasskeysOf(db: CaseworkDb, accountId: string): Promise<PasskeysTable[]> {
  return await db
    .selectFrom('passkeys')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
}

/** The passkey under which a host name knows the credential, if it may be used. */
export async function findUsable(
  db: CaseworkDb,
  { credentialId, rpId }: { credentialId: string; rpId: string },
): Promise<PasskeysTable | undefined> {
  return await db
    .selectFrom('passkeys')
    .selectAll()
    .where('credential_id', '=', credentialId)
    .where('rp_id', '=', rpId)
    .where('confirmed_at', 'is not', null)
    .where('suspended_at', 'is', null)
    .executeTakeFirst();
}

/** Notes a use; false if the counter was moved, or the passkey taken away, since it was read. */
export async function noteUse(
  db: CaseworkDb,
  { id, counter }: PasskeysTable,
  use: { counter: number; last_used_at: Date },
): Promise<boolean> {
  const result = await db
    .updateTable('passkeys')
    .set(use)
    .where('id', '=', id)
    .where('counter', '=', counter)
    .where('confirmed_at', 'is not', null)
    .where('suspended_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function suspendPasskey(db: CaseworkDb, id: string, now: Date): Promise<void> {
  await db.updateTable('passkeys').set({ suspended_at: now }).where('id', '=', id).execute();
}

/** Gives the passkey its second person; false if there is none that waits. */
export async function confirmPasskey(db: CaseworkDb, id: string, by: string, now: Date): Promise<boolean> {
  const result = await db
    .updateTable('passkeys')
    .set({ confirmed_at: now, confirmed_by: by })
    .where('id', '=', id)
    .where('confirmed_at', 'is', null)
    .where('suspended_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Puts all passkeys of the account back to waiting for a second person; gives their ids. */
export async function unconfirmPasskeysOf(db: CaseworkDb, accountId: string): Promise<string[]> {
  const rows = await db
    .updateTable('passkeys')
    .set({ confirmed_at: null, confirmed_by: null })
    .where('account_id', '=', accountId)
    .where('confirmed_at', 'is not', null)
    .returning('id')
    .execute();
  return rows.map(({ id }) => id);
}

/** False if the account has no such passkey. */
export async function deletePasskey(db: CaseworkDb, id: string, accountId: string): Promise<boolean> {
  const result = await db
    .deleteFrom('passkeys')
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}
