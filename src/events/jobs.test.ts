import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Events, openEmbedded } from '../stores/clickhouse.ts';
import { migrateEvents } from '../stores/data.ts';
import { checksum, type LoadOptions, loadLogs, logTotals } from './events.ts';

const HEADER = 'id,date,user,pc,activity\n';
const dir = mkdtempSync(join(tmpdir(), 'countersign-'));
let events: Events;

beforeAll(async () => {
  events = await openEmbedded(join(dir, 'data'), { memoryBytes: 700_000_000 });
  await migrateEvents(events);
});
afterAll(async () => {
  await events.close();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(empty);

async function empty() {
  await events.run('TRUNCATE TABLE events');
  await events.run('TRUNCATE TABLE segments');
}

function folderOf(files: Record<string, string | Buffer>): string {
  const folder = mkdtempSync(join(dir, 'folder-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const logon = (second: number, activity = 'Logon') =>
  `{${second}},01/0${1 + (second % 7)}/2025 08:00:${String(second % 60).padStart(2, '0')},ABC0001,PC-1,${activity}`;

/** Loads one logon.csv of these lines and says what became of them. */
async function loadLines(lines: string[], options: LoadOptions = {}) {
  const { logs } = await loadLogs(events, folderOf({ 'logon.csv': `${HEADER}${lines.join('\n')}\n` }), options);
  return { ...logs[0]!, ...(await checksum(events)), stored: logs[0]!.events };
}

test('whatever the lines are, each is stored, repeated or in quarantine, in any order and any cut', async () => {
  const line = fc.oneof(
    { weight: 5, arbitrary: fc.nat(30).map((n) => logon(n)) },
    fc.nat(5).map((n) => logon(n, 'Nonsense')),
    fc.constant(''),
    fc.string({ maxLength: 60, unit: 'grapheme' }).map((text) => text.replaceAll(/[\n\r]/g, '"')),
    fc.nat(5).map((n) => `"${logon(n)}`),
    fc.nat(5).map((n) => `${logon(n)},,`),
  );
  const good = fc.array(
    fc.nat(50).map((n) => logon(n)),
    { minLength: 1, maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 40, max: 900 }),
      async (lines, segmentBytes) => {
        await empty();
        const once = await loadLines(lines);
        expect(once.rows).toBe(lines.length);
        expect(once.stored + once.bad).toBeLessThanOrEqual(lines.length);
        const goodLines = lines.filter((text) => /^\{\d+\},01\/0\d\/2025 08:00:\d\d,ABC0001,PC-1,Logon$/.test(text));
        expect(once.stored).toBeGreaterThanOrEqual(new Set(goodLines).size);
        expect(await loadLines(lines)).toEqual(once);
        expect(await loadLines(lines, { segmentBytes })).toEqual(once);
        await empty();
        expect(await loadLines(lines, { segmentBytes })).toEqual(once);
      },
    ),
    { numRuns: 6 },
  );
  await fc.assert(
    fc.asyncProperty(good, async (lines) => {
      await empty();
      const inOrder = await loadLines(lines);
      await empty();
      const late = await loadLines([...lines].reverse());
      expect([late.stored, late.checksum]).toEqual([inOrder.stored, inOrder.checksum]);
      expect(inOrder.stored).toBe(new Set(lines).size);
    }),
    { numRuns: 5 },
  );
});

test('a repeated line is stored once, with the place of the first', async () => {
  const { stored, rows } = await loadLines([logon(1), logon(2), logon(1), logon(3), logon(1)]);
  expect([stored, rows]).toEqual([3, 5]);
  const lines = await events.rows('SELECT file_line FROM events ORDER BY file_line LIMIT 10');
  expect(lines).toEqual([{ file_line: 2 }, { file_line: 3 }, { file_line: 5 }]);
});

test('every line keeps its number across segments', async () => {
  const lines = Array.from({ length: 500 }, (_, i) => `{${i + 2}},01/01/2025 08:00:00,ABC0001,PC-${i + 2},Logon`);
  await loadLines(lines, { segmentBytes: 3000 });
  const wrong = await events.rows(
    `SELECT * FROM events WHERE device_hostname != concat('PC-', toString(file_line)) LIMIT 5`,
  );
  expect(wrong).toEqual([]);
});

test('two parts of the same bytes are both read', async () => {
  const { rows, stored } = await loadLines(Array(40).fill(logon(1)), { segmentBytes: 200 });
  expect([rows, stored]).toEqual([40, 1]);
});

test('a file that grew is loaded from where it had ended, and counted once', async () => {
  await loadLines([logon(1), logon(2)]);
  const grown = await loadLines([logon(1), logon(2), logon(3)]);
  expect([grown.rows, grown.stored]).toEqual([3, 3]);
});

test('a log that has grown is read from its last part on; all of it when asked', async () => {
  const lines = [...Array(30).keys()].map((second) => logon(second));
  const options = { segmentBytes: 300 };
  const folder = folderOf({ 'logon.csv': `${HEADER}${lines.join('\n')}\n` });
  const first = await loadLogs(events, folder, options);
  const changed = lines.with(10, lines[10]!.replace('Logon', 'Logof'));
  writeFileSync(join(folder, 'logon.csv'), `${HEADER}${[...changed, logon(30), logon(31)].join('\n')}\n`);
  const grown = await loadLogs(events, folder, options);
  expect([first.added, grown.added < 10, grown.logs[0]!.rows, grown.logs[0]!.events, grown.logs[0]!.bad]).toEqual([
    30,
    true,
    32,
    32,
    0,
  ]);
  const lastLines = await events.rows(`SELECT file_line AS line FROM events ORDER BY line DESC LIMIT 2`);
  expect(lastLines).toEqual([{ line: 33 }, { line: 32 }]);
  const reread = await loadLogs(events, folder, { ...options, reread: true });
  expect([reread.logs[0]!.rows, reread.logs[0]!.bad]).toEqual([32, 1]);
});

test('a log that was cut off and written anew is read from its beginning', async () => {
  const lines = [...Array(30).keys()].map((second) => logon(second));
  const folder = folderOf({ 'logon.csv': `${HEADER}${lines.join('\n')}\n` });
  await loadLogs(events, folder, { segmentBytes: 300 });
  const other = [lines[0]!, ...[...Array(40).keys()].map((second) => logon(second + 100))];
  writeFileSync(join(folder, 'logon.csv'), `${HEADER}${other.join('\n')}\n`);
  const { logs } = await loadLogs(events, folder, { segmentBytes: 300 });
  expect([logs[0]!.rows, logs[0]!.events]).toEqual([41, 70]);
});

test('a line of a megabyte is one line', async () => {
  const { stored, bad, rows } = await loadLines([logon(1), `x${'y'.repeat(1_000_000)}`, logon(2)], {
    segmentBytes: 4096,
  });
  expect([rows, stored, bad]).toEqual([3, 2, 1]);
});

test('much bad input is counted and hurts nothing else', async () => {
  const lines = Array.from({ length: 100 }, (_, i) => (i % 10 === 0 ? `broken ${i}` : logon(i)));
  const { rows, bad, stored } = await loadLines(lines);
  expect([rows, bad, stored]).toEqual([100, 10, 90]);
});

test('files that cannot be read are named, and the rest is loaded', async () => {
  const folder = folderOf({
    'logon.csv': `${HEADER}${logon(1)}\n`,
    'http.csv': '',
    'email.csv': 'date,user\n01/01/2025 08:00:00,ABC0001\n',
    'device.csv': 'id,date,user,pc,file_tree,activity\n',
  });
  mkdirSync(join(folder, 'file.csv'));
  const { logs, unreadable } = await loadLogs(events, folder);
  expect(unreadable.map(({ code, place, message }) => `${code} ${place} ${message}`).sort()).toEqual([
    'invalid-input email.csv:1 the header has no column id, pc',
    'invalid-input file.csv this is not a file',
    'invalid-input http.csv the file is empty: it lacks even the header',
  ]);
  expect(logs.map(({ log_name, events: count }) => [log_name, count])).toEqual([['logon', 1]]);
});

test.skipIf(process.getuid?.() === 0)('a file without permission is named', async () => {
  const folder = folderOf({ 'logon.csv': `${HEADER}${logon(1)}\n` });
  chmodSync(join(folder, 'logon.csv'), 0);
  const { unreadable } = await loadLogs(events, folder);
  expect(unreadable.map(({ message }) => message)).toEqual(['no permission to read the file']);
});

test('a folder without logs is refused', async () => {
  await expect(loadLogs(events, folderOf({}))).rejects.toMatchObject({ code: 'folder-not-found' });
});

test('stopping leaves nothing behind, and the next load goes on', async () => {
  const lines = Array.from({ length: 300 }, (_, i) => logon(i));
  const folder = folderOf({ 'logon.csv': `${HEADER}${lines.join('\n')}\n` });
  const stop = new AbortController();
  const options = { segmentBytes: 2000, signal: stop.signal, onProgress: () => stop.abort() };
  await expect(loadLogs(events, folder, options)).rejects.toMatchObject({ code: 'interrupted' });
  expect(readdirSync(events.spool!)).toEqual([]);
  const partly = (await logTotals(events))[0]!.rows;
  expect(partly).toBeGreaterThan(0);
  expect(partly).toBeLessThan(300);
  const { logs } = await loadLogs(events, folder, { segmentBytes: 2000 });
  expect([logs[0]!.rows, logs[0]!.events]).toEqual([300, 300]);
});

test('what a killed load left in the spool goes with the next one', async () => {
  writeFileSync(join(events.spool!, 'abandoned-0.lines'), 'x');
  await loadLines([logon(1)]);
  expect(readdirSync(events.spool!)).toEqual([]);
});
