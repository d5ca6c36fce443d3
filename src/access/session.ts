import { createHash, createHmac } from 'node:crypto';
import { randomToken } from '../base/id.ts';

export const SESSION_COOKIE = 'countersign_session';
/** Says that this browser has signed in to some account before. It opens nothing. */
export const BROWSER_COOKIE = 'countersign_browser';
/** Ties a sign-in that takes two requests to the browser that began it. */
export const CEREMONY_COOKIE = 'countersign_ceremony';

const TOKEN = /^[A-Za-z0-9_-]{43}$/;
const SESSION = /^([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})$/;

/** How long a session lives, in seconds. */
export interface SessionLimits {
  readonly idle: number;
  readonly absolute: number;
}

export const SESSION_LIMITS: SessionLimits = { idle: 30 * 60, absolute: 12 * 60 * 60 };

/** In seconds: how long a proof counts as fresh. */
export const FRESH = 5 * 60;

/**
 * In seconds: how old a token gets, when it is offered again if the answer with the new one got lost, and how long
 * requests that were under way may still bring the old one.
 */
export const ROTATION = { every: 10 * 60, again: 2 * 60, grace: 30 } as const;

/**
 * What the cookie holds. `secret` stays as long as the session and finds it; `token` changes. Who has stolen a cookie
 * knows both, but he or its owner will soon come with a token that the other has replaced.
 */
export interface SessionCookie {
  readonly secret: string;
  readonly token: string;
}

export const newSessionCookie = (secret = randomToken()): SessionCookie => ({ secret, token: randomToken() });

/** What is stored of a token. The token has 256 random bits, so a plain hash cannot be searched backwards. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/**
 * The token a page proves itself with. It follows from the session's secret, so it needs no storage and ends with the
 * session, and nobody can compute it from anything else he could read.
 */
export function csrfToken(secret: string): string {
  return createHmac('sha256', secret).update('countersign csrf').digest('base64url');
}

/**
 * The value of the cookie `name`; null if there is none, or more than one: a second cookie of the same name was set
 * by somebody else (another host of the same domain, another port), and which of the two counts is his choice.
 */
function cookieValue(name: string, cookieHeader: string | null): string | null {
  const values = (cookieHeader ?? '').split(';').flatMap((part) => {
    const [key, ...value] = part.split('=');
    return key?.trim() === name ? [value.join('=').trim()] : [];
  });
  return values.length === 1 ? (values[0] ?? null) : null;
}

/** The token in the cookie `name`; null if there is none. */
export function cookieToken(name: string, cookieHeader: string | null): string | null {
  const value = cookieValue(name, cookieHeader);
  return value !== null && TOKEN.test(value) ? value : null;
}

/** What the session's cookie holds; null if there is none. */
export function sessionCookie(cookieHeader: string | null): SessionCookie | null {
  const [, secret, token] = SESSION.exec(cookieValue(SESSION_COOKIE, cookieHeader) ?? '') ?? [];
  return secret === undefined || token === undefined ? null : { secret, token };
}

/** A Set-Cookie header that gives a value for so many seconds; 0 takes it away. Only the API ever gets it back. */
export function setCookie(name: string, value: string, options: { secure: boolean; seconds: number }): string {
  const attributes = ['Path=/api', 'HttpOnly', 'SameSite=Strict', `Max-Age=${Math.floor(options.seconds)}`];
  if (options.secure) attributes.push('Secure');
  return [`${name}=${value}`, ...attributes].join('; ');
}

/** Whether a session still lives at `now`. */
export function isAlive(session: { last_seen_at: Date; expires_at: Date }, now: Date, limits: SessionLimits): boolean {
  const idle = now.getTime() - session.last_seen_at.getTime();
  return now < session.expires_at && idle < limits.idle * 1000;
}

interface Tokens {
  readonly token_hash: string;
  readonly next_hash: string | null;
  readonly previous_hash: string | null;
  readonly previous_until: Date | null;
}

/**
 * What a token that came with the right secret is: the one that counts, the one offered after it, the one before it
 * while requests may be under way, or one that was replaced: then two hold this session, and one of them is a thief.
 */
export function standingOf(session: Tokens, hash: string, now: Date): 'current' | 'next' | 'previous' | 'replaced' {
  if (hash === session.token_hash) return 'current';
  if (hash === session.next_hash) return 'next';
  const inGrace = session.previous_until !== null && now < session.previous_until;
  return hash === session.previous_hash && inGrace ? 'previous' : 'replaced';
}

/** Whether a proof given at `provedAt` is fresh at `now`. */
export function isFreshAt(provedAt: Date | null, now: Date): boolean {
  return provedAt !== null && now.getTime() - provedAt.getTime() < FRESH * 1000;
}
