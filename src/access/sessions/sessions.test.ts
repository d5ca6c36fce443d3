import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Caller } from '../../../test/caller.ts';
import { manualClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { route } from '../../http/route.ts';
import { createApp } from '../../http/server.ts';
import { type CaseworkStore, openCasework } from '../../stores/postgres.ts';
import { type Access, accessRoutes, authenticate, createAccount } from '../access.ts';

const PASSWORD = 'correct horse battery';
const MINUTE = 60;
let store: CaseworkStore;
let clock = manualClock('2026-03-02T08:00:00Z');
let fetch: (request: Request) => Response | Promise<Response>;

beforeAll(async () => {
  store = await openCasework({ memory: true });
});
afterAll(() => store.close());
beforeEach(async () => {
  clock = manualClock('2026-03-02T08:00:00Z');
  for (const table of ['grants', 'accounts', 'sign_in_tries'] as const) await store.db.deleteFrom(table).execute();
  const access: Access = { db: store.db, clock, passwordCost: { logN: 4, r: 1, p: 1 } };
  for (const name of ['Mira', 'Noor']) await createAccount(access, { name, role: 'analyst', password: PASSWORD });
  const read = {
    method: 'GET',
    audience: ['analyst'],
    summary: 'Leads.',
    response: z.object({ total: z.number() }),
    handler: () => ({ total: 3 }),
  } as const;
  const routes = [
    route({ ...read, path: '/api/leads' }),
    route({ ...read, path: '/api/secret', stepUp: true }),
    ...accessRoutes(access),
  ];
  fetch = createApp({
    routes,
    identify: (request) => authenticate(access, request),
    host: '127.0.0.1',
    log: silentLog,
  }).fetch;
});

async function signedIn(name = 'mira'): Promise<Caller> {
  const caller = new Caller(fetch, 'http://localhost');
  expect(await caller.signIn(name, PASSWORD)).toMatchObject({ status: 200 });
  return caller;
}
const leads = async (caller: Caller) => (await caller.call('GET', '/api/leads')).status;
const tokenOf = (caller: Caller) => caller.jar.get('countersign_session');
const prove = (caller: Caller, password = PASSWORD) => caller.call('POST', '/api/session/proof', { password });

describe('the token changes', () => {
  test('every ten minutes, and what pages hold stays good', async () => {
    const mira = await signedIn();
    const tokens = new Set([tokenOf(mira)]);
    for (let minute = 0; minute < 60; minute += 5) {
      clock.advance(5 * MINUTE);
      expect(await leads(mira)).toBe(200);
      tokens.add(tokenOf(mira));
    }
    expect(tokens.size).toBe(7);
    expect((await mira.call('DELETE', '/api/session')).status).toBe(204);
  });

  test('an answer with a new token that gets lost costs nothing, however often', async () => {
    const mira = await signedIn();
    for (let minute = 0; minute < 60; minute += 5) {
      clock.advance(5 * MINUTE);
      const lost = mira.thief();
      expect(await leads(lost)).toBe(200);
      expect(await leads(mira)).toBe(200);
      if (minute % 20 === 0) mira.jar.set('countersign_session', tokenOf(lost)!);
    }
  });

  test('requests under way with the token before are answered for a moment', async () => {
    const mira = await signedIn();
    const before = mira.thief();
    clock.advance(10 * MINUTE);
    expect(await leads(mira)).toBe(200);
    expect(await leads(mira)).toBe(200);
    clock.advance(29);
    expect(await leads(before)).toBe(200);
    expect(await leads(mira)).toBe(200);
  });

  test('many requests at once get one new token, and all are answered', async () => {
    const mira = await signedIn();
    clock.advance(10 * MINUTE);
    const given = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const tab = mira.thief();
        expect(await leads(tab)).toBe(200);
        return tokenOf(tab);
      }),
    );
    const changed = given.filter((token) => token !== tokenOf(mira));
    expect(changed).toHaveLength(1);
    mira.jar.set('countersign_session', changed[0]!);
    expect(await Promise.all(Array.from({ length: 8 }, () => leads(mira)))).toEqual(Array(8).fill(200));
  });
});

describe('a stolen token', () => {
  test('that its owner’s browser has replaced ends the session for both', async () => {
    const mira = await signedIn();
    const thief = mira.thief();
    clock.advance(10 * MINUTE);
    expect([await leads(mira), await leads(mira)]).toEqual([200, 200]);
    clock.advance(30);
    expect(await leads(thief)).toBe(401);
    expect(await leads(mira)).toBe(401);
  });

  test('that the thief lets change ends the session when its owner comes back', async () => {
    const mira = await signedIn();
    const thief = mira.thief();
    clock.advance(10 * MINUTE);
    expect([await leads(thief), await leads(thief)]).toEqual([200, 200]);
    clock.advance(30);
    expect(await leads(mira)).toBe(401);
    expect(await leads(thief)).toBe(401);
  });

  test('that was offered to the thief and then to the owner ends the session', async () => {
    const mira = await signedIn();
    const thief = mira.thief();
    clock.advance(10 * MINUTE);
    expect(await leads(thief)).toBe(200);
    clock.advance(2 * MINUTE);
    expect([await leads(mira), await leads(mira)]).toEqual([200, 200]);
    expect(await leads(thief)).toBe(401);
    expect(await leads(mira)).toBe(401);
  });

  test('an invented token with the right secret ends the session, one with a wrong secret nothing', async () => {
    const mira = await signedIn();
    const [secret, token] = tokenOf(mira)!.split('.');
    const other = mira.thief();
    other.jar.set('countersign_session', `${'A'.repeat(43)}.${token}`);
    expect([await leads(other), await leads(mira)]).toEqual([401, 200]);
    other.jar.set('countersign_session', `${secret}.${'A'.repeat(43)}`);
    expect([await leads(other), await leads(mira)]).toEqual([401, 401]);
  });
});

