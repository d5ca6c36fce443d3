import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Access, createAccount } from '../access/access.ts';
import { systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { createApp } from '../http/server.ts';
import { type Data, openData } from '../stores/data.ts';
import { FIELDS, KINDS, readDeclaration } from './declaration.ts';
import { declarationPages, loadPeople, ownDeclarations, person } from './people.ts';

const ORIGIN = 'http://127.0.0.1';
const COST = { logN: 4, r: 1, p: 1 };
const PASSWORD = 'correct horse battery';
let data: Data;
let access: Access;
let folder: string;
let fetchPage: (path: string, init?: RequestInit) => Promise<Response>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'declarations-'));
  mkdirSync(join(folder, 'LDAP'));
  writeFileSync(join(folder, 'LDAP/2026-01.csv'), 'user_id,email,role\nADA1,ada@house.example,Translator\n');
  data = await openData(undefined);
  await loadPeople(data.events, folder);
  access = { db: data.casework, clock: systemClock, passwordCost: COST };
  for (const name of ['ada1', 'bob2']) await createAccount(access, { name, role: 'employee', password: PASSWORD });
  const pages = declarationPages({ ...data, access, clock: systemClock, host: '127.0.0.1' });
  const app = createApp({
    ...{ routes: [], identify: async () => null, log: silentLog, host: '127.0.0.1' },
    pages: { '/declarations': pages },
  });
  fetchPage = async (path, init) => await app.fetch(new Request(`${ORIGIN}${path}`, { redirect: 'manual', ...init }));
});
afterAll(async () => {
  await data.close();
  rmSync(folder, { recursive: true });
});

const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  fetchPage(path, {
    method: 'POST',
    body: new URLSearchParams(fields).toString(),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Sec-Fetch-Site': 'same-origin', ...headers },
  });

/** Signs in as a browser without script would; gives the cookie and the token of the form. */
async function signedIn(name: string): Promise<{ cookie: string; csrf_token: string }> {
  const answer = await post('/declarations/sign-in', { name, password: PASSWORD });
  expect(answer.status).toBe(303);
  const cookie = answer.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ');
  expect(
    answer.headers.getSetCookie().every((each) => each.includes('Path=/declarations; HttpOnly; SameSite=Strict')),
  ).toBe(true);
  const page = await (await fetchPage('/declarations/contact', { headers: { cookie } })).text();
  return { cookie, csrf_token: /name="csrf_token" value="([^"]+)"/.exec(page)?.[1] ?? '' };
}

test('a contact and a trip are declared without script and are known from then on, and nothing else is', async () => {
  const { cookie, csrf_token } = await signedIn('ada1');
  const today = new Date().toISOString().slice(0, 10);
  const contact = { csrf_token, first_day: '2026-03-01', note: '<b>Outside & Sons</b>' };
  expect((await post('/declarations/contact', contact, { cookie })).headers.get('location')).toBe(
    '/declarations?done=1&lang=en',
  );
  expect((await post('/declarations/contact', contact, { cookie })).status).toBe(303);
  const trip = {
    csrf_token,
    first_day: '2026-04-01',
    last_day: '2026-04-09',
    official: 'no',
    devices: 'no',
    note: 'nobody asks',
  };
  expect((await post('/declarations/trip', trip, { cookie })).status).toBe(303);
  expect(await data.events.rows('SELECT user_uid, toString(declared_on) AS day FROM declared_contacts')).toEqual([
    { user_uid: 'ADA1', day: today },
  ]);
  expect((await person(data.events, 'ADA1', today))?.away).toEqual([{ from: '2026-04-01', to: '2026-04-09' }]);
  const account = { id: '', name: 'ada1', roles: ['employee'], person: null } as const;
  const own = await ownDeclarations({ ...data, clock: systemClock }, account);
  expect(own.map(({ kind, note, official }) => ({ kind, note, official }))).toContainEqual({
    kind: 'trip',
    note: '',
    official: false,
  });
  for (const table of ['events', 'signals']) {
    expect(await data.events.rows(`SELECT count() AS rows FROM ${table}`)).toEqual([{ rows: 0 }]);
  }
  const page = await (await fetchPage('/declarations?lang=en', { headers: { cookie } })).text();
  expect(page).toContain('&lt;b&gt;Outside &amp; Sons&lt;/b&gt;');
  expect(page).not.toMatch(/<script|<b>Outside/);
});

test('nobody sees what another declared', async () => {
  const [ada, bob] = [await signedIn('ada1'), await signedIn('bob2')];
  const gift = { csrf_token: bob.csrf_token, first_day: '2026-03-02', note: 'A fountain pen' };
  await post('/declarations/gift', gift, { cookie: bob.cookie });
  const page = async ({ cookie }: { cookie: string }) =>
    await (await fetchPage('/declarations', { headers: { cookie } })).text();
  expect(await page(bob)).toContain('A fountain pen');
  expect(await page(ada)).not.toContain('A fountain pen');
});

test('mistakes are listed beside what was typed, in both languages', async () => {
  const { cookie, csrf_token } = await signedIn('ada1');
  const wrong = { csrf_token, first_day: '2026-05-09', last_day: '2026-05-01', official: 'perhaps' };
  const answer = await post('/declarations/trip', wrong, { cookie });
  expect(answer.status).toBe(422);
  const page = await answer.text();
  for (const said of [
    'The last day comes before the first',
    'Choose yes or no',
    'value="2026-05-09"',
    'role="alert"',
  ]) {
    expect(page).toContain(said);
  }
  expect(await (await post('/declarations/trip?lang=zh-CN', wrong, { cookie })).text()).toContain('最后一天早于第一天');
});

describe('refused', () => {
  test('who is not signed in, another password, another site, another session', async () => {
    expect((await fetchPage('/declarations/gift')).headers.get('location')).toBe('/declarations?lang=en');
    expect((await post('/declarations/sign-in', { name: 'ada1', password: 'not the password' })).status).toBe(401);
    const { cookie, csrf_token } = await signedIn('ada1');
    const gift = { csrf_token, first_day: '2026-03-02', note: 'x' };
    expect((await post('/declarations/gift', gift)).status).toBe(401);
    expect((await post('/declarations/gift', { ...gift, csrf_token: 'x' }, { cookie })).status).toBe(403);
    expect((await post('/declarations/gift', gift, { cookie, 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
    expect((await post('/declarations/gift', gift, { cookie, Origin: 'https://evil.example' })).status).toBe(403);
  });
});

test('a form takes its own fields and no others', () => {
  const text = fc.string({ maxLength: 30 });
  fc.assert(
    fc.property(fc.constantFrom(...KINDS), fc.dictionary(text, text), (kind, others) => {
      const base = { first_day: '2026-03-01', last_day: '2026-03-02', note: 'x', official: 'yes', devices: 'no' };
      const read = readDeclaration(kind, new URLSearchParams({ ...others, ...base }), '2026-03-05');
      const declaration = 'declaration' in read ? read.declaration : {};
      const filled = Object.entries(declaration).filter(
        ([key, value]) => key !== 'kind' && value !== null && value !== '',
      );
      expect(filled.map(([key]) => key).sort()).toEqual([...FIELDS[kind]].sort());
    }),
  );
});
