import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { manualClock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Identity } from '../http/route.ts';
import { createApp } from '../http/server.ts';
import { createDesk, type DeskDoor } from './desk.ts';
import { coverSizes } from './jobs.ts';
import { deskPages } from './portal.ts';
import {
  type Keys,
  keysOf,
  letterSpan,
  Mail,
  MOST_STARTS,
  PortalClient,
  readQueue,
  Sending,
  SIZE_CLASSES,
  sealAnswer,
  sealedSize,
  signRequest,
} from './protocol/protocol.ts';
import { ROOT, seedOf } from './protocol/samples.ts';
import { CHEAP, ORIGIN, type Sample, samplePortal, sampleReporter } from './sample-portal.ts';

const RECIPIENT: Identity = {
  account: { id: 'A1', name: 'rita', roles: ['recipient'], person: null },
  csrfToken: 'the token',
};
const NAMED = /\/(manifest|pass|recipients\/list|recipients\/starts)$/;

let sample: Sample;
let identity: Identity | null;
let ledger: string[];
let lines: unknown[];
let requests: { path: string; cookie: boolean; signed: boolean; bytes: number }[];
let app: { fetch(request: Request): Response | Promise<Response> };
let r1: Keys;

beforeEach(async () => {
  identity = RECIPIENT;
  [ledger, lines, requests] = [[], [], []];
  sample = await samplePortal({ recipients: 2 });
  r1 = await keysOf(seedOf(1), 'x25519');
  app = appOf(sample);
});
afterEach(() => sample.close());

const door = (): DeskDoor => ({
  host: '127.0.0.1',
  identify: async (request) => (request.headers.get('cookie')?.includes('countersign_session=') ? identity : null),
  record: async (account) => void ledger.push(account),
});

function appOf({ portal }: Pick<Sample, 'portal'>) {
  const log = { info: (...line: unknown[]) => lines.push(line), error: (...line: unknown[]) => lines.push(line) };
  return createApp({
    ...{ routes: [], identify: async () => identity, host: '127.0.0.1', log: log as unknown as Log },
    pages: { '/api/sealed': deskPages(portal, door()) },
  });
}

/** What the console's page does: a name for what all do alike, a pass for the rest. */
async function console_(): Promise<PortalClient> {
  const ask = async (path: string) => await call(path, { headers: { Cookie: 'countersign_session=1' } });
  const { pass } = (await (await ask('/pass')).json()) as { pass: string };
  return new PortalClient(
    ORIGIN,
    async (input, init) => {
      const headers = new Headers(init?.headers);
      const isNamed = NAMED.test(String(input));
      if (isNamed) headers.set('Cookie', 'countersign_session=1');
      if (isNamed) headers.set('X-CSRF-Token', 'the token');
      else {
        headers.delete('Authorization');
        headers.set('X-Reports-Pass', pass);
      }
      const response = await app.fetch(new Request(input as string, { ...init, headers }));
      const bytes = (await response.clone().arrayBuffer()).byteLength;
      const path = new URL(String(input)).pathname;
      requests.push({ path, cookie: headers.has('Cookie'), signed: headers.has('Authorization'), bytes });
      return response;
    },
    '/api/sealed',
  );
}

const call = async (path: string, init: RequestInit = {}): Promise<Response> =>
  await app.fetch(new Request(`${ORIGIN}/api/sealed${path}`, init));

const signedHeaders = (path: string, body: string, keys = r1): Record<string, string> => ({
  ...{ 'Content-Type': 'application/json', Cookie: 'countersign_session=1', 'X-CSRF-Token': 'the token' },
  Authorization: signRequest(
    { origin: ORIGIN, path: `/api/sealed${path}`, body, time: Math.floor(Date.now() / 1000) },
    keys.signer,
  ),
});

