import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Authenticator } from '../../../test/authenticator.ts';
import { Caller } from '../../../test/caller.ts';
import { manualClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { createApp } from '../../http/server.ts';
import { type Ledger, listEntries, openLedger } from '../../ledger/ledger.ts';
import { type CaseworkStore, openCasework } from '../../stores/postgres.ts';
import * as rooms from '../access.ts';
import { KINDS, objection } from './request.ts';

const PASSWORD = 'correct horse battery';
const ORIGIN = 'http://localhost:12339';
const DAY = 86_400;
let folder: string;
let store: CaseworkStore;
let ledger: Ledger;
let clock = manualClock('2026-03-02T08:00:00Z');
let access: rooms.Access;
let fetch: (request: Request) => Response | Promise<Response>;

const PEOPLE: readonly (readonly [name: string, role: rooms.Role, person: string | undefined])[] = [
  ['eno', 'engineer', 'P-ENO'],
  ['ada', 'approver', 'P-ADA'],
  ['bo', 'approver', 'P-BO'],
  ['cas', 'case_officer', 'P-CAS'],
  ['ana', 'analyst', 'P-ANA'],
  ['aud', 'auditor', 'P-AUD'],
  ['nobody', 'approver', undefined],
];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'requests-'));
  store = await openCasework({ memory: true });
  ledger = await openLedger({ dir: folder, db: store.db, tables: rooms.accessTables });
});
afterAll(async () => {
  await ledger.close();
  await store.close();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  clock = manualClock('2026-03-02T08:00:00Z');
  for (const table of ['grant_requests', 'passkeys', 'grants', 'accounts', 'sign_in_tries'] as const) {
    await store.db.deleteFrom(table).execute();
  }
  access = { db: store.db, ledger, clock, passwordCost: { logN: 4, r: 1, p: 1 }, reach: { host: '127.0.0.1' } };
  for (const [name, role, person] of PEOPLE) {
    await rooms.createAccount(access, { name, role, person, password: PASSWORD });
  }
  fetch = createApp({
    ...{ routes: rooms.accessRoutes(access), identify: (request) => rooms.authenticate(access, request) },
    ...{ host: '127.0.0.1', log: silentLog },
  }).fetch;
});

async function as(name: string, password = PASSWORD): Promise<Caller> {
  const caller = new Caller(fetch, ORIGIN);
  expect((await caller.signIn(name, password)).status).toBe(200);
  return caller;
}
const idOf = async (name: string) => (await rooms.listAccounts(access)).find((one) => one.name === name)!.id;
const rolesOf = async (name: string) => (await rooms.listAccounts(access)).find((one) => one.name === name)?.roles;
const ask = (caller: Caller, wish: object) => caller.call('POST', '/api/requests', { reason: 'is needed', ...wish });
async function asked(name: string, wish: object): Promise<string> {
  const answer = await ask(await as(name), wish);
  expect(answer.status).toBe(200);
  return answer.body.id;
}
const decide = async (name: string, id: string, how: 'approve' | 'refuse' = 'approve') =>
  await (await as(name)).call('POST', `/api/requests/${id}/${how}`);
const grantTo = async (name: string, role: rooms.Role) => ({ kind: 'grant', account: await idOf(name), role });
const FORBIDDEN = { status: 403, body: { code: 'forbidden' } };

describe('two people', () => {
  test('make an account: an engineer asks, an approver decides and is shown the password once', async () => {
    const wish = { kind: 'account', name: 'newcomer', role: 'analyst', person: 'P-NEW' };
    const id = await asked('eno', wish);
    expect(await rolesOf('newcomer')).toBeUndefined();
    const { status, body } = await decide('ada', id);
    expect([status, await rolesOf('newcomer')]).toEqual([200, ['analyst']]);
    await as('newcomer', body.password);
    expect((await decide('bo', id)).status).toBe(404);
    const stored = JSON.stringify(await store.db.selectFrom('grant_requests').selectAll().execute());
    expect(stored).not.toContain(body.password);
  });

  test('grant, revoke, link and shut; and its sessions end with what an account may do', async () => {
    const ana = await as('ana');
    expect((await decide('ada', await asked('eno', await grantTo('ana', 'registrar')))).body).toEqual({
      password: null,
    });
    expect([await rolesOf('ana'), (await ana.call('GET', '/api/session')).status]).toEqual([
      ['analyst', 'registrar'],
      401,
    ]);
    await decide('ada', await asked('bo', { ...(await grantTo('ana', 'registrar')), kind: 'revoke' }));
    await decide('ada', await asked('eno', { kind: 'link', account: await idOf('ana'), person: 'P-ANA2' }));
    await decide('ada', await asked('eno', { kind: 'disable', account: await idOf('ana') }));
    const shown = (await rooms.listAccounts(access)).find(({ name }) => name === 'ana');
    expect(shown).toMatchObject({ roles: ['analyst'], person: 'P-ANA2', disabledAt: clock() });
  });

  test('leave their names in the ledger, and not the reason', async () => {
    const [eno, ada] = [await idOf('eno'), await idOf('ada')];
    await decide(
      'ada',
      await asked('eno', { ...(await grantTo('ana', 'registrar')), reason: 'for the move of the archive' }),
    );
    const { entries } = await listEntries(ledger, {}, { limit: 40 });
    const acts = entries.map(({ actor, act }) => `${actor} ${act}`);
    expect(acts).toContain(`account:${eno} request.grant`);
    expect(acts).toContain(`account:${ada} request.approve`);
    expect(JSON.stringify(entries)).not.toContain('archive');
  });
});

