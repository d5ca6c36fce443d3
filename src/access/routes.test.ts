import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { manualClock } from '../base/clock.ts';
import { openLog } from '../base/log.ts';
import { route } from '../http/route.ts';
import { type Serving, serve } from '../http/serve.ts';
import { type CaseworkStore, openCasework } from '../stores/postgres.ts';
import { type Access, accessRoutes, authenticate, createAccount } from './access.ts';

const PASSWORD = 'correct horse battery';
const clock = manualClock('2026-03-02T08:00:00Z');
const log: string[] = [];
let store: CaseworkStore;
let server: Serving;

beforeAll(async () => {
  store = await openCasework({ memory: true });
  const access: Access = { db: store.db, clock, passwordCost: { logN: 4, r: 1, p: 1 } };
  await createAccount(access, { name: 'Mira', role: 'analyst', password: PASSWORD });
  await createAccount(access, { name: 'Noor', role: 'engineer', password: PASSWORD });
  const leads = route({
    method: 'GET',
    path: '/api/leads',
    audience: ['analyst'],
    summary: 'Leads.',
    response: z.object({ total: z.number() }),
    handler: () => ({ total: 3 }),
  });
  server = await serve({
    routes: [...accessRoutes(access), leads],
    identify: (request) => authenticate(access, request),
    host: '127.0.0.1',
    port: 0,
    log: openLog({ destination: { write: (line: string) => log.push(line) } }),
  });
});
afterAll(async () => {
  await server.close();
  await store.close();
});
beforeEach(async () => {
  await store.db.deleteFrom('sign_in_tries').execute();
});

async function call(
  method: string,
  path: string,
  options: { cookie?: string; csrf?: string; body?: unknown; origin?: string } = {},
) {
  const headers = new Headers();
  if (options.cookie !== undefined) headers.set('Cookie', options.cookie);
  if (options.csrf !== undefined) headers.set('X-CSRF-Token', options.csrf);
  if (options.origin !== undefined) headers.set('Origin', options.origin);
  if (options.body !== undefined) headers.set('Content-Type', 'application/json');
  const body = options.body === undefined ? null : JSON.stringify(options.body);
  const response = await fetch(server.url + path, { method, headers, body });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}

async function signIn(name: string) {
  const { status, headers, body } = await call('POST', '/api/session', { body: { name, password: PASSWORD } });
  expect(status).toBe(200);
  const cookie = headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  return { cookie, csrf: body.csrf_token as string, body };
}

test('a session from sign-in to sign-out', async () => {
  expect(await call('GET', '/api/session')).toMatchObject({ status: 401, body: { code: 'sign-in-required' } });
  const { cookie, csrf, body } = await signIn('mira');
  expect(body).toEqual({ account: { name: 'Mira', roles: ['analyst'] }, csrf_token: csrf });
  expect((await call('GET', '/api/session', { cookie })).body).toEqual(body);
  expect(await call('GET', '/api/leads', { cookie })).toMatchObject({ status: 200, body: { total: 3 } });
  expect(await call('DELETE', '/api/session', { cookie })).toMatchObject({
    status: 403,
    body: { code: 'forged-request' },
  });
  const out = await call('DELETE', '/api/session', { cookie, csrf });
  expect(out.status).toBe(204);
  expect(out.headers.get('set-cookie')).toContain(
    'countersign_session=; Path=/api; HttpOnly; SameSite=Strict; Max-Age=0',
  );
  expect((await call('GET', '/api/session', { cookie })).status).toBe(401);
});

test('the token of one session does not serve another', async () => {
  const [one, other] = [await signIn('mira'), await signIn('mira')];
  expect(one.csrf).not.toBe(other.csrf);
  expect((await call('DELETE', '/api/session', { cookie: one.cookie, csrf: other.csrf })).status).toBe(403);
});

test('an engineer is refused leads', async () => {
  const { cookie } = await signIn('noor');
  const { status, headers, body } = await call('GET', '/api/leads', { cookie });
  expect([status, body.code, headers.get('content-type')]).toEqual([403, 'forbidden', 'application/problem+json']);
});

test('a page of another site cannot sign anybody in', async () => {
  const body = { name: 'mira', password: PASSWORD };
  const { status, headers } = await call('POST', '/api/session', { body, origin: 'https://evil.example' });
  expect([status, headers.get('set-cookie')]).toEqual([403, null]);
  expect((await call('POST', '/api/session', { body, origin: server.url })).status).toBe(200);
});

test('wrong passwords are refused, and then slowed down', async () => {
  const codes: string[] = [];
  for (let n = 0; n < 6; n++) {
    const { body } = await call('POST', '/api/session', { body: { name: 'mira', password: 'guess' } });
    codes.push(`${body.status} ${body.code}`);
  }
  expect(codes).toEqual([...Array(5).fill('401 sign-in-failed'), '429 too-many-tries']);
});

test('an idle session is over', async () => {
  const { cookie } = await signIn('mira');
  clock.advance(30 * 60);
  expect((await call('GET', '/api/leads', { cookie })).status).toBe(401);
});

test('no name, password or token is in the log or in an address', async () => {
  log.length = 0;
  const { cookie, csrf } = await signIn('mira');
  await call('POST', '/api/session', { body: { name: 'mira', password: 'guess-guess' } });
  await call('GET', '/api/nothing?name=mira', { cookie });
  await call('DELETE', '/api/session', { cookie, csrf });
  expect(log.map((line) => JSON.parse(line).status)).toEqual([200, 401, 404, 204]);
  const tokens = cookie.split('; ').map((pair) => pair.slice(pair.indexOf('=') + 1));
  for (const secret of ['mira', PASSWORD, 'guess-guess', csrf, ...tokens])
    expect(log.join('').toLowerCase()).not.toContain(secret.toLowerCase());
});