describe('a recipient in the console', () => {
  test('reads, answers and is answered, and the ledger knows only that he read the queue', async () => {
    const reporter = await sampleReporter(sample.client);
    await reporter.send('planted: heron');
    await sample.portal.round();
    const client = await console_();
    const published = await client.published(ROOT.key);
    const mail = new Mail(client, published, r1);
    const queue = await mail.fetch({ signal: new AbortController().signal });
    const [conversation] = queue.conversations;
    expect(conversation?.entries.map(({ letter }) => letter.text)).toEqual(['planted: heron']);
    const { sealed, tag } = await sealAnswer(published, r1, {
      ...{ conversation: conversation!, kind: 'acknowledgement', text: 'planted: egret' },
    });
    await new Sending(client, sealed, tag).run();
    expect(await sample.client.conversation(reporter.keys.tag)).toHaveLength(2);
    expect(ledger).toEqual(['A1']);
    expect(JSON.stringify(lines)).toBe('[]');
    // Only what everybody does alike carries a name.
    const named = requests.filter(({ cookie, signed }) => cookie || signed).map(({ path }) => path);
    expect(named.every((path) => NAMED.test(path))).toBe(true);
    expect(requests.some(({ path }) => path.endsWith('/finish'))).toBe(true);
  });

  test('opens what is new only, and forgets what has been deleted', async () => {
    const reporter = await sampleReporter(sample.client);
    await reporter.send('first');
    await sample.portal.round();
    const client = await console_();
    const mail = new Mail(client, await client.published(ROOT.key), r1);
    const signal = new AbortController().signal;
    await mail.fetch({ signal });
    await reporter.send('second', { first: false });
    await sample.portal.round();
    requests = [];
    const queue = await mail.fetch({ signal });
    expect(queue.conversations[0]?.entries.map(({ letter }) => letter.text)).toEqual(['first', 'second']);
    expect(requests.map(({ path }) => path.split('/').at(-1))).toEqual(['list', 'starts']);
    expect(requests[1]!.bytes).toBeLessThan(80_000);
  });
});

describe('who gets nothing', () => {
  test.for<[who: string, change: () => void, status: number]>([
    ['nobody', () => (identity = null), 401],
    ['another role', () => (identity = { ...RECIPIENT, account: { ...RECIPIENT.account, roles: ['auditor'] } }), 403],
    ['the engineer', () => (identity = { ...RECIPIENT, account: { ...RECIPIENT.account, roles: ['engineer'] } }), 403],
  ])('%s', async ([, change, status]) => {
    change();
    for (const [path, body] of [
      ['/recipients/list', '{}'],
      ['/recipients/starts', '{"starts":[]}'],
    ] as const) {
      expect((await call(path, { method: 'POST', body, headers: signedHeaders(path, body) })).status).toBe(status);
    }
    for (const path of ['/manifest', '/pass']) {
      expect((await call(path, { headers: { Cookie: 'countersign_session=1' } })).status).toBe(status);
    }
    expect(ledger).toEqual([]);
  });

  test('a session without the key, a key without the session, a key that the manifest does not name', async () => {
    const list = (headers: Record<string, string>) =>
      call('/recipients/list', { method: 'POST', body: '{}', headers }).then(({ status }) => status);
    const full = signedHeaders('/recipients/list', '{}');
    const without = (name: string) => Object.fromEntries(Object.entries(full).filter(([key]) => key !== name));
    expect(await list(full)).toBe(200);
    expect(await list(without('Authorization'))).toBe(403);
    expect(await list(without('Cookie'))).toBe(401);
    expect(await list(without('X-CSRF-Token'))).toBe(403);
    expect(await list({ ...full, 'Sec-Fetch-Site': 'cross-site' })).toBe(403);
    expect(await list(signedHeaders('/recipients/list', '{}', await keysOf(seedOf(9), 'x25519')))).toBe(403);
    // What was signed for the portal is worth nothing here, and the other way round.
    const time = Math.floor(Date.now() / 1000);
    const forPortal = { origin: ORIGIN, path: '/portal/api/recipients/list', body: '{}', time };
    expect(await list({ ...full, Authorization: signRequest(forPortal, r1.signer) })).toBe(403);
    expect(ledger).toEqual(['A1']);
  });

  test('nothing without a pass, with an old one, or with a cookie beside it', async () => {
    const clock = manualClock('2026-03-02T08:30:00Z');
    const parts = { mailroom: {} as never, published: async () => ({}) as never, clock };
    const desk = createDesk(parts, { ...door(), identify: async () => RECIPIENT });
    const ask = async (path: string, headers: Record<string, string>) =>
      (await createAppOf(desk).fetch(new Request(`${ORIGIN}/api/sealed${path}`, { headers }))) as Response;
    const { pass } = (await (await ask('/pass', {})).json()) as { pass: string };
    expect((await ask('/postage', { 'X-Reports-Pass': pass })).status).toBe(200);
    expect((await ask('/postage', {})).status).toBe(403);
    expect((await ask('/postage', { 'X-Reports-Pass': 'f'.repeat(64) })).status).toBe(403);
    const cookie = { 'X-Reports-Pass': pass, Cookie: 'countersign_session=1' };
    expect((await ask('/postage', cookie)).status).toBe(403);
    clock.advance(3600);
    expect((await ask('/postage', { 'X-Reports-Pass': pass })).status).toBe(200);
    clock.advance(3600);
    expect((await ask('/postage', { 'X-Reports-Pass': pass })).status).toBe(403);
  });

  test('a recipient where no portal is open is told so, and others are not', async () => {
    const desk = createAppOf(deskPages(undefined, { ...door(), identify: async () => identity }));
    const status = async () => (await desk.fetch(new Request(`${ORIGIN}/api/sealed/manifest`))).status;
    expect(await status()).toBe(404);
    identity = null;
    expect(await status()).toBe(401);
  });
});