describe('a sensitive act', () => {
  const secret = (caller: Caller) => caller.call('GET', '/api/secret');
  const asked = { status: 403, body: { code: 'step-up-required' } };

  test('is open for five minutes after a proof, whatever else is done', async () => {
    const mira = await signedIn();
    clock.advance(5 * MINUTE - 1);
    expect(await secret(mira)).toMatchObject({ status: 200 });
    clock.advance(1);
    expect(await leads(mira)).toBe(200);
    expect(await secret(mira)).toMatchObject(asked);
    expect((await prove(mira)).status).toBe(204);
    expect(await secret(mira)).toMatchObject({ status: 200 });
    clock.advance(5 * MINUTE);
    expect(await secret(mira)).toMatchObject(asked);
  });

  test('is not open to whoever stole the token before the proof, and his trying ends the session', async () => {
    const mira = await signedIn();
    clock.advance(6 * MINUTE);
    const thief = mira.thief();
    expect((await prove(mira)).status).toBe(204);
    expect(tokenOf(mira)).not.toBe(tokenOf(thief));
    expect(await secret(thief)).toMatchObject(asked);
    expect(await prove(thief)).toMatchObject({ status: 401, body: { code: 'sign-in-required' } });
    expect(await secret(mira)).toMatchObject({ status: 200 });
    clock.advance(30);
    expect([(await secret(thief)).status, (await secret(mira)).status]).toEqual([401, 401]);
  });

  test('a wrong password, and guessing on an open screen, prove nothing', async () => {
    const mira = await signedIn();
    clock.advance(6 * MINUTE);
    const answers: string[] = [];
    for (let n = 0; n < 7; n++) answers.push((await prove(mira, 'guess-guess')).body.code);
    expect(answers).toEqual([...Array(5).fill('sign-in-failed'), 'too-many-tries', 'too-many-tries']);
    expect(await prove(mira)).toMatchObject({ status: 429 });
    expect(await secret(mira)).toMatchObject(asked);
    // Its owner, elsewhere, is not kept out.
    await signedIn();
  });

  test('a proof of one session is none for another', async () => {
    const [one, other] = [await signedIn(), await signedIn()];
    clock.advance(6 * MINUTE);
    await prove(one);
    expect(await secret(other)).toMatchObject(asked);
  });
});

describe('one’s own sessions', () => {
  test('are listed with the one that asks, without a token, and can be ended one by one', async () => {
    const [here, there] = [await signedIn(), await signedIn()];
    await signedIn('noor');
    const { body } = await here.call('GET', '/api/sessions');
    expect(body.sessions.map(({ current }: { current: boolean }) => current).sort()).toEqual([false, true]);
    for (const part of tokenOf(there)!.split('.')) expect(JSON.stringify(body)).not.toContain(part);
    const other = body.sessions.find(({ current }: { current: boolean }) => !current);
    expect((await here.call('DELETE', `/api/sessions/${other.id}`)).status).toBe(204);
    expect([await leads(here), await leads(there)]).toEqual([200, 401]);
  });

  test('nobody ends another’s, or learns whether there is one', async () => {
    const [mira, noor] = [await signedIn(), await signedIn('noor')];
    const { id } = (await mira.call('GET', '/api/sessions')).body.sessions[0];
    const theirs = await noor.call('DELETE', `/api/sessions/${id}`);
    const none = await noor.call('DELETE', '/api/sessions/ABCDEFGHJKMNPQRSTVWX');
    expect([theirs.status, theirs.body.detail]).toEqual([404, none.body.detail]);
    expect(await leads(mira)).toBe(200);
  });

  test('all but this one end at once, and when the password changes', async () => {
    const [here, there] = [await signedIn(), await signedIn()];
    await here.call('DELETE', '/api/sessions');
    expect([await leads(here), await leads(there)]).toEqual([200, 401]);
    const third = await signedIn();
    clock.advance(6 * MINUTE);
    const password = 'another long password';
    const change = () => here.call('POST', '/api/session/password', { password });
    expect(await change()).toMatchObject({ status: 403, body: { code: 'step-up-required' } });
    await prove(here);
    expect((await change()).status).toBe(204);
    expect([await leads(here), await leads(third)]).toEqual([200, 401]);
    expect((await new Caller(fetch, 'http://localhost').signIn('mira', PASSWORD)).status).toBe(401);
    expect((await new Caller(fetch, 'http://localhost').signIn('mira', password)).status).toBe(200);
  });
});
