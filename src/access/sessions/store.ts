import { sql } from 'kysely';
import type { CaseworkDb } from '../../stores/postgres.ts';
import { roles } from '../store.ts';

export interface SessionsTable {
  id: string;
  account_id: string;
  secret_hash: string;
  token_hash: string;
  token_since: Date;
  next_hash: string | null;
  next_since: Date | null;
  previous_hash: string | null;
  previous_until: Date | null;
  created_at: Date;
  last_seen_at: Date;
  expires_at: Date;
  opened_with: OpenedWith;
  proved_at: Date | null;
}

export type OpenedWith = 'password' | 'passkey' | 'provider';

interface CeremoniesTable {
  holder: string;
  purpose: string;
  content: string;
  expires_at: Date;
}

declare module '../../stores/postgres.ts' {
  interface Casework {
    sessions: SessionsTable;
    ceremonies: CeremoniesTable;
  }
}

export async function insertSession(db: CaseworkDb, session: SessionsTable): Promise<void> {
  await db.insertInto('sessions').values(session).execute();
}

/** The session with whoever it belongs to; undefined if there is none, or the account is shut. */
export async function findSession(db: CaseworkDb, secretHash: string) {
  return await db
    .selectFrom('sessions')
    .innerJoin('accounts', 'accounts.id', 'sessions.account_id')
    .selectAll('sessions')
    .select(['accounts.name', 'accounts.person', roles.as('roles')])
    .where('sessions.secret_hash', '=', secretHash)
    .where('accounts.disabled_at', 'is', null)
    .executeTakeFirst();
}

export async function touchSession(db: CaseworkDb, id: string, now: Date): Promise<void> {
  await db.updateTable('sessions').set({ last_seen_at: now }).where('id', '=', id).execute();
}

/** Notes the token that is offered next; false if another request was first, or the token was replaced meanwhile. */
export async function offerToken(
  db: CaseworkDb,
  { id, token_hash }: Pick<SessionsTable, 'id' | 'token_hash'>,
  offer: { next_hash: string; next_since: Date; lostBefore: Date },
): Promise<boolean> {
  const { lostBefore, ...next } = offer;
  const result = await db
    .updateTable('sessions')
    .set(next)
    .where('id', '=', id)
    .where('token_hash', '=', token_hash)
    .where((where) => where.or([where('next_hash', 'is', null), where('next_since', '<=', lostBefore)]))
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Puts the offered token in the place of the one before. Does nothing if another request was first. */
export async function takeOffered(db: CaseworkDb, id: string, nextHash: string, until: Date): Promise<void> {
  await db
    .updateTable('sessions')
    .set(({ ref }) => ({
      previous_hash: ref('token_hash'),
      previous_until: until,
      token_hash: nextHash,
      token_since: sql<Date>`next_since`,
      next_hash: null,
      next_since: null,
    }))
    .where('id', '=', id)
    .where('next_hash', '=', nextHash)
    .execute();
}

/** A new token at once, after a proof; false if the one it was asked with is not the latest any more. */
export async function renewToken(
  db: CaseworkDb,
  { id, token_hash }: Pick<SessionsTable, 'id' | 'token_hash'>,
  renewed: { token_hash: string; now: Date; until: Date },
): Promise<boolean> {
  const result = await db
    .updateTable('sessions')
    .set({
      ...{ previous_hash: token_hash, previous_until: renewed.until },
      ...{ token_hash: renewed.token_hash, token_since: renewed.now, next_hash: null, next_since: null },
      proved_at: renewed.now,
    })
    .where('id', '=', id)
    .where('token_hash', '=', token_hash)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** False if the account has no such session. */
export async function deleteSession(db: CaseworkDb, id: string, accountId: string): Promise<boolean> {
  const result = await db
    .deleteFrom('sessions')
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

export async function deleteBySecret(db: CaseworkDb, secretHash: string): Promise<void> {
  await db.deleteFrom('sessions').where('secret_hash', '=', secretHash).execute();
}

/** Ends every session of the account, but one. */
export async function deleteSessionsOf(db: CaseworkDb, accountId: string, but?: string): Promise<number> {
  const all = db.deleteFrom('sessions').where('account_id', '=', accountId);
  const result = await (but === undefined ? all : all.where('id', '<>', but)).executeTakeFirst();
  return Number(result.numDeletedRows);
}

export async function selectSessionsOf(db: CaseworkDb, accountId: string) {
  return await db
    .selectFrom('sessions')
    .select(['id', 'created_at', 'last_seen_at', 'expires_at', 'opened_with'])
    .where('account_id', '=', accountId)
    .orderBy('last_seen_at', 'desc')
    .orderBy('id')
    .execute();
}

export async function sweepSessions(db: CaseworkDb, now: Date): Promise<void> {
  await db.deleteFrom('sessions').where('expires_at', '<=', now).execute();
  await db.deleteFrom('ceremonies').where('expires_at', '<=', now).execute();
}

/** Begins a ceremony; one of the same holder and purpose that was under way is forgotten. */
export async function insertCeremony(db: CaseworkDb, ceremony: CeremoniesTable, now: Date): Promise<void> {
  // Anybody may begin one: what is over must not stay, or strangers could fill the disk.
  await db.deleteFrom('ceremonies').where('expires_at', '<=', now).execute();
  const { content, expires_at } = ceremony;
  await db
    .insertInto('ceremonies')
    .values(ceremony)
    .onConflict((conflict) => conflict.columns(['holder', 'purpose']).doUpdateSet({ content, expires_at }))
    .execute();
}

/** What the ceremony remembered, and it is gone: two requests at once cannot both have it. */
export async function takeCeremony(db: CaseworkDb, holder: string, purpose: string, now: Date): Promise<unknown> {
  const taken = await db
    .deleteFrom('ceremonies')
    .where('holder', '=', holder)
    .where('purpose', '=', purpose)
    .returning(['content', sql<boolean>`expires_at > ${now}`.as('lives')])
    .executeTakeFirst();
  return taken?.lives === true ? (taken.content as unknown) : undefined;
}
