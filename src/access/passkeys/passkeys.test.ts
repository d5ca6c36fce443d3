import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Authenticator, type Twist } from '../../../test/authenticator.ts';
import { Caller } from '../../../test/caller.ts';
import { manualClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { createApp } from '../../http/server.ts';
import { type CaseworkStore, openCasework } from '../../stores/postgres.ts';
import { type Access, accessRoutes, authenticate, createAccount, grantRole, type Role } from '../access.ts';

const PASSWORD = 'correct horse battery';
const ORIGIN = 'https://watch.example.org';
const MINUTE = 60;
let store: CaseworkStore;
let clock = manualClock('2026-03-02T08:00:00Z');
let access: Access;
let fetch: (request: Request) => Response | Promise<Response>;

beforeAll(async () => {
  store = await openCasework({ memory: true });
});
afterAll(() => store.close());
beforeEach(async () => {
  clock = manualClock('2026-03-02T08:00:00Z');
  for (const table of ['grant_requests', 'passkeys', 'ceremonies', 'grants', 'accounts', 'sign_in_tries'] as const) {
    await store.db.deleteFrom(table).execute();
  }
  const reach = { host: '127.0.0.1', publicOrigin: ORIGIN };
  access = { db: store.db, clock, passwordCost: { logN: 4, r: 1, p: 1 }, reach };
  const people: [string, Role][] = [
    ['mira', 'analyst'],
    ['noor', 'analyst'],
    ['ada', 'approver'],
  ];
  for (const [name, role] of people) await createAccount(access, { name, role, password: PASSWORD });
  fetch = createApp({
    ...{ routes: accessRoutes(access), identify: (request) => authenticate(access, request), ...reach, log: silentLog },
  }).fetch;
});

const browser = (origin = ORIGIN) => new Caller(fetch, origin);
async function signedIn(name = 'mira', origin = ORIGIN): Promise<Caller> {
  const caller = browser(origin);
  expect(await caller.signIn(name, PASSWORD)).toMatchObject({ status: 200 });
  return caller;
}
async function enrol(caller: Caller, device: Authenticator, twist: Twist = {}) {
  const { body } = await caller.call('POST', '/api/passkeys/options');
  return await caller.call('POST', '/api/passkeys', { label: 'key', credential: device.make(body.options, twist) });
}
async function enrolled(name = 'mira'): Promise<Authenticator> {
  const device = new Authenticator(ORIGIN);
  expect(await enrol(await signedIn(name), device)).toMatchObject({ status: 200 });
  return device;
}
const begin = async (caller: Caller) => (await caller.call('POST', '/api/session/passkey/options')).body.options;
const finish = (caller: Caller, credential: object) => caller.call('POST', '/api/session/passkey', { credential });
async function enter(device: Authenticator, twist: Twist = {}, caller = browser()) {
  return await finish(caller, device.sign(await begin(caller), twist));
}
const REFUSED = { status: 403, body: { code: 'passkey-refused', detail: 'The passkey was not accepted.' } };
const sessions = async () => (await store.db.selectFrom('sessions').selectAll().execute()).length;

describe('a passkey', () => {
  test('is enrolled, listed, signs in without a name, proves, and is removed', async () => {
    const device = await enrolled();
    const caller = browser();
    const options = await begin(caller);
    expect(options).toMatchObject({ rpId: 'watch.example.org', userVerification: 'required' });
    expect(options.allowCredentials ?? []).toEqual([]);
    expect(await finish(caller, device.sign(options))).toMatchObject({
      ...{ status: 200, body: { account: { name: 'mira', roles: ['analyst'] } } },
    });
    clock.advance(6 * MINUTE);
    const list = async () => (await caller.call('GET', '/api/passkeys')).body.passkeys;
    const [{ id, ...shown }] = await list();
    expect(shown).toMatchObject({ label: 'key', host: 'watch.example.org', state: 'usable', synced: false });
    expect(await caller.call('DELETE', `/api/passkeys/${id}`)).toMatchObject({ body: { code: 'step-up-required' } });
    const asked = await caller.call('POST', '/api/session/proof/passkey/options');
    const credential = device.sign(asked.body.options);
    expect((await caller.call('POST', '/api/session/proof/passkey', { credential })).status).toBe(204);
    expect((await caller.call('DELETE', `/api/passkeys/${id}`)).status).toBe(204);
    expect(await list()).toEqual([]);
    expect(await enter(device)).toMatchObject(REFUSED);
  });

  test('needs a fresh proof to be enrolled', async () => {
    const caller = await signedIn();
    clock.advance(5 * MINUTE);
    expect(await enrol(caller, new Authenticator(ORIGIN)).catch(() => 'none')).toBe('none');
    expect((await caller.call('POST', '/api/passkeys/options')).body.code).toBe('step-up-required');
  });

  test('of an account that is shut opens nothing', async () => {
    const device = await enrolled();
    await store.db.updateTable('accounts').set({ disabled_at: clock() }).execute();
    const before = await sessions();
    expect(await enter(device)).toMatchObject(REFUSED);
    expect(await sessions()).toBe(before);
  });

  test('cannot be had under an address that is a number', async () => {
    const caller = await signedIn('mira', 'http://127.0.0.1:12339');
    for (const path of ['/api/passkeys/options', '/api/session/passkey/options']) {
      expect(await caller.call('POST', path)).toMatchObject({ status: 421, body: { code: 'no-passkeys-here' } });
    }
  });
});

describe('enrolment is refused', () => {
  test.each<[string, Twist]>([
    ['for another origin', { origin: 'https://evil.example' }],
    ['for another port', { origin: `${ORIGIN}:8443` }],
    ['for another host name', { rpId: 'evil.example' }],
    ['for a challenge of the page’s own', { challenge: 'AAAAAAAAAAAAAAAAAAAAAA' }],
    ['without its owner’s finger or number', { userVerified: false }],
  ])('%s', async (_, twist) => {
    const caller = await signedIn();
    expect(await enrol(caller, new Authenticator(ORIGIN), twist)).toMatchObject(REFUSED);
    expect((await caller.call('GET', '/api/passkeys')).body.passkeys).toEqual([]);
  });

  test('a second time with the same challenge, in another session, and too late', async () => {
    const [caller, other] = [await signedIn(), await signedIn()];
    const device = new Authenticator(ORIGIN);
    const ask = async () => (await caller.call('POST', '/api/passkeys/options')).body.options;
    const post = (by: Caller, credential: object) => by.call('POST', '/api/passkeys', { label: 'key', credential });
    const options = await ask();
    expect(await post(other, device.make(options))).toMatchObject(REFUSED);
    expect(await post(caller, device.make(options))).toMatchObject({ status: 200 });
    expect(await post(caller, new Authenticator(ORIGIN).make(options))).toMatchObject(REFUSED);
    const late = await ask();
    clock.advance(4 * MINUTE);
    await caller.call('POST', '/api/session/proof', { password: PASSWORD });
    clock.advance(1 * MINUTE);
    expect(await post(caller, new Authenticator(ORIGIN).make(late))).toMatchObject(REFUSED);
  });

  test('of a credential that another account has', async () => {
    const device = await enrolled();
    expect(await enrol(await signedIn('noor'), device.clone())).toMatchObject(REFUSED);
    expect(await enter(device)).toMatchObject({ status: 200, body: { account: { name: 'mira' } } });
  });
});

describe('a sign-in is refused', () => {
  test.each<[string, Twist]>([
    ['for another origin', { origin: 'https://evil.example' }],
    ['for http instead of https', { origin: 'http://watch.example.org' }],
    ['for another host name', { rpId: 'evil.example' }],
    ['for another challenge', { challenge: 'AAAAAAAAAAAAAAAAAAAAAA' }],
    ['without its owner’s finger or number', { userVerified: false }],
    ['under another’s handle', { userHandle: Buffer.from('SOMEBODY').toString('base64url') }],
  ])('%s', async (_, twist) => {
    const device = await enrolled();
    const before = await sessions();
    expect(await enter(device, twist)).toMatchObject(REFUSED);
    expect(await sessions()).toBe(before);
  });

  test('when an answer is played again, by whoever', async () => {
    const device = await enrolled();
    const caller = browser();
    const answer = device.sign(await begin(caller));
    const thief = caller.thief();
    expect((await finish(caller, answer)).status).toBe(200);
    for (const again of [caller, thief, browser()]) expect(await finish(again, answer)).toMatchObject(REFUSED);
  });

  test('when two play the same answer at the same moment, one of them', async () => {
    const device = await enrolled();
    const caller = browser();
    const answer = device.sign(await begin(caller));
    const answers = await Promise.all(Array.from({ length: 5 }, () => finish(caller.thief(), answer)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403, 403, 403, 403]);
  });

  test('in another browser than the one that was asked, and five minutes later', async () => {
    const device = await enrolled();
    const [caller, other] = [browser(), browser()];
    const options = await begin(caller);
    await begin(other);
    expect(await finish(other, device.sign(options))).toMatchObject(REFUSED);
    clock.advance(5 * MINUTE);
    expect(await finish(caller, device.sign(options))).toMatchObject(REFUSED);
  });

  test('with a forged signature, which does not harm the owner', async () => {
    const device = await enrolled();
    await enter(device);
    const forger = Object.assign(new Authenticator(ORIGIN), { id: device.id, userHandle: device.userHandle });
    expect(await enter(forger, { counter: 0 })).toMatchObject(REFUSED);
    expect(await enter(forger, { counter: 99 })).toMatchObject(REFUSED);
    expect(await enter(device)).toMatchObject({ status: 200 });
  });

  test('and the passkey suspended, when its counter shows that there are two of it', async () => {
    const device = await enrolled();
    const copy = device.clone();
    await enter(device);
    await enter(device);
    expect(await enter(copy)).toMatchObject(REFUSED);
    expect(await enter(device)).toMatchObject(REFUSED);
    const [shown] = (await (await signedIn()).call('GET', '/api/passkeys')).body.passkeys;
    expect(shown.state).toBe('suspended');
  });
});

test('a colleague’s passkey proves nothing in somebody else’s session', async () => {
  const [own, colleagues] = [await enrolled(), await enrolled('noor')];
  const caller = await signedIn();
  clock.advance(6 * MINUTE);
  const ask = async () => (await caller.call('POST', '/api/session/proof/passkey/options')).body.options;
  const prove = (credential: object) => caller.call('POST', '/api/session/proof/passkey', { credential });
  expect(await prove(colleagues.sign(await ask()))).toMatchObject(REFUSED);
  // A challenge for signing in is none for proving.
  expect(await prove(own.sign(await begin(browser())))).toMatchObject(REFUSED);
  expect((await caller.call('POST', '/api/passkeys/options')).body.code).toBe('step-up-required');
  expect((await prove(own.sign(await ask()))).status).toBe(204);
});

describe('an approver’s passkey', () => {
  test('opens nothing before a second person has confirmed it', async () => {
    const device = new Authenticator(ORIGIN);
    const caller = await signedIn('ada');
    expect(await enrol(caller, device)).toMatchObject({ status: 200, body: { state: 'waiting' } });
    expect(await enter(device)).toMatchObject(REFUSED);
    expect((await caller.call('POST', '/api/session/proof/passkey/options')).status).toBe(404);
  });

  test('that was made before he became one waits too', async () => {
    await createAccount(access, { name: 'bo', role: 'employee', password: PASSWORD });
    const device = await enrolled('bo');
    expect((await enter(device)).status).toBe(200);
    await grantRole(access, { name: 'bo', role: 'approver' });
    expect(await enter(device)).toMatchObject(REFUSED);
  });
});