describe('nobody decides', () => {
  test('on what he asked for, with no account of his', async () => {
    const id = await asked('ada', await grantTo('ana', 'registrar'));
    expect(await decide('ada', id)).toMatchObject(FORBIDDEN);
    await rooms.createAccount(access, { name: 'ada2', role: 'approver', person: 'P-ADA', password: PASSWORD });
    expect(await decide('ada2', id)).toMatchObject(FORBIDDEN);
    expect((await decide('bo', id)).status).toBe(200);
  });

  test('on what he asked for when the account was another’s', async () => {
    await rooms.createAccount(access, { name: 'loan', role: 'approver', person: 'P-BO', password: PASSWORD });
    const id = await asked('loan', await grantTo('ana', 'registrar'));
    await rooms.linkPerson(access, { name: 'loan', person: 'P-XX' });
    expect(await decide('bo', id)).toMatchObject(FORBIDDEN);
    await rooms.linkPerson(access, { name: 'loan', person: 'P-ADA' });
    expect(await decide('ada', id)).toMatchObject(FORBIDDEN);
  });

  test('on what concerns himself, in his own or another account, or one that would be his', async () => {
    await rooms.createAccount(access, { name: 'own', role: 'employee', person: 'P-ADA', password: PASSWORD });
    for (const wish of [
      await grantTo('ada', 'registrar'),
      await grantTo('own', 'registrar'),
      { kind: 'link', account: await idOf('ana'), person: 'P-ADA' },
      { kind: 'account', name: 'third', role: 'employee', person: 'P-ADA' },
      { kind: 'disable', account: await idOf('ada') },
    ]) {
      const id = await asked('eno', wish);
      expect(await decide('ada', id)).toMatchObject(FORBIDDEN);
      expect(await decide('ada', id, 'refuse')).toMatchObject(FORBIDDEN);
      expect((await decide('bo', id, 'refuse')).status).toBe(204);
    }
  });

  test('or asks, of whom nobody has said who he is', async () => {
    expect(await ask(await as('nobody'), await grantTo('ana', 'registrar'))).toMatchObject(FORBIDDEN);
    expect(await decide('nobody', await asked('eno', await grantTo('ana', 'registrar')))).toMatchObject(FORBIDDEN);
  });

  test('whose role is another: analyst, auditor, engineer, and case officers only on passkeys', async () => {
    const id = await asked('eno', await grantTo('ana', 'registrar'));
    for (const name of ['ana', 'aud', 'eno', 'cas']) expect(await decide(name, id)).toMatchObject(FORBIDDEN);
    for (const name of ['ana', 'aud', 'cas']) {
      expect(await ask(await as(name), await grantTo('ana', 'registrar'))).toMatchObject(FORBIDDEN);
    }
    expect((await (await as('cas')).call('GET', '/api/requests')).body.requests).toEqual([]);
  });

  test('after a week, twice, or what was taken back', async () => {
    const wish = await grantTo('ana', 'registrar');
    const late = await asked('eno', wish);
    clock.advance(7 * DAY);
    expect((await decide('ada', late)).status).toBe(404);
    const taken = await asked('eno', wish);
    expect((await decide('eno', taken, 'refuse')).status).toBe(204);
    expect((await decide('ada', taken)).status).toBe(404);
    const once = await asked('eno', wish);
    const answers = await Promise.all([decide('ada', once), decide('bo', once)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404]);
    const { requests } = (await (await as('ada')).call('GET', '/api/requests')).body;
    expect(requests.map(({ state }: { state: string }) => state).sort()).toEqual(['approved', 'expired', 'withdrawn']);
  });

  test('with a session alone: a fresh proof is asked for', async () => {
    const id = await asked('eno', await grantTo('ana', 'registrar'));
    const ada = await as('ada');
    clock.advance(5 * 60);
    expect((await ada.call('POST', `/api/requests/${id}/approve`)).body.code).toBe('step-up-required');
  });
});

