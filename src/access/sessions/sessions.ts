/** Sessions: opening one, who sent a request, and the ways in which one ends. */
import { Fault } from '../../base/fault.ts';
import { randomId } from '../../base/id.ts';
import type { Account, Identity } from '../../http/route.ts';
import { type Act, record, recordOrQueue } from '../../ledger/ledger.ts';
import type { CaseworkDb } from '../../stores/postgres.ts';
import type { Access } from '../access.ts';
import {
  csrfToken,
  isAlive,
  isFreshAt,
  newSessionCookie,
  ROTATION,
  SESSION_COOKIE,
  SESSION_LIMITS,
  type SessionCookie,
  type SessionLimits,
  sessionCookie,
  setCookie,
  standingOf,
  tokenHash,
} from '../session.ts';
import * as store from './store.ts';

type Found = NonNullable<Awaited<ReturnType<typeof store.findSession>>>;

/** Writing down every request would be a write for every read; a minute is exact enough for half an hour. */
const TOUCH_SECONDS = 60;

/** A session as its owner sees it. */
export interface SessionEntry {
  readonly id: string;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  readonly expiresAt: Date;
  readonly openedWith: store.OpenedWith;
  readonly isCurrent: boolean;
}

export interface Opened {
  readonly csrfToken: string;
  readonly cookie: string;
}

/**
 * Opens a session within the transaction in which its owner was verified. The session the request came with, if any,
 * ends: a token that somebody planted in the browser beforehand is worth nothing afterwards.
 */
export async function openSession(
  access: Access,
  tx: CaseworkDb,
  opening: { accountId: string; with: store.OpenedWith; isProof: boolean; request: Request },
): Promise<Opened> {
  const now = access.clock();
  const id = randomId();
  const planted = sessionCookie(opening.request.headers.get('cookie'));
  if (planted !== null) await store.deleteBySecret(tx, tokenHash(planted.secret));
  const cookie = newSessionCookie();
  const { absolute } = limitsOf(access);
  const act = { actor: `account:${opening.accountId}`, act: `session.open.${opening.with}`, on: [`session:${id}`] };
  if (access.ledger !== undefined) await record(access.ledger, act, tx);
  await store.insertSession(tx, {
    ...{ id, account_id: opening.accountId, opened_with: opening.with, proved_at: opening.isProof ? now : null },
    ...{ secret_hash: tokenHash(cookie.secret), token_hash: tokenHash(cookie.token), token_since: now },
    ...{ next_hash: null, next_since: null, previous_hash: null, previous_until: null },
    ...{ created_at: now, last_seen_at: now, expires_at: later(now, absolute) },
  });
  return { csrfToken: csrfToken(cookie.secret), cookie: written(access, cookie, absolute) };
}

/**
 * Who sent the request; null if nobody is signed in or the session has ended. The answer has to carry the cookies of
 * the identity. A token that was replaced ends the session: either its owner or whoever brings it now stole it.
 */
export async function authenticate(access: Access, request: Request): Promise<Identity | null> {
  const cookie = sessionCookie(request.headers.get('cookie'));
  if (cookie === null) return null;
  const found = await store.findSession(access.db, tokenHash(cookie.secret));
  if (found === undefined) return null;
  const now = access.clock();
  if (!isAlive(found, now, limitsOf(access))) {
    await store.deleteSession(access.db, found.id, found.account_id);
    return null;
  }
  const hash = tokenHash(cookie.token);
  const standing = standingOf(found, hash, now);
  if (standing === 'replaced') {
    await end(access, found, 'session.stolen', 'system:access');
    return null;
  }
  if (standing === 'next') await store.takeOffered(access.db, found.id, hash, later(now, ROTATION.grace));
  const unseen = now.getTime() - found.last_seen_at.getTime();
  if (unseen >= TOUCH_SECONDS * 1000) await store.touchSession(access.db, found.id, now);
  const { account_id: id, name, roles, person } = found;
  return {
    account: { id, name, roles, person },
    csrfToken: csrfToken(cookie.secret),
    session: found.id,
    // Whoever comes with the token before may be the one from whom the proof was to keep the session.
    isFresh: standing !== 'previous' && isFreshAt(found.proved_at, now),
    cookies: standing === 'current' ? await offer(access, found, cookie, now) : [],
  };
}

