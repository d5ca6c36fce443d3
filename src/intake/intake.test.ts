import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { manualClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { createApp } from '../http/server.ts';
import { type Events, openEmbedded } from '../stores/clickhouse.ts';
import { migrateEvents } from '../stores/data.ts';
import { disk } from './disk.ts';
import { intakeRoutes, Loader, Spool, type SpoolOptions } from './intake.ts';

let events: Events;
const root = mkdtempSync(join(tmpdir(), 'intake-'));
let dir = '';
let count = 0;

beforeAll(async () => {
  events = await openEmbedded(join(root, 'store'), { memoryBytes: 500_000_000 });
  await migrateEvents(events);
}, 60_000);
afterAll(async () => {
  await events.close();
  rmSync(root, { recursive: true });
});
beforeEach(() => {
  dir = join(root, `spool-${count++}`);
});

async function open(options: SpoolOptions = {}) {
  const spool = await Spool.open(dir, options);
  const loader = new Loader({ events, spool, readerOf: () => 'unknown' });
  const app = createApp({
    ...{ routes: intakeRoutes(spool), host: '127.0.0.1', log: silentLog, identify: async () => null },
    identifyShipper: async () => ({ tokenId: 'T', source }),
  });
  const post = async (body: string | Buffer, headers: Record<string, string> = {}) => {
    const url = `http://localhost/api/intake/${source}`;
    const response = await app.fetch(
      new Request(url, { method: 'POST', body: typeof body === 'string' ? body : new Uint8Array(body), headers }),
    );
    return {
      status: response.status,
      retry: response.headers.get('retry-after'),
      body: (await response.json()) as { batch: string; repeated: boolean },
    };
  };
  return { spool, loader, post };
}
let source = '';
beforeEach(() => {
  source = `source-${count}`;
});
const stored = async () =>
  (
    await events.rows<{ raw: string; line: number }>(
      'SELECT raw_data AS raw, file_line AS line FROM events WHERE source = {source:String} ORDER BY line, raw LIMIT 1000',
      { source },
    )
  ).map(({ raw }) => raw);

describe('a delivery', () => {
  test('is a durable file when it is acknowledged, and none when it is stored', async () => {
    const { loader, post, spool } = await open();
    expect(await post('one\ntwo\n')).toMatchObject({ status: 200, body: { lines: 2, repeated: false, source } });
    expect(readdirSync(join(spool.folder, source))).toHaveLength(1);
    await loader.round();
    expect(readdirSync(join(spool.folder, source))).toEqual([]);
    expect(await stored()).toEqual(['one', 'two']);
  });

  test('that is sent again adds nothing: at once, after it was stored, and to a process that has started anew', async () => {
    const first = await open();
    const [a, b] = await Promise.all([first.post('one\ntwo\n'), first.post('one\ntwo\n')]);
    expect([a.body.repeated, b.body.repeated].sort()).toEqual([false, true]);
    expect(a.body.batch).toBe(b.body.batch);
    const second = await open();
    expect((await second.post('one\ntwo\n')).body.repeated).toBe(true);
    await second.loader.round();
    const third = await open();
    expect((await third.post('one\ntwo\n')).body.repeated).toBe(false);
    expect((await third.post('two\nthree\n')).status).toBe(200);
    await third.loader.round();
    expect(await stored()).toEqual(['one', 'two', 'three']);
  });

  test('whose lines are numbered keeps equal lines apart, and is known however it is cut', async () => {
    const { loader, post } = await open();
    const numbered = (body: string, sequence: number) =>
      post(body, { 'Countersign-Stream': 'disk 1', 'Countersign-Sequence': String(sequence) });
    await numbered('same\nsame\nother\n', 1);
    await numbered('same\n', 4);
    await loader.round();
    await numbered('same\nother\nsame\nlast\n', 2);
    await loader.round();
    expect(await stored()).toEqual(['same', 'same', 'other', 'same', 'last']);
  });

  test('with an idempotency key is one, and another key is another', async () => {
    const { loader, post } = await open();
    for (const key of ['a', 'a', 'b']) await post('x\nx\n', { 'Idempotency-Key': key });
    while ((await loader.round()) > 0);
    expect(await stored()).toEqual(['x', 'x', 'x', 'x']);
  });

  test.each([
    ['gzip', gzipSync('{"a":1}\n{"a":2}')],
    ['zstd', zstdCompressSync('{"a":1}\n{"a":2}')],
  ])('may be packed with %s', async (encoding, body) => {
    const { post } = await open();
    const headers = { 'Content-Encoding': encoding, 'Content-Type': 'application/x-ndjson' };
    expect(await post(body, headers)).toMatchObject({ status: 200, body: { lines: 2 } });
    expect(await post(body.subarray(0, -9), headers)).toMatchObject({ status: 422, body: { code: 'invalid-input' } });
  });

  test('that unpacks to too much, is too large or packed otherwise is refused, and nothing of it kept', async () => {
    const { post, spool } = await open();
    const bomb = gzipSync(Buffer.alloc(65 * 2 ** 20, 'a'));
    expect(await post(bomb, { 'Content-Encoding': 'gzip' })).toMatchObject({ status: 413 });
    expect(await post(Buffer.alloc(16 * 2 ** 20 + 1, 'a'))).toMatchObject({ status: 413 });
    expect(await post('x', { 'Content-Encoding': 'compress' })).toMatchObject({ status: 415 });
    expect(spool.waiting).toEqual({ bytes: 0, deliveries: 0, lines: 0 });
  });

  test('for another source than that of the token is refused', async () => {
    const { spool } = await open();
    const app = createApp({
      ...{ routes: intakeRoutes(spool), host: '127.0.0.1', log: silentLog, identify: async () => null },
      identifyShipper: async () => ({ tokenId: 'T', source: 'mine' }),
    });
    const request = new Request('http://localhost/api/intake/yours', { method: 'POST', body: 'x' });
    expect((await app.fetch(request)).status).toBe(403);
  });
});

describe('back-pressure', () => {
  test('a full spool asks to come again, and takes the same delivery later', async () => {
    const { loader, post, spool } = await open({ mostBytes: 20 });
    expect((await post('0123456789\n')).status).toBe(200);
    expect(await post('abcdefghij\n')).toMatchObject({ status: 429, retry: '5', body: { code: 'intake-full' } });
    spool.storeAway = true;
    expect(await post('abcdefghij\n')).toMatchObject({ status: 503, retry: '30' });
    await loader.round();
    expect((await post('abcdefghij\n')).status).toBe(200);
    await loader.round();
    expect(await stored()).toEqual(['0123456789', 'abcdefghij']);
  });

  test.each(['ENOSPC', 'EIO', 'EDQUOT', 'EROFS'])(
    '%s: nothing is acknowledged, and nothing lost when it is over',
    async (code) => {
      let fails = true;
      const { loader, post, spool } = await open({
        disk: {
          ...disk,
          async write(...file) {
            if (fails) throw Object.assign(new Error(code), { code });
            await disk.write(...file);
          },
        },
      });
      expect(await post('one\n')).toMatchObject({ status: 503, retry: '30', body: { code: 'intake-unavailable' } });
      expect(spool.waiting.bytes).toBe(0);
      fails = false;
      expect(await post('one\n')).toMatchObject({ status: 200, body: { repeated: false } });
      await loader.round();
      expect(await stored()).toEqual(['one']);
    },
  );

  test('a store that is away keeps everything in the spool', async () => {
    const { post, spool, loader } = await open();
    const away = await openEmbedded(join(dir, 'away'), { memoryBytes: 300_000_000 });
    await away.close();
    const broken = new Loader({ events: away, spool, readerOf: () => 'unknown' });
    await post('one\n');
    await expect(broken.round()).rejects.toMatchObject({ code: 'engine-stopped' });
    expect(spool).toMatchObject({ storeAway: true, waiting: { lines: 1 } });
    await loader.round();
    expect(spool.storeAway).toBe(false);
    expect(await stored()).toEqual(['one']);
  });

  test('a clock that jumps changes nothing', async () => {
    const clock = manualClock('2026-03-02T08:00:00Z');
    const { post } = await open({ clock });
    await post('one\n');
    clock.advance(-86_400 * 400);
    await post('two\n');
    clock.advance(86_400 * 4000);
    await post('three\n');
    await post('one\n');
    const again = await open({ clock });
    await again.post('two\n');
    expect(await again.loader.round()).toBe(3);
    expect((await stored()).sort()).toEqual(['one', 'three', 'two']);
  });
});

test('deliveries of several streams that came in turns are stored with one statement for each stream', async () => {
  const { spool, loader, post } = await open();
  const place = (stream: string, first: number) => ({
    'Countersign-Stream': stream,
    'Countersign-Sequence': `${first}`,
  });
  for (const first of [1, 3, 5])
    for (const stream of ['left', 'right']) await post(`${stream}\n${stream}\n`, place(stream, first));
  await post('once\n');
  expect([await loader.round(), await loader.round(), await loader.round()]).toEqual([6, 6, 1]);
  expect(spool.waiting.deliveries).toBe(0);
  expect(await stored()).toHaveLength(13);
  expect(readdirSync(join(spool.folder, source))).toEqual([]);
});
