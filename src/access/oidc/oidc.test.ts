import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Provider from 'oidc-provider';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Caller } from '../../../test/caller.ts';
import { type OpenId, startOpenId } from '../../../test/openid.ts';
import { manualClock } from '../../base/clock.ts';
import { openLog } from '../../base/log.ts';
import { createApp } from '../../http/server.ts';
import { type CaseworkStore, openCasework } from '../../stores/postgres.ts';
import * as rooms from '../access.ts';
import { safeNext } from './pages.ts';

const ORIGIN = 'http://localhost:12339';
const SECRET = 'a-secret-of-the-client';
const reach = { host: '127.0.0.1' };
const log: string[] = [];
let folder: string;
let secretFile: string;
let store: CaseworkStore;
let idp: OpenId;
let clock = manualClock('2026-03-02T08:00:00Z');
let access: rooms.Access;
let fetchHere: (request: Request) => Response | Promise<Response>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oidc-'));
  secretFile = join(folder, 'secret');
  writeFileSync(secretFile, `${SECRET}\n`, { mode: 0o600 });
  [store, idp] = await Promise.all([openCasework({ memory: true }), startOpenId('countersign', SECRET)]);
});
afterAll(async () => {
  await idp.close();
  await store.close();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  clock = manualClock('2026-03-02T08:00:00Z');
  Object.assign(idp, { lies: {}, forged: false });
  for (const table of ['account_links', 'ceremonies', 'grants', 'accounts'] as const) {
    await store.db.deleteFrom(table).execute();
  }
  serveWith(idp.issuer);
  for (const name of ['mira', 'noor']) {
    await rooms.createAccount(access, { name, role: 'analyst', password: 'correct horse battery' });
  }
  await rooms.linkAccount(access, { name: 'mira', expected: 'mira@house' });
});

function serveWith(issuer: string): void {
  const settings = { issuer, clientId: 'countersign', secretFile, personClaim: 'preferred_username' };
  const provider = rooms.openProvider(settings);
  access = { db: store.db, clock, passwordCost: { logN: 4, r: 1, p: 1 }, reach, provider };
  const destination = { write: (line: string) => log.push(line) };
  fetchHere = createApp({
    ...{ routes: rooms.accessRoutes(access), identify: (request) => rooms.authenticate(access, request), ...reach },
    pages: { '/oidc': rooms.providerPages({ access, provider, reach, log: openLog({ destination }) }) },
    log: openLog({ destination }),
  }).fetch;
}

const browser = () => new Caller(fetchHere, ORIGIN);
const MIRA = { sub: 's-1', preferred_username: 'mira@house' };
const start = async (caller: Caller, next = '/leads') =>
  (await caller.call('GET', `/oidc/start?next=${encodeURIComponent(next)}`)).headers.get('location')!;
/** Comes back from the other site, as a browser does. */
const comeBack = (caller: Caller, back: URL) =>
  caller.call('GET', back.pathname + back.search, undefined, { 'Sec-Fetch-Site': 'cross-site' });
async function enter(caller: Caller, claims: Record<string, unknown> = MIRA, next?: string) {
  return await comeBack(caller, idp.visit(await start(caller, next), claims));
}
const who = async (caller: Caller) => (await caller.call('GET', '/api/session')).body.account?.name ?? null;
async function refused(caller: Caller, answer: { status: number; headers: Headers }) {
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/sign-in?refused=1']);
  expect(await who(caller)).toBeNull();
}

describe('the organisation’s sign-in', () => {
  test('opens the account that was linked to the name, and after that to the subject alone', async () => {
    const caller = browser();
    const answer = await enter(caller);
    expect([answer.status, answer.headers.get('location'), await who(caller)]).toEqual([303, '/leads', 'mira']);
    const session = answer.headers.getSetCookie().find((line) => line.startsWith('countersign_session='));
    expect(session).toMatch(/Path=\/api; HttpOnly; SameSite=Strict/);
    const renamed = browser();
    await enter(renamed, { sub: 's-1', preferred_username: 'mira.kovac@house' });
    expect(await who(renamed)).toBe('mira');
    // The name is free at the provider now, and somebody else takes it.
    const other = browser();
    await refused(other, await enter(other, { sub: 's-2', preferred_username: 'mira@house' }));
  });

  test('is no proof for a sensitive act', async () => {
    const caller = browser();
    await enter(caller);
    await who(caller);
    expect((await caller.call('POST', '/api/passkeys/options')).body.code).toBe('step-up-required');
  });

  test('makes no account and gives no role', async () => {
    const before = await rooms.listAccounts(access);
    for (const claims of [
      { sub: 's-9', preferred_username: 'noor' },
      { sub: 's-8', roles: ['approver'], preferred_username: 'newcomer' },
      { sub: 's-7', email: 'mira@house' },
      { sub: 's-6', preferred_username: ['mira@house'] },
    ]) {
      const caller = browser();
      await refused(caller, await enter(caller, claims));
    }
    expect(await rooms.listAccounts(access)).toEqual(before);
  });

  test('opens no account that is shut, and one name belongs to one account', async () => {
    await enter(browser());
    await rooms.disableAccount(access, { name: 'mira' });
    const caller = browser();
    await refused(caller, await enter(caller));
    const again = rooms.linkAccount(access, { name: 'noor', expected: 'mira@house' });
    await expect(again).rejects.toMatchObject({ code: 'invalid-input' });
  });
});