test('roles that are kept apart stay apart, and then nothing of the request is done', async () => {
  const id = await asked('eno', await grantTo('ana', 'auditor'));
  expect(await decide('ada', id)).toMatchObject(FORBIDDEN);
  const [request] = await store.db.selectFrom('grant_requests').selectAll().execute();
  expect([request?.outcome, await rolesOf('ana')]).toEqual([null, ['analyst']]);
});

test('law: whoever shares an account or a person with the one who asks, or whom it concerns, never decides', () => {
  const name = fc.constantFrom('a', 'b', 'c', null);
  const parties = fc.record({ kind: fc.constantFrom(...KINDS), askers: fc.array(name), concerned: fc.array(name) });
  fc.assert(
    fc.property(parties, name, fc.constantFrom('a', 'b', 'c', 'd'), (given, person, id) => {
      const by = { id, name: 'x', roles: ['approver'] as const, person };
      const meets = [...given.askers, ...given.concerned].some((each) => each !== null && [id, person].includes(each));
      expect(objection(given, by) === null).toBe(person !== null && !meets);
    }),
  );
});

describe('an approver’s passkey', () => {
  const enrol = async (name: string) => {
    const caller = await as(name);
    const device = new Authenticator(ORIGIN);
    const { options } = (await caller.call('POST', '/api/passkeys/options')).body;
    await caller.call('POST', '/api/passkeys', { label: 'key', credential: device.make(options) });
    return device;
  };
  const enter = async (device: Authenticator) => {
    const caller = new Caller(fetch, ORIGIN);
    const { options } = (await caller.call('POST', '/api/session/passkey/options')).body;
    return (await caller.call('POST', '/api/session/passkey', { credential: device.sign(options) })).status;
  };
  const waiting = async (reader: string) => {
    const { requests } = (await (await as(reader)).call('GET', '/api/requests')).body;
    return requests.filter(({ kind }: { kind: string }) => kind === 'passkey');
  };

  test.each(['bo', 'cas'])('is confirmed by %s and by nobody else, and opens from then on', async (second) => {
    const device = await enrol('ada');
    const [{ id, ...shown }] = await waiting(second);
    expect(shown).toMatchObject({ about: 'ada', passkey: 'key', for_you: true });
    for (const name of ['ada', 'nobody']) expect(await decide(name, id)).toMatchObject(FORBIDDEN);
    expect(await enter(device)).toBe(403);
    expect((await decide(second, id)).status).toBe(200);
    expect(await enter(device)).toBe(200);
  });

  test('of whom nobody has said who she is, is confirmed by nobody until somebody has', async () => {
    const device = await enrol('nobody');
    const [{ id, for_you }] = await waiting('bo');
    expect([for_you, (await decide('bo', id)).status]).toEqual([false, 403]);
    await rooms.linkPerson(access, { name: 'nobody', person: 'P-BO' });
    expect(await decide('bo', id)).toMatchObject(FORBIDDEN);
    await rooms.linkPerson(access, { name: 'nobody', person: 'P-SOMEBODY' });
    expect((await decide('bo', id)).status).toBe(200);
    expect(await enter(device)).toBe(200);
  });

  test('that was removed meanwhile is confirmed by nobody', async () => {
    await enrol('ada');
    const [{ id }] = await waiting('bo');
    const ada = await as('ada');
    const [key] = (await ada.call('GET', '/api/passkeys')).body.passkeys;
    await ada.call('DELETE', `/api/passkeys/${key.id}`);
    expect((await decide('bo', id)).status).toBe(404);
  });

  test('of somebody who becomes one waits again, and somebody is asked', async () => {
    await rooms.createAccount(access, { name: 'new', role: 'employee', person: 'P-NEW', password: PASSWORD });
    const device = await enrol('new');
    expect(await enter(device)).toBe(200);
    await decide('ada', await asked('eno', await grantTo('new', 'approver')));
    expect(await enter(device)).toBe(403);
    expect(await waiting('bo')).toMatchObject([{ about: 'new', state: 'open' }]);
  });
});

test('another’s sessions are ended by one who keeps accounts, his own not here', async () => {
  const [ana, eno] = [await as('ana'), await as('eno')];
  const end = (caller: Caller, id: string) => caller.call('DELETE', `/api/accounts/${id}/sessions`);
  expect(await end(ana, await idOf('eno'))).toMatchObject(FORBIDDEN);
  expect(await end(eno, await idOf('eno'))).toMatchObject(FORBIDDEN);
  expect((await end(eno, 'NOBODY')).status).toBe(404);
  expect((await end(eno, await idOf('ana'))).status).toBe(204);
  expect((await ana.call('GET', '/api/session')).status).toBe(401);
});
