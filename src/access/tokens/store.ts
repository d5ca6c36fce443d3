import type { LedgeredTable } from '../../ledger/ledger.ts';
import type { CaseworkDb } from '../../stores/postgres.ts';

/** What a token opens: handing in logs, or keeping the directory. Never both. */
export type TokenKind = 'logs' | 'directory';

export interface TokensTable {
  id: string;
  kind: TokenKind;
  source: string;
  token_hash: string;
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
  last_used_on: string | null;
}

declare module '../../stores/postgres.ts' {
  interface Casework {
    shipper_tokens: TokensTable;
  }
}

/** All but the day of the last use. */
export const LEDGERED: LedgeredTable = {
  table: 'shipper_tokens',
  recordedAs: 'shipper_tokens.2',
  key: ['id'],
  columns: ['id', 'kind', 'source', 'token_hash', 'created_at', 'expires_at', 'revoked_at'],
  times: ['created_at', 'expires_at', 'revoked_at'],
};

export async function insertToken(db: CaseworkDb, token: TokensTable): Promise<void> {
  await db.insertInto('shipper_tokens').values(token).execute();
}

export async function selectTokens(db: CaseworkDb): Promise<TokensTable[]> {
  return await db
    .selectFrom('shipper_tokens')
    .selectAll()
    .orderBy('source')
    .orderBy('created_at')
    .orderBy('id')
    .execute();
}

export async function findToken(db: CaseworkDb, tokenHash: string): Promise<TokensTable | undefined> {
  return await db.selectFrom('shipper_tokens').selectAll().where('token_hash', '=', tokenHash).executeTakeFirst();
}

/** False if there is no such token that is good. */
export async function revokeToken(db: CaseworkDb, id: string, now: Date): Promise<boolean> {
  const result = await db
    .updateTable('shipper_tokens')
    .set({ revoked_at: now })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function noteUse(db: CaseworkDb, id: string, day: string): Promise<void> {
  await db.updateTable('shipper_tokens').set({ last_used_on: day }).where('id', '=', id).execute();
}
