/** Signing in and out, and who sent a request. */
import { Fault } from '../base/fault.ts';
import { randomToken } from '../base/id.ts';
import type { Identity } from '../http/route.ts';
import { change } from '../ledger/ledger.ts';
import type { Access } from './access.ts';
import { nameKey } from './accounts.ts';
import {
  hashPassword,
  isOutdated,
  PASSWORD_COST,
  type PasswordCost,
  unmatchableHash,
  verifyPassword,
} from './password.ts';
import {
  BROWSER_COOKIE,
  cookieToken,
  csrfToken,
  isAlive,
  SESSION_COOKIE,
  SESSION_LIMITS,
  type SessionLimits,
  setCookie,
  tokenHash,
} from './session.ts';
import * as store from './store.ts';
import { bucketOf, TOTAL } from './throttle.ts';

/** A session that was just opened, and the cookies that carry it. */
export interface SignedIn extends Identity {
  readonly cookies: readonly string[];
}

const DAY_SECONDS = 86_400;
const BROWSER_SECONDS = 180 * DAY_SECONDS;
/** Writing down every request would be a write for every read; a minute is exact enough for half an hour. */
const TOUCH_SECONDS = 60;

/**
 * Opens a session for a name and password. The session the request came with, if any, ends: a token that somebody
 * planted in the browser beforehand is worth nothing afterwards.
 * Throws `sign-in-failed` without saying which of the two was wrong, `too-many-tries` when guessing must slow down.
 */
export async function signIn(
  access: Access,
  input: { name: string; password: string },
  request: Request,
): Promise<SignedIn> {
  const key = nameKey(input.name);
  const cookies = request.headers.get('cookie');
  const browser = await knownBrowser(access, key, cookies);
  const buckets = browser === null ? [bucketOf(key, null), TOTAL] : [bucketOf(key, tokenHash(browser))];
  for (const bucket of buckets) {
    if (await store.countTry(access.db, bucket, access.clock())) continue;
    throw new Fault('too-many-tries', 'There were too many failed tries to sign in.');
  }
  const account = await verifiedAccount(access, key, input.password);
  const token = await openSession(access, account, input.password, cookieToken(SESSION_COOKIE, cookies));
  for (const bucket of buckets) await store.forgetTry(access.db, bucket);
  const browserToken = browser ?? randomToken();
  await store.rememberBrowser(access.db, tokenHash(browserToken), account.id, access.clock());
  await sweepOld(access);
  const secure = access.secure ?? false;
  return {
    account: await store.accountWithRoles(access.db, account.id),
    csrfToken: csrfToken(token),
    cookies: [
      setCookie(SESSION_COOKIE, token, { secure, seconds: limitsOf(access).absolute }),
      setCookie(BROWSER_COOKIE, browserToken, { secure, seconds: BROWSER_SECONDS }),
    ],
  };
}

async function knownBrowser(access: Access, key: string, cookies: string | null): Promise<string | null> {
  const token = cookieToken(BROWSER_COOKIE, cookies);
  if (token === null) return null;
  return (await store.isKnownBrowser(access.db, tokenHash(token), key)) ? token : null;
}

async function verifiedAccount(access: Access, key: string, password: string): Promise<store.AccountsTable> {
  const found = await store.findAccount(access.db, key);
  // The same work for a name that does not exist: the time an answer takes must not say which names do.
  const stored = found?.password_hash ?? unmatchableHash(costOf(access));
  const matches = await verifyPassword(password, stored);
  if (found === undefined || !matches) throw signInFailed();
  return found;
}

function signInFailed(): Fault {
  return new Fault('sign-in-failed', 'Name and password do not belong together.');
}

async function openSession(
  access: Access,
  verified: store.AccountsTable,
  password: string,
  previous: string | null,
): Promise<string> {
  const token = randomToken();
  const now = access.clock();
  const outdated = isOutdated(verified.password_hash, costOf(access));
  const stronger = outdated ? await hashPassword(password, costOf(access)) : null;
  const opening = { actor: `account:${verified.id}`, act: 'account.rehash-password' };
  await change(access.ledger, access.db, opening, async (tx, touch) => {
    const account = await store.lockAccount(tx, verified.id);
    // The account may be shut, and the password may have been changed while this one was being checked.
    if (account?.password_hash !== verified.password_hash || account.disabled_at !== null) throw signInFailed();
    if (stronger !== null) {
      await store.updateAccount(tx, account.id, { password_hash: stronger });
      touch('accounts', account.id);
    }
    if (previous !== null) await store.deleteSession(tx, tokenHash(previous));
    await store.insertSession(tx, {
      token_hash: tokenHash(token),
      account_id: account.id,
      created_at: now,
      last_seen_at: now,
      expires_at: new Date(now.getTime() + limitsOf(access).absolute * 1000),
    });
  });
  return token;
}

/** Who sent the request; null if nobody is signed in or the session has ended. */
export async function authenticate(access: Access, request: Request): Promise<Identity | null> {
  const token = cookieToken(SESSION_COOKIE, request.headers.get('cookie'));
  if (token === null) return null;
  const hash = tokenHash(token);
  const found = await store.findSession(access.db, hash);
  if (found === undefined) return null;
  const now = access.clock();
  if (!isAlive(found, now, limitsOf(access))) {
    await store.deleteSession(access.db, hash);
    return null;
  }
  const unseen = now.getTime() - found.last_seen_at.getTime();
  if (unseen >= TOUCH_SECONDS * 1000) await store.touchSession(access.db, hash, now);
  const { id, name, roles, person } = found;
  return { account: { id, name, roles, person }, csrfToken: csrfToken(token) };
}

/** Ends the session of the request and gives the cookie that takes its token out of the browser. */
export async function signOut(access: Access, request: Request): Promise<string> {
  const token = cookieToken(SESSION_COOKIE, request.headers.get('cookie'));
  if (token !== null) await store.deleteSession(access.db, tokenHash(token));
  return setCookie(SESSION_COOKIE, '', { secure: access.secure ?? false, seconds: 0 });
}

async function sweepOld(access: Access): Promise<void> {
  const ago = (seconds: number) => new Date(access.clock().getTime() - seconds * 1000);
  await store.sweep(access.db, { session: ago(0), tries: ago(DAY_SECONDS), browser: ago(BROWSER_SECONDS) });
}

function limitsOf(access: Access): SessionLimits {
  return access.limits ?? SESSION_LIMITS;
}

function costOf(access: Access): PasswordCost {
  return access.passwordCost ?? PASSWORD_COST;
}