const createAppOf = (desk: ReturnType<typeof createDesk>) =>
  createApp({
    ...{ routes: [], identify: async () => null, host: '127.0.0.1', pages: { '/api/sealed': desk } },
    log: { info: () => {}, error: () => {} } as unknown as Log,
  });

describe('starts of messages', () => {
  test('come in the order asked for, empty where there is none, and not by the hundred', async () => {
    const reporter = await sampleReporter(sample.client);
    const hash = await reporter.send('one');
    const client = await console_();
    const size = sealedSize('x25519', 4, 65_536);
    const asked = [
      { hash: 'f'.repeat(64), to: 100 },
      { hash, to: letterSpan(size) },
    ];
    // Not delivered yet: not there.
    expect(await client.deliveredStarts(r1.signer, asked)).toEqual([undefined, undefined]);
    await sample.portal.round();
    const [none, start] = await client.deliveredStarts(r1.signer, asked);
    expect(none).toBeUndefined();
    expect(start).toHaveLength(size);
    const many = Array.from({ length: MOST_STARTS + 1 }, () => ({ hash, to: 10 }));
    await expect(client.deliveredStarts(r1.signer, many)).rejects.toMatchObject({ code: 'server' });
    const whole = [{ hash, to: 1_000_000 }];
    await expect(client.deliveredStarts(r1.signer, whole)).rejects.toMatchObject({ code: 'server' });
  });
});

test('in a flood a recipient can still answer: the pass is postage enough', async () => {
  sample = await sample.reopen({ postage: { ...CHEAP, burst: 1, perMinute: 0 } });
  app = appOf(sample);
  const reporter = await sampleReporter(sample.client);
  await reporter.send('takes the only place');
  await expect(reporter.send('finds none')).rejects.toMatchObject({ code: 'busy' });
  await sample.portal.round();
  const client = await console_();
  const published = await client.published(ROOT.key);
  const signal = new AbortController().signal;
  const [conversation] = (await readQueue(client, published, r1, { signal })).conversations;
  const { sealed, tag } = await sealAnswer(published, r1, {
    conversation: conversation!,
    kind: 'reply',
    text: 'Here.',
  });
  await new Sending(client, sealed, tag).run();
  expect(await sample.client.conversation(reporter.keys.tag)).toHaveLength(2);
});

describe('a report that leaves a recipient out', () => {
  /** What r2 sees and asks for, on a portal where three messages were delivered. */
  async function seenByR2(fill: (sample: Sample) => Promise<void>) {
    const own = await samplePortal({ recipients: 2 });
    try {
      await fill(own);
      await own.portal.round();
      app = appOf(own);
      requests = [];
      const r2 = await keysOf(seedOf(2), 'x25519');
      const client = await console_();
      const signal = new AbortController().signal;
      const progress: string[] = [];
      const onProgress = (done: number, total: number) => void progress.push(`${done}/${total}`);
      const queue = await readQueue(client, await client.published(ROOT.key), r2, { signal, onProgress });
      return {
        queue,
        progress,
        requests: requests.map(({ path, bytes }) => `${path} ${path.includes('manifest') ? '' : bytes}`),
      };
    } finally {
      await own.close();
    }
  }
  const send = (own: Sample, to: string[]) =>
    sampleReporter(own.client).then((reporter) => reporter.send('about r2', { to }));

  test('is to him what cover is: the same counts, sizes, requests and progress', async () => {
    const kept = await seenByR2(async (own) => {
      for (const _ of [1, 2, 3]) await send(own, ['r1']);
    });
    // Nobody's slot is his: that is what cover is made of.
    const cover = await seenByR2(async (own) => {
      for (const _ of [1, 2, 3]) await send(own, []);
    });
    expect(kept).toEqual(cover);
    expect(kept.queue).toEqual({ conversations: [], unsigned: [], broken: 0 });
  });

  test('has cover of every size up to 64 MiB, so that an attachment does not give it away', () => {
    const all = Array.from({ length: 4000 }, () => coverSizes(3, (below) => Math.floor(Math.random() * below)));
    const sizes = new Set(all.flat());
    expect([...sizes].sort((a, b) => a - b)).toEqual(SIZE_CLASSES.slice(0, 4));
    expect(coverSizes(0, () => 0)).toEqual([]);
    expect(coverSizes(3, () => 0)).toEqual(SIZE_CLASSES.slice(1, 4));
    expect(coverSizes(3, (below) => below - 1)).toEqual([SIZE_CLASSES[0], SIZE_CLASSES[0], SIZE_CLASSES[0]]);
  });
});
