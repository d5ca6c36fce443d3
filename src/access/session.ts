import { createHash, createHmac } from 'node:crypto';

export const SESSION_COOKIE = 'countersign_session';
/** Says that this browser has signed in to some account before. It opens nothing. */
export const BROWSER_COOKIE = 'countersign_browser';
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** How long a session lives, in seconds. */
export interface SessionLimits {
  readonly idle: number;
  readonly absolute: number;
}

export const SESSION_LIMITS: SessionLimits = { idle: 30 * 60, absolute: 12 * 60 * 60 };

/** What is stored of a token. The token has 256 random bits, so a plain hash cannot be searched backwards. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/**
 * The token a page proves itself with. It follows from the session's secret, so it needs no storage and ends with the
 * session, and nobody can compute it from anything else he could read.
 */
export function csrfToken(token: string): string {
  return createHmac('sha256', token).update('countersign csrf').digest('base64url');
}

/**
 * The token in the cookie `name`; null if there is none, or more than one: a second cookie of the same name was set
 * by somebody else (another host of the same domain, another port), and which of the two counts is his choice.
 */
export function cookieToken(name: string, cookieHeader: string | null): string | null {
  const values = (cookieHeader ?? '').split(';').flatMap((part) => {
    const [key, ...value] = part.split('=');
    return key?.trim() === name ? [value.join('=').trim()] : [];
  });
  const [token = ''] = values;
  return values.length === 1 && TOKEN.test(token) ? token : null;
}

/** A Set-Cookie header that gives a token for so many seconds; 0 takes it away. Only the API ever gets it back. */
export function setCookie(name: string, token: string, options: { secure: boolean; seconds: number }): string {
  const attributes = ['Path=/api', 'HttpOnly', 'SameSite=Strict', `Max-Age=${options.seconds}`];
  if (options.secure) attributes.push('Secure');
  return [`${name}=${token}`, ...attributes].join('; ');
}

/** Whether a session still lives at `now`. */
export function isAlive(session: { last_seen_at: Date; expires_at: Date }, now: Date, limits: SessionLimits): boolean {
  const idle = now.getTime() - session.last_seen_at.getTime();
  return now < session.expires_at && idle < limits.idle * 1000;
}
