import { timingSafeEqual } from 'node:crypto';
import { Fault } from '../base/fault.ts';
import type { Audience, Identity, Method, Role } from './route.ts';

/** Where the server can be reached. `host` is what it listens on; `publicOrigin` is what people type, if not that. */
export interface Reach {
  readonly host: string;
  readonly publicOrigin?: string | undefined;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\]|::1)$/;

export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}

/**
 * The origin under which this request may reach us. Throws `wrong-host` for every other one.
 *
 * The attack is DNS rebinding: a page of evil.example lets its own name point at 127.0.0.1 and is then of the same
 * origin as us, as far as the browser can tell. Its requests carry `Host: evil.example`, so we answer only to our
 * own names. The port is free: a tunnel may change it, and a rebinding page cannot gain from it.
 */
export function ownOrigin(url: string, reach: Reach): string {
  const { host, hostname, protocol } = new URL(url);
  if (reach.publicOrigin !== undefined) {
    const origin = new URL(reach.publicOrigin);
    if (origin.host === host) return origin.origin;
  }
  if (isLoopback(reach.host) && isLoopback(hostname)) return `${protocol}//${host}`;
  throw new Fault('wrong-host', 'This server does not answer under that name.');
}

/** Whether the method may change something. */
export function isUnsafe(method: Method): boolean {
  return method !== 'GET';
}

/**
 * Refuses a request that a page of another origin sent. The attack on an unsafe method is cross-site request forgery,
 * for sign-in too: signing the victim in under the attacker's account. The attack on a safe one is to ask and to
 * learn from how long the answer takes or how large it is; another port of the same host is the same site, and its
 * pages send our cookies along. Browsers say where a request comes from; programs such as curl say nothing and carry
 * nobody's cookies, so silence is no forgery. `none` is an address that a person typed, which is never unsafe.
 */
export function refuseForeign(headers: Headers, own: string, method: Method): void {
  const site = headers.get('sec-fetch-site') ?? 'same-origin';
  const origin = headers.get('origin') ?? own;
  const typed = site === 'none' && !isUnsafe(method);
  if (origin !== own || (site !== 'same-origin' && !typed)) {
    throw new Fault('forged-request', 'The request came from a page of another site.');
  }
}

/** Refuses an unsafe request without the token of its session: the second wall, if a browser's headers fail us. */
export function requireCsrfToken(headers: Headers, identity: Identity): void {
  const given = Buffer.from(headers.get('x-csrf-token') ?? '');
  const expected = Buffer.from(identity.csrfToken);
  if (given.length === expected.length && timingSafeEqual(given, expected)) return;
  throw new Fault('forged-request', 'The header X-CSRF-Token is missing or not that of this session.');
}

/** Refuses whoever is not in the audience. Nothing else of the request has been looked at yet. */
export function admit(audience: Exclude<Audience, 'public' | 'shipper'>, identity: Identity | null): Identity {
  if (identity === null) throw new Fault('sign-in-required', 'Nobody is signed in, or the session has ended.');
  if (audience === 'signed-in') return identity;
  const wanted: readonly Role[] = audience;
  if (identity.account.roles.some((role) => wanted.includes(role))) return identity;
  throw new Fault('forbidden', `This is for the role ${wanted.join(' or ')}.`);
}

/**
 * Refuses a sensitive act without a fresh proof. The attack is a session that somebody else has: a screen left open, a
 * stolen cookie.
 */
export function requireFresh(identity: Identity): void {
  if (identity.isFresh === true) return;
  throw new Fault('step-up-required', 'This needs a proof of who you are that is not older than a few minutes.');
}
