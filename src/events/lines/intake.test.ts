import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Events, openEmbedded } from '../../stores/clickhouse.ts';
import { migrateEvents } from '../../stores/data.ts';
import { lineReaders } from './catalog.ts';
import type { LineParameters } from './compile.ts';
import { sampleParameters } from './golden.ts';
import { storeIntake } from './intake.ts';
import { readLines } from './store.ts';

const READERS = lineReaders();
const dir = mkdtempSync(join(tmpdir(), 'countersign-'));
let events: Events;
beforeAll(async () => {
  events = await openEmbedded(join(dir, 'data'), { memoryBytes: 1_000_000_000 });
  await migrateEvents(events);
});
beforeEach(() => events.run('TRUNCATE TABLE events'));
afterAll(async () => {
  await events.close();
  rmSync(dir, { recursive: true, force: true });
});

function spooled(lines: readonly (string | Buffer)[], more: Partial<LineParameters> = {}): LineParameters {
  const path = join(events.spool!, 'segment.lines');
  writeFileSync(path, Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from('\n')])));
  return { ...sampleParameters(path), ...more };
}

const stored = () =>
  events.rows<{
    log_name: string;
    class_uid: number;
    quarantine_reason: string;
    file_line: number;
    kept: number;
    who: string;
  }>(
    `SELECT log_name, class_uid, quarantine_reason, file_line, length(raw_data) AS kept, actor_user_uid AS who
     FROM events ORDER BY file_line, log_name LIMIT 100000`,
  );

const okta = (at: string, more: object = {}) =>
  JSON.stringify({
    ...{ uuid: '1', published: at, eventType: 'user.session.start', outcome: { result: 'SUCCESS' } },
    ...{ actor: { id: '00u1', type: 'User', alternateId: 'Abc0001@dtaa.example' }, ...more },
  });

test('each line goes to the reader that knows it, and what none knows is kept whole', async () => {
  const lines = [okta('2026-03-02T09:00:00Z'), '{"shape":"of nobody","a":1}', 'just words', okta('never')];
  expect(await storeIntake(events, '', spooled(lines))).toEqual(['okta', 'unknown']);
  expect(await stored()).toEqual([
    {
      log_name: 'okta',
      class_uid: 3002,
      quarantine_reason: '',
      file_line: 1,
      kept: lines[0]!.length,
      who: 'Abc0001@dtaa.example',
    },
    {
      log_name: 'unknown',
      class_uid: 0,
      quarantine_reason: 'no reader',
      file_line: 2,
      kept: lines[1]!.length,
      who: '',
    },
    { log_name: 'unknown', class_uid: 0, quarantine_reason: 'no reader', file_line: 3, kept: 10, who: '' },
    {
      log_name: 'okta',
      class_uid: 0,
      quarantine_reason: 'the time cannot be read',
      file_line: 4,
      kept: lines[3]!.length,
      who: '',
    },
  ]);
});

describe('a line is stored once', () => {
  const lines = Array.from({ length: 50 }, (_, i) => okta(`2026-03-0${1 + (i % 9)}T09:00:00Z`, { uuid: String(i) }));
  const count = async () => (await stored()).length;

  test('when it is sent again, in another order and among others', async () => {
    await storeIntake(events, '', spooled(lines));
    await storeIntake(events, '', spooled(lines));
    await storeIntake(
      events,
      'okta',
      spooled([okta('2026-03-01T08:00:00Z'), ...lines.toReversed(), '{"x":1}'], { first_line: 99 }),
    );
    expect(await count()).toBe(52);
  });

  test('when a part of it was stored before the crash', async () => {
    await storeIntake(events, '', spooled(lines.slice(0, 20)));
    await storeIntake(events, '', spooled(lines));
    expect(await count()).toBe(50);
  });

  test('unless another source or stream says the same, or the sender numbers his deliveries', async () => {
    await storeIntake(events, '', spooled(lines));
    await storeIntake(events, '', spooled(lines, { source: 'another' }));
    await storeIntake(events, '', spooled(lines, { stream: 'another' }));
    expect(await count()).toBe(150);
    for (const key of ['7', '7', '8'])
      await storeIntake(events, '', spooled([lines[0]!, lines[0]!], { source: 'third', key }));
    expect(await count()).toBe(154);
  });
});

