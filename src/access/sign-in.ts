/** Signing in with a name and a password. */
import { Fault } from '../base/fault.ts';
import { randomToken } from '../base/id.ts';
import type { Identity } from '../http/route.ts';
import { change } from '../ledger/ledger.ts';
import type { Access } from './access.ts';
import { nameKey } from './grants.ts';
import {
  hashPassword,
  isOutdated,
  PASSWORD_COST,
  type PasswordCost,
  unmatchableHash,
  verifyPassword,
} from './password.ts';
import { BROWSER_COOKIE, cookieToken, setCookie, tokenHash } from './session.ts';
import { type Opened, openSession } from './sessions/sessions.ts';
import { sweepSessions } from './sessions/store.ts';
import * as store from './store.ts';
import { bucketOf, TOTAL } from './throttle.ts';

/** A session that was just opened, and the cookies that carry it. */
export interface SignedIn extends Identity {
  readonly cookies: readonly string[];
}

const DAY_SECONDS = 86_400;
const BROWSER_SECONDS = 180 * DAY_SECONDS;
/**
 * Opens a session for a name and password.
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
  const opened = await openVerified(access, account, input.password, request);
  for (const bucket of buckets) await store.forgetTry(access.db, bucket);
  const browserCookie = await rememberBrowser(access, account.id, browser);
  return await signedIn(access, account.id, opened, [browserCookie]);
}

/** What a sign-in of any kind ends with. */
export async function signedIn(
  access: Access,
  accountId: string,
  { csrfToken, cookie }: Opened,
  others: readonly string[] = [],
): Promise<SignedIn> {
  await sweepOld(access);
  const account = await store.accountWithRoles(access.db, accountId);
  return { account, csrfToken, cookies: [cookie, ...others] };
}

/** The browser has a bucket of its own from now on; gives the cookie that says so. */
async function rememberBrowser(access: Access, accountId: string, known: string | null): Promise<string> {
  const token = known ?? randomToken();
  await store.rememberBrowser(access.db, tokenHash(token), accountId, access.clock());
  return setCookie(BROWSER_COOKIE, token, { secure: access.secure ?? false, seconds: BROWSER_SECONDS });
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

export function signInFailed(): Fault {
  return new Fault('sign-in-failed', 'Name and password do not belong together.');
}

async function openVerified(
  access: Access,
  verified: store.AccountsTable,
  password: string,
  request: Request,
): Promise<Opened> {
  const outdated = isOutdated(verified.password_hash, costOf(access));
  const stronger = outdated ? await hashPassword(password, costOf(access)) : null;
  const opening = { actor: `account:${verified.id}`, act: 'account.rehash-password' };
  return await change(access.ledger, access.db, opening, async (tx, touch) => {
    const account = await store.lockAccount(tx, verified.id);
    // The account may be shut, and the password may have been changed while this one was being checked.
    if (account?.password_hash !== verified.password_hash || account.disabled_at !== null) throw signInFailed();
    if (stronger !== null) {
      await store.updateAccount(tx, account.id, { password_hash: stronger });
      touch('accounts', account.id);
    }
    return await openSession(access, tx, { accountId: account.id, with: 'password', isProof: true, request });
  });
}

async function sweepOld(access: Access): Promise<void> {
  const ago = (seconds: number) => new Date(access.clock().getTime() - seconds * 1000);
  await sweepSessions(access.db, access.clock());
  await store.sweepTries(access.db, { tries: ago(DAY_SECONDS), browser: ago(BROWSER_SECONDS) });
}

function costOf(access: Access): PasswordCost {
  return access.passwordCost ?? PASSWORD_COST;
}