describe('an attack is refused', () => {
  test.each<[string, Record<string, unknown>]>([
    ['another nonce', { nonce: 'another' }],
    ['no nonce', { nonce: undefined }],
    ['another issuer in the token', { iss: 'https://other.example' }],
    ['another audience', { aud: 'other-client' }],
    ['a token that is over', { exp: 1 }],
  ])('%s', async (_, lies) => {
    idp.lies = lies;
    const caller = browser();
    await refused(caller, await enter(caller));
  });

  test('a token that the provider’s key did not sign', async () => {
    idp.forged = true;
    const caller = browser();
    await refused(caller, await enter(caller));
  });

  test.each<[string, (back: URL) => void]>([
    ['another state', (back) => back.searchParams.set('state', 'another')],
    ['no state', (back) => back.searchParams.delete('state')],
    ['the answer of another provider (mix-up)', (back) => back.searchParams.set('iss', 'https://other.example')],
    ['an answer that does not say whose it is', (back) => back.searchParams.delete('iss')],
    ['an invented code', (back) => back.searchParams.set('code', 'invented')],
    ['two codes', (back) => back.searchParams.append('code', 'second')],
  ])('%s', async (_, change) => {
    const caller = browser();
    const back = idp.visit(await start(caller), MIRA);
    change(back);
    await refused(caller, await comeBack(caller, back));
  });

  test('a code that is played again, and one that is brought to another browser', async () => {
    const [caller, victim] = [browser(), browser()];
    const back = idp.visit(await start(caller), MIRA);
    await start(victim);
    await refused(victim, await comeBack(victim, back));
    await comeBack(caller, back);
    expect(await who(caller)).toBe('mira');
    const again = await comeBack(caller.thief(), back);
    expect(again.headers.get('location')).toBe('/sign-in?refused=1');
    expect(again.headers.getSetCookie().join()).not.toContain('countersign_session');
  });

  test('an answer that comes too late', async () => {
    const caller = browser();
    const back = idp.visit(await start(caller), MIRA);
    clock.advance(5 * 60);
    await refused(caller, await comeBack(caller, back));
  });

  test('another site cannot begin it', async () => {
    const answer = await browser().call('GET', '/oidc/start', undefined, { 'Sec-Fetch-Site': 'cross-site' });
    expect([answer.status, answer.body.code]).toEqual([403, 'forged-request']);
  });

  test.each([
    ...['//evil.example', 'https://evil.example', '/\\evil.example', '\\/evil.example', '/ok\n//evil.example'],
    ...['javascript:alert(1)', '/\t/evil.example', '', '/a\\b', ' /leads', '/léads'],
  ])('a link to %j leads home', async (next) => {
    expect(safeNext(next)).toBe('/');
    const caller = browser();
    expect((await enter(caller, MIRA, next)).headers.get('location')).toBe('/');
  });
  test.each(['/', '/leads?level=high', '/people/7F3K#x'])('a link to %j leads there', (next) => {
    expect(safeNext(next)).toBe(next);
  });
});

test('the secret and the code are in no log', () => {
  const [seen] = idp.seen;
  expect(log.length).toBeGreaterThan(10);
  for (const word of [SECRET, seen?.get('code'), seen?.get('code_verifier'), 'mira']) {
    expect(log.join('')).not.toContain(word);
  }
});

describe('settings that would give somebody away are refused', () => {
  const settings = { clientId: 'countersign', personClaim: 'sub' };
  test('an issuer without TLS that is not on this machine', () => {
    const open = () => rooms.openProvider({ ...settings, issuer: 'http://login.example.org' });
    expect(open).toThrow(expect.objectContaining({ code: 'invalid-content', place: 'oidc_issuer' }));
  });
  test('a secret that others can read, is empty, or is not there', () => {
    const file = join(folder, 'open');
    const open = () => rooms.openProvider({ ...settings, issuer: 'https://login.example.org', secretFile: file });
    const refusal = expect.objectContaining({ code: 'invalid-content', place: 'oidc_client_secret_file' });
    expect(open).toThrow(refusal);
    writeFileSync(file, SECRET, { mode: 0o644 });
    chmodSync(file, 0o644);
    expect(open).toThrow(refusal);
    writeFileSync(file, '\n');
    chmodSync(file, 0o600);
    expect(open).toThrow(refusal);
  });
  test('a provider that does not answer is said, and asked again the next time', async () => {
    serveWith('http://127.0.0.1:9');
    expect(await browser().call('GET', '/oidc/start')).toMatchObject({ status: 502, body: { code: 'not-reachable' } });
  });
});

test('with a provider that others wrote: from its own sign-in page back to an open account', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'countersign', client_secret: SECRET, redirect_uris: [`${ORIGIN}/oidc/callback`] }],
    claims: { openid: ['sub', 'preferred_username'] },
    conformIdTokenClaims: false,
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, preferred_username: `${id}@house` }) }),
  });
  server.on('request', provider.callback());
  try {
    serveWith(issuer);
    await rooms.linkAccount(access, { name: 'mira', expected: 'mira@house' });
    const caller = browser();
    const back = await walk(await start(caller));
    expect((await comeBack(caller, back)).headers.get('location')).toBe('/leads');
    expect(await who(caller)).toBe('mira');
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** Somebody called mira goes through the provider's own pages until it sends the browser back to us. */
async function walk(from: string): Promise<URL> {
  const jar = new Map<string, string>();
  let url = new URL(from);
  let form: URLSearchParams | undefined;
  for (let step = 0; step < 12; step++) {
    if (url.origin === ORIGIN) return url;
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response: Response = await fetch(url, {
      ...{ redirect: 'manual', headers: { cookie } },
      ...(form === undefined ? {} : { method: 'POST', body: form }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      jar.set(name, value);
    }
    const location = response.headers.get('location');
    const page = await response.text();
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
    form = location === null && prompt ? new URLSearchParams({ prompt, login: 'mira', password: 'any' }) : undefined;
    url = new URL(location ?? /action="([^"]+)"/.exec(page)?.[1] ?? '', url);
  }
  throw new Error(`the provider did not send us back: ${url.pathname}`);
}