/** Offers a new token when the one at hand is old. It counts from its first use on, so an answer may get lost. */
async function offer(access: Access, found: Found, { secret }: SessionCookie, now: Date): Promise<string[]> {
  if (now.getTime() - found.token_since.getTime() < ROTATION.every * 1000) return [];
  const lostBefore = later(now, -ROTATION.again);
  if (found.next_since !== null && found.next_since > lostBefore) return [];
  const next = newSessionCookie(secret);
  const isOurs = await store.offerToken(access.db, found, {
    ...{ next_hash: tokenHash(next.token), next_since: now, lostBefore },
  });
  return isOurs ? [written(access, next, secondsLeft(found, now))] : [];
}

/**
 * Marks the session of the request as proved now, and gives the cookie with its new token. Throws `sign-in-required`
 * if the request did not bring the latest token, or the session has ended meanwhile.
 */
export async function renewSession(access: Access, request: Request, how: store.OpenedWith): Promise<string> {
  const cookie = sessionCookie(request.headers.get('cookie'));
  const found = cookie && (await store.findSession(access.db, tokenHash(cookie.secret)));
  const gone = new Fault('sign-in-required', 'The session has ended.');
  if (cookie === null || found === null || found === undefined) throw gone;
  const now = access.clock();
  const hash = tokenHash(cookie.token);
  const standing = standingOf(found, hash, now);
  if (standing !== 'current' && standing !== 'next') throw gone;
  await write(access, {
    actor: `account:${found.account_id}`,
    act: `session.prove.${how}`,
    on: [`session:${found.id}`],
  });
  const next = newSessionCookie(cookie.secret);
  const renewed = { token_hash: tokenHash(next.token), now, until: later(now, ROTATION.grace) };
  if (!(await store.renewToken(access.db, { id: found.id, token_hash: hash }, renewed))) throw gone;
  return written(access, next, secondsLeft(found, now));
}

/** The sessions of the account that live, the one last used first. */
export async function listSessions(access: Access, { account, session }: Identity): Promise<SessionEntry[]> {
  const now = access.clock();
  const rows = await store.selectSessionsOf(access.db, account.id);
  return rows
    .filter((row) => isAlive(row, now, limitsOf(access)))
    .map(({ id, created_at, last_seen_at, expires_at, opened_with }) => ({
      ...{ id, createdAt: created_at, lastSeenAt: last_seen_at, expiresAt: expires_at },
      ...{ openedWith: opened_with, isCurrent: id === session },
    }));
}

/** Ends one of one's own sessions. Throws `not-found`. */
export async function endSession(access: Access, account: Account, id: string): Promise<void> {
  if (await store.deleteSession(access.db, id, account.id)) {
    await note(access, { actor: `account:${account.id}`, act: 'session.end', on: [`session:${id}`] });
    return;
  }
  throw new Fault('not-found', 'You have no such session.', { place: 'id' });
}

/** Ends one's other sessions. */
export async function endOtherSessions(access: Access, { account, session }: Identity): Promise<void> {
  await store.deleteSessionsOf(access.db, account.id, session);
  await note(access, { actor: `account:${account.id}`, act: 'session.end-others', on: [`account:${account.id}`] });
}

/** Ends the session of the request and gives the cookie that takes its token out of the browser. */
export async function signOut(access: Access, request: Request): Promise<string> {
  const cookie = sessionCookie(request.headers.get('cookie'));
  const found = cookie && (await store.findSession(access.db, tokenHash(cookie.secret)));
  if (found) await end(access, found, 'session.end', `account:${found.account_id}`);
  return setCookie(SESSION_COOKIE, '', { secure: access.secure ?? false, seconds: 0 });
}

async function end(access: Access, { id, account_id }: Found, act: string, actor: string): Promise<void> {
  await store.deleteSession(access.db, id, account_id);
  await note(access, { actor, act, on: [`session:${id}`, `account:${account_id}`] });
}

/** Ending a session is never refused: what cannot be recorded now waits for the ledger. */
async function note(access: Access, act: Act): Promise<void> {
  if (access.ledger !== undefined) await recordOrQueue(access.ledger, act);
}

async function write(access: Access, act: Act): Promise<void> {
  if (access.ledger !== undefined) await record(access.ledger, act);
}

function written(access: Access, { secret, token }: SessionCookie, seconds: number): string {
  return setCookie(SESSION_COOKIE, `${secret}.${token}`, { secure: access.secure ?? false, seconds });
}

const secondsLeft = ({ expires_at }: Found, now: Date) => (expires_at.getTime() - now.getTime()) / 1000;

const later = (time: Date, seconds: number) => new Date(time.getTime() + seconds * 1000);

function limitsOf(access: Access): SessionLimits {
  return access.limits ?? SESSION_LIMITS;
}
