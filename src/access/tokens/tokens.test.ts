import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Caller } from '../../../test/caller.ts';
import { manualClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { route } from '../../http/route.ts';
import { createApp } from '../../http/server.ts';
import { type CaseworkStore, openCasework } from '../../stores/postgres.ts';
import * as rooms from '../access.ts';

const PASSWORD = 'correct horse battery';
const DAY = 86_400;
let store: CaseworkStore;
let clock = manualClock('2026-03-02T08:00:00Z');
let access: rooms.Access;
let caller: Caller;

beforeAll(async () => {
  store = await openCasework({ memory: true });
});
afterAll(() => store.close());
beforeEach(async () => {
  clock = manualClock('2026-03-02T08:00:00Z');
  access = { db: store.db, clock, passwordCost: { logN: 4, r: 1, p: 1 } };
  for (const table of ['shipper_tokens', 'grants', 'accounts', 'sign_in_tries'] as const) {
    await store.db.deleteFrom(table).execute();
  }
  await rooms.createAccount(access, { name: 'eno', role: 'engineer', password: PASSWORD });
  const rows = route({
    method: 'POST',
    path: '/api/rows',
    audience: 'shipper',
    summary: 'Hands in rows.',
    body: z.object({ row: z.string() }),
    response: z.object({ source: z.string(), by: z.string() }),
    handler: (_, { shipper }) => ({ source: shipper.source, by: shipper.tokenId }),
  });
  const app = createApp({
    ...{ routes: [...rooms.accessRoutes(access), rows], host: '127.0.0.1', log: silentLog },
    identify: (request) => rooms.authenticate(access, request),
    identifyShipper: (request) => rooms.authenticateShipper(access, request),
  });
  caller = new Caller(app.fetch, 'http://localhost');
});
const ship = (authorization?: string, headers: Record<string, string> = {}) =>
  caller.call(
    'POST',
    '/api/rows',
    { row: 'x' },
    { ...(authorization ? { Authorization: authorization } : {}), ...headers },
  );
const NO = { status: 401, body: { code: 'sign-in-required' } };

describe('a token', () => {
  test('hands in rows of its own source; only its hash is stored', async () => {
    const { id, token } = await rooms.createToken(access, { source: 'email' });
    expect(token).toMatch(/^countersign_ship_[\w-]{43}$/);
    expect(await ship(`Bearer ${token}`)).toMatchObject({ status: 200, body: { source: 'email', by: id } });
    const stored = JSON.stringify(await store.db.selectFrom('shipper_tokens').selectAll().execute());
    expect(stored).not.toContain(token.slice(-43));
  });

  test('opens nothing else, and a session hands in nothing', async () => {
    const { token } = await rooms.createToken(access, { source: 'email' });
    for (const one of rooms.accessRoutes(access).filter(({ audience }) => audience !== 'public')) {
      const path = one.path.replaceAll(/:\w+/g, 'X');
      const body = one.method === 'POST' ? {} : undefined;
      expect(await caller.call(one.method, path, body, { Authorization: `Bearer ${token}` }), path).toMatchObject(NO);
    }
    await caller.signIn('eno', PASSWORD);
    expect(await ship()).toMatchObject(NO);
    expect((await caller.call('GET', '/api/session')).status).toBe(200);
  });

  test('is good up to and with its last day, and not after it was revoked', async () => {
    const { token } = await rooms.createToken(access, { source: 'email', until: '2026-03-03' });
    const other = await rooms.createToken(access, { source: 'email' });
    clock.advance(DAY + 15 * 3600);
    expect((await ship(`Bearer ${token}`)).status).toBe(200);
    clock.advance(3600);
    expect(await ship(`Bearer ${token}`)).toMatchObject(NO);
    expect((await ship(`Bearer ${other.token}`)).status).toBe(200);
    await rooms.revokeToken(access, other.id);
    expect(await ship(`Bearer ${other.token}`)).toMatchObject(NO);
    await expect(rooms.revokeToken(access, other.id)).rejects.toMatchObject({ code: 'not-found' });
    expect((await rooms.listTokens(access)).map(({ state, lastUsedOn }) => `${state} ${lastUsedOn}`).sort()).toEqual([
      'expired 2026-03-03',
      'revoked 2026-03-04',
    ]);
  });

  test('that is wrong in any way is none', async () => {
    const { token } = await rooms.createToken(access, { source: 'email' });
    const wrong = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
    for (const text of [
      wrong,
      `${token}A`,
      token.toUpperCase(),
      '',
      'countersign_ship_',
      `${token}, Bearer ${token}`,
    ]) {
      expect(await ship(`Bearer ${text}`), text).toMatchObject(NO);
    }
    expect(await ship(token)).toMatchObject(NO);
    expect(await ship(`Basic ${Buffer.from(token).toString('base64')}`)).toMatchObject(NO);
    expect((await caller.call('POST', `/api/rows?token=${token}`, { row: 'x' })).status).toBe(401);
  });

  test('is not for a page of another site', async () => {
    const { token } = await rooms.createToken(access, { source: 'email' });
    expect(await ship(`Bearer ${token}`, { Origin: 'https://evil.example' })).toMatchObject({ status: 403 });
  });
});

test.each(['', 'Email', '../x', 'a b', '-x', 'x'.repeat(65)])('a source cannot be called %j', async (source) => {
  await expect(rooms.createToken(access, { source })).rejects.toMatchObject({ code: 'invalid-input', place: 'source' });
});

test.each(['2026-03-01', 'tomorrow', '2026-13-01'])('the last day cannot be %s', async (until) => {
  const made = rooms.createToken(access, { source: 'email', until });
  await expect(made).rejects.toMatchObject({ code: 'invalid-input', place: 'until' });
});
