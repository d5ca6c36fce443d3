/** Whole conversations as the documentation of Okta and of Entra ID shows them, and what must be refused. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as access from '../../access/access.ts';
import { manualClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { createApp } from '../../http/server.ts';
import { type Ledger, listEntries, openLedger } from '../../ledger/ledger.ts';
import { type CaseworkStore, openCasework } from '../../stores/postgres.ts';
import { peopleTables, scimPages, showLinks } from '../people.ts';
import type { Written } from './scim.ts';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const ORIGIN = 'http://127.0.0.1:12339';
let folder: string;
let store: CaseworkStore;
let ledger: Ledger;
let clock = manualClock('2026-03-02T08:00:00Z');
let token: string;
let tokenId: string;
let named: Written['named'][];
let fetchPage: (request: Request) => Response | Promise<Response>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'scim-'));
  store = await openCasework({ memory: true });
  ledger = await openLedger({ dir: folder, db: store.db, tables: [...access.accessTables, ...peopleTables] });
});
afterAll(async () => {
  await ledger.close();
  await store.close();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  clock = manualClock('2026-03-02T08:00:00Z');
  for (const table of ['directory_members', 'directory_groups', 'directory_versions', 'person_links'] as const)
    await store.db.deleteFrom(table).execute();
  await store.db.updateTable('directory_people').set({ manager_id: null }).execute();
  await store.db.deleteFrom('directory_people').execute();
  const rooms: access.Access = { db: store.db, clock };
  ({ id: tokenId, token } = await access.createToken(rooms, { source: 'okta', kind: 'directory' }));
  named = [];
  const pages = scimPages({
    ...{ casework: store.db, clock, ledger, log: silentLog, host: '127.0.0.1' },
    identify: (request) => access.authenticateDirectory(rooms, request),
    onChanged: async (one) => void named.push(one),
  });
  const app = createApp({
    ...{ routes: [], identify: async () => null, log: silentLog, host: '127.0.0.1' },
    pages: { '/scim/v2': pages },
  });
  fetchPage = app.fetch;
});

async function call(method: string, path: string, body?: object | string, headers: Record<string, string> = {}) {
  const response = await fetchPage(
    new Request(`${ORIGIN}/scim/v2${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    }),
  );
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}
const ask = (filter: string, kind = 'Users') => call('GET', `/${kind}?filter=${encodeURIComponent(filter)}`);
const make = async (userName: string, more: object = {}): Promise<string> =>
  (await call('POST', '/Users', { schemas: [USER], userName, ...more })).body.id;
const versions = (userUid: string) =>
  store.db.selectFrom('directory_versions').selectAll().where('user_uid', '=', userUid).orderBy('n').execute();

describe('Okta', () => {
  test('looks for somebody, makes him, reads him, replaces him and deactivates him', async () => {
    expect(
      (await call('GET', '/Users?filter=userName%20eq%20%22test.user%40okta.local%22&startIndex=1&count=100')).body,
    ).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      ...{ totalResults: 0, startIndex: 1, itemsPerPage: 0, Resources: [] },
    });
    const sent = {
      schemas: [USER],
      userName: 'test.user@okta.local',
      name: { givenName: 'Test', familyName: 'User' },
      emails: [{ primary: true, value: 'test.user@okta.local', type: 'work' }],
      displayName: 'Test User',
      ...{ locale: 'en-US', externalId: '00ujl29u0le5T6Aj10h7', groups: [], password: '1mz050nq', active: true },
    };
    const made = await call('POST', '/Users', sent);
    const { id } = made.body;
    expect(made.status).toBe(201);
    expect(made.headers.get('location')).toBe(`${ORIGIN}/scim/v2/Users/${id}`);
    expect(made.headers.get('content-type')).toBe('application/scim+json');
    expect(made.body).toEqual({
      ...{ schemas: [USER], id, externalId: '00ujl29u0le5T6Aj10h7', userName: 'test.user@okta.local', active: true },
      emails: [{ primary: true, value: 'test.user@okta.local', type: 'work' }],
      groups: [],
      meta: {
        resourceType: 'User',
        ...{ created: '2026-03-02T08:00:00.000Z', lastModified: '2026-03-02T08:00:00.000Z' },
        location: `${ORIGIN}/scim/v2/Users/${id}`,
      },
    });
    expect((await call('GET', `/Users/${id}`)).body).toEqual(made.body);
    clock.advance(86_400);
    const replaced = await call('PUT', `/Users/${id}`, {
      ...sent,
      id,
      title: 'Translator',
      name: { givenName: 'Another' },
    });
    expect(replaced).toMatchObject({ status: 200, body: { id, title: 'Translator', active: true } });
    clock.advance(86_400);
    const deactivate = { schemas: [PATCH], Operations: [{ op: 'replace', value: { active: false } }] };
    expect(await call('PATCH', `/Users/${id}`, deactivate)).toMatchObject({ status: 200, body: { active: false } });
    const past = (await versions('test.user@okta.local')).map(({ valid_from, active, role }) => [
      valid_from,
      active,
      role,
    ]);
    expect(past).toEqual([
      ['2026-03-02', true, ''],
      ['2026-03-03', true, 'Translator'],
      ['2026-03-04', false, 'Translator'],
    ]);
  });

  test('makes a group, renames it, and adds, removes and replaces its members', async () => {
    const [first, second] = [await make('a@okta.local'), await make('b@okta.local')];
    const made = await call('POST', '/Groups', { schemas: [GROUP], displayName: 'Test SCIMv2', members: [] });
    const { id } = made.body;
    expect(made).toMatchObject({ status: 201, body: { displayName: 'Test SCIMv2', members: [] } });
    const patch = async (...Operations: object[]) =>
      (await call('PATCH', `/Groups/${id}`, { schemas: [PATCH], Operations })).body;
    await patch({ op: 'replace', value: { id, displayName: 'LARCH' } });
    const members = async (...operations: object[]) =>
      (await patch(...operations)).members.map(({ value }: { value: string }) => value).sort();
    expect(await members({ op: 'add', path: 'members', value: [{ value: first, display: 'a@okta.local' }] })).toEqual([
      first,
    ]);
    expect(
      await members(
        { op: 'remove', path: `members[value eq "${first}"]` },
        { op: 'add', path: 'members', value: [{ value: second, display: 'b@okta.local' }] },
      ),
    ).toEqual([second]);
    expect(await members({ op: 'replace', path: 'members', value: [{ value: first }, { value: second }] })).toEqual(
      [first, second].sort(),
    );
    expect((await call('GET', `/Users/${first}`)).body.groups).toMatchObject([{ value: id, display: 'LARCH' }]);
    expect((await versions('a@okta.local')).map(({ groups }) => groups)).toEqual([[], ['LARCH'], [], ['LARCH']]);
    expect((await call('DELETE', `/Groups/${id}`)).status).toBe(204);
    expect((await call('GET', `/Users/${first}`)).body.groups).toEqual([]);
  });
});

describe('Entra ID', () => {
  test('probes, makes a user, and changes him with capitals, extension paths and booleans as texts', async () => {
    expect((await ask('userName eq "non-existent user"')).body.totalResults).toBe(0);
    const made = await call('POST', '/Users', {
      schemas: [USER, ENTERPRISE],
      externalId: '0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef',
      userName: 'Test_User_ab6490ee-1e48-479e-a20b-2d77186b5dd1',
      active: true,
      emails: [{ primary: true, type: 'work', value: 'Test_User_fd0ea19b@testuser.com' }],
      meta: { resourceType: 'User' },
      name: { formatted: 'givenName familyName', familyName: 'familyName', givenName: 'givenName' },
      roles: [],
    });
    expect(made.status).toBe(201);
    const { id } = made.body;
    const boss = await make('boss@testuser.com', { externalId: 'f-17' });
    const patch = (...Operations: object[]) => call('PATCH', `/Users/${id}`, { schemas: [PATCH], Operations });
    const changed = await patch(
      { op: 'Replace', path: 'emails[type eq "work"].value', value: 'updatedEmail@microsoft.com' },
      { op: 'Replace', path: 'name.familyName', value: 'updatedFamilyName' },
      { op: 'Add', path: `${ENTERPRISE}:department`, value: 'Language' },
      { op: 'Add', path: `${ENTERPRISE}:manager`, value: [{ $ref: `http://x/scim/Users/${boss}`, value: boss }] },
      { op: 'Add', path: 'title', value: 'Translator' },
    );
    expect(changed).toMatchObject({
      status: 200,
      body: {
        title: 'Translator',
        emails: [{ value: 'updatedemail@microsoft.com', type: 'work' }],
        [ENTERPRISE]: { department: 'Language', manager: { value: boss } },
      },
    });
    expect((await ask(`id eq "${id}" and manager eq "${boss}"`)).body.totalResults).toBe(1);
    expect((await versions('Test_User_ab6490ee-1e48-479e-a20b-2d77186b5dd1')).at(-1)).toMatchObject({
      manager: 'boss@testuser.com',
    });
    expect((await patch({ op: 'Replace', path: 'active', value: 'False' })).body.active).toBe(false);
    expect(
      (await patch({ op: 'Replace', value: { active: true, [`${ENTERPRISE}:department`]: 'R&D' } })).body,
    ).toMatchObject({
      active: true,
      [ENTERPRISE]: { department: 'R&D' },
    });
    const removed = await patch({ op: 'Remove', path: `${ENTERPRISE}:manager` });
    expect(removed.body[ENTERPRISE]).toEqual({ department: 'R&D' });
    expect((await ask(`id eq "${id}" and manager eq "${boss}"`)).body.totalResults).toBe(0);
  });

  test('keeps a group without ever asking for its members', async () => {
    const [first, second] = [await make('a@x.example'), await make('b@x.example')];
    const made = await call('POST', '/Groups', {
      schemas: [GROUP, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'],
      externalId: '8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159',
      displayName: 'displayName',
      meta: { resourceType: 'Group' },
    });
    const { id } = made.body;
    const patch = (...Operations: object[]) => call('PATCH', `/Groups/${id}`, { schemas: [PATCH], Operations });
    await patch({ op: 'Add', path: 'members', value: [{ $ref: null, value: first }, { value: second }] });
    const asked = `/Groups?excludedAttributes=members&filter=${encodeURIComponent('displayName eq "DISPLAYname"')}`;
    const { body } = await call('GET', asked);
    expect([body.totalResults, body.Resources[0].id, body.Resources[0].members]).toEqual([1, id, undefined]);
    expect((await call('GET', `/Groups/${id}?excludedAttributes=members`)).body.members).toBeUndefined();
    expect((await ask(`id eq "${id}" and members eq "${first}"`, 'Groups')).body.totalResults).toBe(1);
    await patch({ op: 'Remove', path: 'members', value: [{ $ref: null, value: first }] });
    expect((await ask(`id eq "${id}" and members eq "${first}"`, 'Groups')).body.totalResults).toBe(0);
    expect((await patch({ op: 'Replace', path: 'displayName', value: '1879db59' })).body).toMatchObject({
      displayName: '1879db59',
      members: [{ value: second }],
    });
  });
});

describe('history', () => {
  test('a new account name is another account of the same person, from that day on', async () => {
    const id = await make('ada.maid@x.example');
    clock.advance(5 * 86_400);
    await call('PATCH', `/Users/${id}`, {
      Operations: [{ op: 'replace', path: 'userName', value: 'ada.wed@x.example' }],
    });
    const links = await showLinks(store.db, 'ada.wed@x.example');
    expect(links).toMatchObject([
      { person: 'ada.maid@x.example', kind: 'own', valid_from: '2026-03-07', valid_to: null },
    ]);
    expect((await versions('ada.maid@x.example')).length).toBe(1);
  });

  test('whoever is deleted is gone, his past is not; his name may be given to somebody else', async () => {
    const id = await make('js@x.example', { externalId: '1' });
    clock.advance(86_400);
    expect((await call('DELETE', `/Users/${id}`)).status).toBe(204);
    for (const method of ['GET', 'DELETE']) expect((await call(method, `/Users/${id}`)).status).toBe(404);
    expect((await ask('userName eq "js@x.example"')).body.totalResults).toBe(0);
    expect((await versions('js@x.example')).map(({ active }) => active)).toEqual([true, false]);
    clock.advance(86_400);
    const back = await make('js@x.example', { externalId: '1' });
    expect((await versions('js@x.example')).map(({ active }) => active)).toEqual([true, false, true]);
    await call('DELETE', `/Users/${back}`);
    clock.advance(86_400);
    await make('js@x.example', { externalId: '2' });
    const [link] = await showLinks(store.db, 'js@x.example');
    expect(link).toMatchObject({ account: 'js@x.example', valid_from: '2026-03-05', kind: 'own' });
    expect(link!.person).toMatch(/^js@x\.example~/);
  });

  test('every change is in the ledger under the token, and a request that changes nothing is not', async () => {
    const size = async () => (await listEntries(ledger, {}, { limit: 1 })).entries[0]!.id;
    const id = await make('ada@x.example', { title: 'Clerk' });
    const { entries } = await listEntries(ledger, {}, { limit: 5 });
    expect(entries.map(({ actor, act }) => `${actor} ${act}`)).toContain(`token:${tokenId} directory.user.create`);
    const before = await size();
    await call('PATCH', `/Users/${id}`, { Operations: [{ op: 'replace', path: 'title', value: 'Clerk' }] });
    expect(await size()).toBe(before);
  });

  test('nothing is kept that tells who somebody is, and a name goes to be sealed alone', async () => {
    await call('POST', '/Users', {
      schemas: [USER],
      ...{
        userName: 'ada@x.example',
        displayName: 'Ada Lovelace',
        nickName: 'Countess',
        locale: 'en-GB',
        timezone: 'Europe/London',
      },
      ...{
        preferredLanguage: 'en',
        addresses: [{ type: 'home', locality: 'Marylebone' }],
        photos: [{ value: 'http://x/p.jpg' }],
      },
      ...{
        phoneNumbers: [{ value: '+44 20' }],
        emails: [{ type: 'home', value: 'ada@private.example' }],
        password: 'hunter2',
      },
      'urn:acme:1.0:User': { birthDate: '1815-12-10', gender: 'f' },
    });
    const kept = JSON.stringify([
      await store.db.selectFrom('directory_people').selectAll().execute(),
      await store.db.selectFrom('directory_versions').selectAll().execute(),
    ]);
    expect(kept).toContain('ada@x.example');
    expect(kept).not.toMatch(/Lovelace|Countess|en-GB|London|Marylebone|p\.jpg|\+44|private|hunter2|1815|gender/);
    expect(named).toEqual([{ user: 'ada@x.example', name: 'Ada Lovelace', address: '' }]);
  });
});

describe('lists', () => {
  test('are cut into pages, the first at 1', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) await make(name);
    const page = async (query: string) => {
      const { body } = await call('GET', `/Users?${query}`);
      return [body.totalResults, body.startIndex, body.Resources.length];
    };
    expect(await page('startIndex=1&count=2')).toEqual([5, 1, 2]);
    expect(await page('startIndex=5&count=2')).toEqual([5, 5, 1]);
    expect(await page('startIndex=9')).toEqual([5, 9, 0]);
    expect(await page('startIndex=0&count=0')).toEqual([5, 1, 0]);
    expect(await page('count=-3')).toEqual([5, 1, 0]);
    expect((await call('GET', '/Users?count=many')).status).toBe(400);
  });

  test('can be asked with and, or and parentheses; what cannot be asked is said', async () => {
    const id = await make('a', { externalId: 'X1', emails: [{ value: 'a@x.example' }] });
    await make('b', { externalId: 'X2' });
    const total = async (filter: string) => (await ask(filter)).body.totalResults;
    expect(await total('userName eq "A"')).toBe(1);
    expect(await total('externalId eq "X1" or externalId eq "X2"')).toBe(2);
    expect(await total(`(userName eq "a" or userName eq "b") and id eq "${id}"`)).toBe(1);
    expect(await total('emails[type eq "work" and value eq "a@x.example"]')).toBe(1);
    expect(await total('emails.value eq "a@x.example" and active eq true')).toBe(1);
    for (const filter of ['userName co "a"', 'not (userName eq "a")', 'displayName eq "x"', 'name.familyName eq "x"'])
      expect(await ask(filter)).toMatchObject({ status: 400, body: { scimType: 'invalidFilter', status: '400' } });
    expect((await ask('userName eq')).body.detail).toContain('at 12');
  });
});

describe('a refusal is SCIM’s own', () => {
  const ERROR = ['urn:ietf:params:scim:api:messages:2.0:Error'];
  test.for<
    [what: string, method: string, path: string, body: object | string | undefined, status: number, type?: string]
  >([
    ['somebody twice', 'POST', '/Users', { userName: 'TAKEN' }, 409, 'uniqueness'],
    ['no name', 'POST', '/Users', { schemas: [USER] }, 400, 'invalidValue'],
    ['no JSON', 'POST', '/Users', '{', 400, 'invalidSyntax'],
    ['a list', 'POST', '/Users', '[]', 400, 'invalidSyntax'],
    ['an unknown member', 'POST', '/Groups', { displayName: 'g', members: [{ value: 'nobody' }] }, 400, 'invalidValue'],
    ['nobody', 'GET', '/Users/nobody', undefined, 404],
    ['nothing', 'GET', '/Cats', undefined, 404],
    ['a bulk', 'POST', '/Bulk', {}, 501],
    ['a search by POST', 'POST', '/Users/.search', {}, 501],
    ['a method', 'POST', '/ServiceProviderConfig', {}, 405],
    ['too much', 'POST', '/Users', `"${'x'.repeat(950_000)}"`, 413],
  ])('%s', async ([, method, path, body, status, type]) => {
    await make('taken');
    const refused = await call(method, path, body);
    expect(refused).toMatchObject({
      status,
      body: { schemas: ERROR, status: String(status), ...(type ? { scimType: type } : {}) },
    });
    expect(refused.headers.get('content-type')).toBe('application/scim+json');
  });

  test('without a token, with that of a shipper, a revoked one, or another type', async () => {
    const rooms = { db: store.db, clock };
    const shipper = await access.createToken(rooms, { source: 'email' });
    for (const Authorization of ['', 'Bearer x', `Bearer ${shipper.token}`, `Basic ${token}`])
      expect(await call('GET', '/Users', undefined, { Authorization })).toMatchObject({
        status: 401,
        body: { schemas: ERROR },
      });
    expect((await call('POST', '/Users', '{}', { 'Content-Type': 'text/plain' })).status).toBe(415);
    await access.revokeToken(rooms, tokenId);
    expect((await call('GET', '/Users')).status).toBe(401);
    const asShipper = new Request(ORIGIN, { headers: { Authorization: `Bearer ${token}` } });
    expect(await access.authenticateShipper(rooms, asShipper)).toBeNull();
  });

  test('of too many at once says how long to wait', async () => {
    let last = await call('GET', '/ServiceProviderConfig');
    expect(last.body).toMatchObject({ patch: { supported: true }, bulk: { supported: false } });
    for (let i = 0; i < 600; i++) last = await call('GET', '/ServiceProviderConfig');
    expect(last).toMatchObject({ status: 429, body: { schemas: ERROR } });
    clock.advance(Number(last.headers.get('retry-after')));
    expect((await call('GET', '/Schemas')).body.totalResults).toBe(3);
    expect((await call('GET', '/ResourceTypes/User')).body.endpoint).toBe('/Users');
  });
});
