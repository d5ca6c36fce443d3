/** What takes two requests, such as a challenge and its answer: what was begun is remembered, and answered once. */
import { randomToken } from '../../base/id.ts';
import type { Access } from '../access.ts';
import { CEREMONY_COOKIE, cookieToken, setCookie, tokenHash } from '../session.ts';
import * as store from './store.ts';

/** In seconds. */
export const CEREMONY_SECONDS = 5 * 60;

/** Whose ceremony it is: a browser that nobody has signed in with yet, or a session. */
export type Holder = { readonly browser: string } | { readonly session: string };

/** A browser's name for one sign-in, and the cookie that keeps it. */
export function newBrowser(access: Access): { holder: Holder; cookie: string } {
  const token = randomToken();
  const secure = access.secure ?? false;
  return {
    holder: { browser: token },
    cookie: setCookie(CEREMONY_COOKIE, token, { secure, seconds: CEREMONY_SECONDS }),
  };
}

/** The browser that began; null if it did not. */
export function browserOf(request: Request): Holder | null {
  const token = cookieToken(CEREMONY_COOKIE, request.headers.get('cookie'));
  return token === null ? null : { browser: token };
}

export async function beginCeremony(
  access: Access,
  holder: Holder,
  purpose: string,
  content: Readonly<Record<string, string>>,
): Promise<void> {
  const now = access.clock();
  const expires_at = new Date(now.getTime() + CEREMONY_SECONDS * 1000);
  await store.insertCeremony(
    access.db,
    { holder: keyOf(holder), purpose, content: JSON.stringify(content), expires_at },
    now,
  );
}

/** What was remembered; undefined if nothing was begun, or too long ago, or it was answered already. */
export async function takeCeremony(
  access: Access,
  holder: Holder,
  purpose: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  const content = await store.takeCeremony(access.db, keyOf(holder), purpose, access.clock());
  return content as Readonly<Record<string, string>> | undefined;
}

function keyOf(holder: Holder): string {
  return 'session' in holder ? `session ${holder.session}` : `browser ${tokenHash(holder.browser)}`;
}
