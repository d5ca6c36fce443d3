import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Events, openEmbedded } from '../stores/clickhouse.ts';
import { migrateEvents } from '../stores/data.ts';
import { checksum, followLogs, loadLogs, logTotals } from './events.ts';

const HEADER = 'id,date,user,pc,activity\n';
const dir = mkdtempSync(join(tmpdir(), 'countersign-'));
let events: Events;
let folder: string;
let file: string;

beforeAll(async () => {
  events = await openEmbedded(join(dir, 'data'), { memoryBytes: 700_000_000 });
  await migrateEvents(events);
});
afterAll(async () => {
  await events.close();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(async () => {
  await empty();
  folder = mkdtempSync(join(dir, 'folder-'));
  file = join(folder, 'logon.csv');
});

async function empty() {
  await events.run('TRUNCATE TABLE events');
  await events.run('TRUNCATE TABLE segments');
}

const line = (n: number, pc = 'PC-1') =>
  `{${n}},01/05/2025 08:00:${String(n % 60).padStart(2, '0')},ABC0001,${pc},Logon\n`;
const lines = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => line(from + i)).join('');

/** What is stored: lines of the log, good and bad, and the texts in the order of their numbers. */
async function stored() {
  const [log] = await logTotals(events);
  const rows = await events.rows<{ raw: string }>(
    'SELECT raw_data AS raw FROM events ORDER BY file_line, uid LIMIT 1000',
  );
  return { rows: log?.rows ?? 0, bad: log?.bad ?? 0, text: rows.map(({ raw }) => `${raw}\n`).join('') };
}

test('lines that are added are stored once, with their numbers, and a look without news reads nothing', async () => {
  writeFileSync(file, HEADER + lines(0, 3));
  const look = followLogs(events, folder);
  expect((await look()).rows).toBe(3);
  appendFileSync(file, lines(3, 5));
  expect((await look()).rows).toBe(2);
  expect((await look()).rows).toBe(0);
  expect(await stored()).toEqual({ rows: 5, bad: 0, text: lines(0, 5) });
  const numbers = await events.rows(`SELECT file_line FROM events WHERE raw_data LIKE '{4}%' LIMIT 2`);
  expect(numbers).toEqual([{ file_line: 6 }]);
});

test('a line that is written in two halves is stored once and whole, wherever it is cut', async () => {
  const whole = line(7, 'PC-ü');
  const bytes = Buffer.from(whole);
  for (const cut of [1, 20, bytes.indexOf(0xbc), bytes.length - 5, bytes.length - 1]) {
    await empty();
    writeFileSync(file, HEADER + lines(0, 2));
    const look = followLogs(events, folder);
    await look();
    appendFileSync(file, bytes.subarray(0, cut));
    expect((await look()).rows).toBe(0);
    appendFileSync(file, bytes.subarray(cut));
    expect((await look()).rows).toBe(1);
    expect(await stored()).toEqual({ rows: 3, bad: 0, text: lines(0, 2) + whole });
  }
});

test('half a line that an ordinary load took is replaced by the whole one, by the next load or by following', async () => {
  const whole = Buffer.from(line(7, 'PC-ü'));
  for (const cut of [20, whole.indexOf(0xbc), whole.length - 1])
    for (const next of [() => loadLogs(events, folder), () => followLogs(events, folder)()]) {
      await empty();
      writeFileSync(file, Buffer.concat([Buffer.from(HEADER + lines(0, 2)), whole.subarray(0, cut)]));
      await loadLogs(events, folder);
      expect((await stored()).rows).toBe(3);
      appendFileSync(file, whole.subarray(cut));
      await next();
      expect(await stored()).toEqual({ rows: 3, bad: 0, text: lines(0, 2) + whole });
    }
});

test('half a line that an ordinary load took is replaced when following sees its end', async () => {
  writeFileSync(file, HEADER + lines(0, 2) + line(7).slice(0, 30));
  await loadLogs(events, folder);
  const look = followLogs(events, folder);
  await look();
  appendFileSync(file, line(7).slice(30) + line(8));
  await look();
  expect(await stored()).toEqual({ rows: 4, bad: 0, text: lines(0, 2) + line(7) + line(8) });
});

test('however a file grows, following gives what one load of it gives, and that load has nothing to do', async () => {
  const pieces = fc.array(
    fc.oneof(
      fc.nat(30).map((n) => line(n)),
      fc.constant('broken\n'),
      fc.constant('\n'),
      fc
        .tuple(fc.nat(30), fc.integer({ min: 1, max: 44 }))
        .map(([n, cut]) => [line(n).slice(0, cut), line(n).slice(cut)]),
    ),
    { minLength: 1, maxLength: 25 },
  );
  await fc.assert(
    fc.asyncProperty(pieces, fc.integer({ min: 100, max: 900 }), async (added, segmentBytes) => {
      await empty();
      writeFileSync(file, HEADER);
      const look = followLogs(events, folder);
      for (const piece of added.flat()) {
        appendFileSync(file, piece);
        await look({ segmentBytes });
      }
      const followed = [await checksum(events), await logTotals(events)];
      expect((await loadLogs(events, folder, { segmentBytes })).added).toBe(0);
      expect([await checksum(events), await logTotals(events)]).toEqual(followed);
      await empty();
      await loadLogs(events, folder, { segmentBytes });
      expect([await checksum(events), await logTotals(events)]).toEqual(followed);
    }),
    { numRuns: 5 },
  );
});

test('a file that was replaced, cut or changed before its end is read anew', async () => {
  writeFileSync(file, HEADER + lines(0, 3));
  const look = followLogs(events, folder);
  await look();
  writeFileSync(`${file}.new`, HEADER + lines(0, 5));
  renameSync(`${file}.new`, file);
  await look();
  expect((await stored()).text).toBe(lines(0, 5));
  writeFileSync(file, HEADER + line(0) + line(9) + lines(1, 7));
  await look();
  expect((await checksum(events)).events).toBe(8);
  writeFileSync(file, HEADER + line(10));
  await look();
  expect((await checksum(events)).events).toBe(9);
});

test('a file that cannot be read stops no other, and is read when it can be', async () => {
  writeFileSync(file, HEADER + lines(0, 2));
  const device = join(folder, 'device.csv');
  writeFileSync(device, 'date,user\n');
  const look = followLogs(events, folder);
  const first = await look();
  expect(first.rows).toBe(2);
  expect([...first.failed].map(([name, { code }]) => [name, code])).toEqual([['device.csv', 'invalid-input']]);
  expect((await look({ wanted: (name) => name !== 'device.csv' })).failed.size).toBe(0);
  writeFileSync(device, 'id,date,user,pc,file_tree,activity\n{1},01/05/2025 08:00:00,ABC0001,PC-1,R:\\,Connect\n');
  const then = await look();
  expect([then.rows, then.failed.size]).toEqual([1, 0]);
});