test("an account that the directory names is that person's", async () => {
  await events.run(
    `INSERT INTO directory (uid, valid_from, user_uid, email, role) VALUES (1, '2026-01-01', 'ABC0001', 'abc0001@dtaa.example', 'x')`,
  );
  await storeIntake(
    events,
    '',
    spooled([
      okta('2026-03-02T09:00:00Z'),
      okta('2026-03-02T09:01:00Z', { actor: { type: 'User', alternateId: 'abc0001' } }),
    ]),
  );
  expect((await stored()).map(({ who }) => who)).toEqual(['ABC0001', 'ABC0001']);
  await events.run('TRUNCATE TABLE directory');
});

test("lines of a folder's table are read without their header", async () => {
  await storeIntake(
    events,
    'logon',
    spooled(['{L1},03/02/2026 09:00:00,ABC0001,PC-1,Logon', '{L2},x,ABC0001,PC-1,Logon']),
  );
  expect((await stored()).map(({ class_uid, quarantine_reason }) => [class_uid, quarantine_reason])).toEqual([
    [3002, ''],
    [0, 'the time cannot be read'],
  ]);
});

test('hostile lines are kept or cut, and cost their neighbours nothing', async () => {
  const good = okta('2026-03-02T09:00:00Z');
  const lines = [
    good,
    `{"a":"${'x'.repeat(10_000_000)}"}`,
    `${okta('2026-03-02T09:00:01Z').slice(0, -1)},"deep":${'['.repeat(5000)}${']'.repeat(5000)}}`,
    Buffer.concat([Buffer.from(okta('2026-03-02T09:00:02Z').slice(0, -1)), Buffer.from([0xff, 0xfe, 0xc0])]),
    `${good}\0`,
    "' OR 1=1; DROP TABLE events; --{path:String}",
    okta('9999-99-99T99:99:99Z'),
    okta('99999999999999999999'),
    '',
    good.replace('user.session.start', "x'}{'\\"),
  ];
  await storeIntake(events, '', spooled(lines));
  for (const reader of READERS) await storeIntake(events, reader.log_name, spooled(lines, { source: reader.log_name }));
  const rows = await events.rows<{ source: string; n: number; longest: number; good: number }>(
    'SELECT source, count() AS n, max(lengthUTF8(raw_data)) AS longest, countIf(class_uid != 0) AS good FROM events GROUP BY source LIMIT 100',
  );
  expect(rows).toHaveLength(READERS.length + 1);
  for (const row of rows) expect(row).toMatchObject({ n: lines.length, longest: 1_000_000 });
  expect(rows.find(({ source }) => source === 'sample')?.good).toBe(1);
});

describe('whatever is in a line, it becomes one row', () => {
  /** A sample's line with a part of it gone, or with a value of another type. */
  const odd = fc.oneof(
    fc.constantFrom(
      'null',
      '17',
      '-1e400',
      'true',
      '[]',
      '{}',
      '["a",{"b":[1]}]',
      '"\\u0000"',
      '"0x"',
      '99999999999999999999999',
    ),
    fc.json({ maxDepth: 2 }),
  );
  const changed = (samples: readonly string[]) =>
    fc
      .tuple(fc.constantFrom(...samples), fc.nat(), fc.nat(), odd)
      .map(([line, from, length, value]) => {
        if (length % 3 === 0) return line.slice(0, from % (line.length + 1));
        const values = [...line.matchAll(/(?<=[:=])(?:"(?:[^"\\]|\\.)*"|[\d.]+|\{[^{}]*\}|[^\s,"{}=:]+)/g)];
        const chosen = values[from % Math.max(1, values.length)];
        if (chosen === undefined) return `${line}${value}`;
        return line.slice(0, chosen.index) + value + line.slice(chosen.index + chosen[0].length);
      })
      .map((line) => line.replace(/[\r\n]/g, ' '));

  test.for(READERS.map((reader) => [reader.log_name, reader] as const))('%s', async ([, reader]) => {
    const samples = readFileSync(join(reader.folder, 'sample.log'), 'utf8').split('\n').filter(Boolean);
    await fc.assert(
      fc.asyncProperty(fc.array(changed(samples), { minLength: 1, maxLength: 60 }), async (lines) => {
        const rows = await readLines(events, reader, spooled(lines));
        expect(rows.map(({ file_line }) => file_line)).toEqual(lines.map((_, index) => index + 1));
        for (const { class_uid, quarantine_reason } of rows) expect(class_uid === 0).toBe(quarantine_reason !== '');
      }),
      { numRuns: 6 },
    );
  });
});
