import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Events, openEmbedded } from '../stores/clickhouse.ts';
import { migrateEvents } from '../stores/data.ts';
import { backtest } from './backtest.ts';

let dir: string;
let events: Events;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'backtest-'));
  events = await openEmbedded(dir);
  await migrateEvents(events);
  const file = (time: string, activity: string, path: string) =>
    add(time, 1001, activity, 'file', `file_path = '${path}'`);
  const http = (time: string, activity: string, host: string) =>
    add(time, 4002, activity, 'http', `url_hostname = '${host}'`);
  await file('2026-01-05 09:00:00', 'Copy', 'C:\\a.PDF');
  await file('2026-01-05 10:00:00', 'Open', 'C:\\b.pdf');
  await file('2026-01-07 10:00:00', 'Update', 'C:\\c.pdf');
  await file('2026-01-07 11:00:00', 'Update', 'C:\\c.txt');
  await file('2026-01-08 11:00:00', 'Update', 'C:\\c.txt');
  for (const minute of ['58', '59']) await http(`2026-01-06 23:${minute}:00`, 'Post', 'share.example');
  await http('2026-01-07 00:01:00', 'Post', 'share.example');
  await http('2026-01-07 09:00:00', 'Get', 'news.example');
});
afterAll(async () => {
  await events.close();
  rmSync(dir, { recursive: true });
});

let uid = 0;
function add(time: string, classUid: number, activity: string, log: string, assigned: string): Promise<void> {
  const [column = '', value = ''] = assigned.split(' = ');
  return events.run(
    `INSERT INTO events (uid, day, time, class_uid, activity_name, log_name, actor_user_uid, device_hostname, raw_data, ${column})
     SELECT {uid:UInt32}, toDate({time:String}), toDateTime({time:String}, 'UTC'), {classUid:UInt16}, {activity:String},
       {log:String}, 'ABC0001', 'PC-1', concat('line ', {activity:String}), {value:String}`,
    { uid: ++uid, time, classUid, activity, log, value: value.slice(1, -1) },
  );
}

async function run(rule: string, days = 4) {
  const path = join(dir, 'rule.yml');
  writeFileSync(path, rule);
  const { results, unmapped, errors } = await backtest(events, path, { days });
  expect({ unmapped, errors, results: results.length }).toEqual({ unmapped: [], errors: [], results: 1 });
  return results[0]!;
}
const rule = (source: string, selection: string) =>
  `title: t\nlogsource: ${source}\ndetection:\n  s: ${selection}\n  condition: s\n`;

test('hits are counted by day, and a day without the log is told apart', async () => {
  const found = await run(rule('{ category: file_event, product: windows }', '{ TargetFilename|endswith: .pdf }'));
  expect(found).toMatchObject({ logs: ['file'], from: '2026-01-05', to: '2026-01-08', hits: 2, missing: [] });
  expect(found.days).toEqual([
    { day: '2026-01-05', hits: 1, events: 2 },
    { day: '2026-01-06', hits: 0, events: 0 },
    { day: '2026-01-07', hits: 1, events: 2 },
    { day: '2026-01-08', hits: 0, events: 1 },
  ]);
  expect((await run(rule('{ category: file_access }', '{ FileName|endswith: .pdf }'), 2)).hits).toBe(0);
});

test.for<[source: string, selection: string, hits: number]>([
  ['{ category: file_access }', '{ FileName|contains: b }', 1],
  ['{ category: proxy }', '{ c-uri|startswith: share., cs-method: post }', 3],
  ['{ category: webserver }', '{ cs-method: GET }', 1],
  ['{ product: countersign, service: http }', '{ url_hostname: NEWS.example }', 1],
  ['{ product: countersign, service: file }', '{ time|hour|gte: 11 }', 2],
  ['{ category: proxy }', "['line post']", 3],
  ['{ product: windows, service: security }', '{ EventID: 4624 }', 0],
])('%s %s', async ([source, selection, hits]) => {
  expect((await run(rule(source, selection))).hits).toBe(hits);
});

test('a field that the log does not have is named', async () => {
  const found = await run(rule('{ category: proxy }', '{ c-useragent: null, cs-host|contains: share }'));
  expect(found).toMatchObject({ hits: 3, missing: [{ field: 'c-useragent', line: 4 }] });
});

test('a correlation looks over midnight, also from before the first day', async () => {
  const many = `title: c\ncorrelation: { type: event_count, rules: [up], group-by: [User], timespan: 5m, condition: { gte: 3 } }\n---\n`;
  const up = `${rule('{ category: proxy }', '{ cs-method: POST }')}name: up\n`;
  expect((await run(many + up)).days.filter(({ hits }) => hits > 0)).toEqual([
    { day: '2026-01-07', hits: 1, events: 2 },
  ]);
  expect((await run(many + up, 2)).hits).toBe(1);
});

test('of several rules those that cannot be run are named, and the others are run', async () => {
  const path = join(dir, 'rules.yml');
  const rules = [
    ['{ category: proxy }', '{ cs-method: POST }'],
    ['{ category: dns }', '{ query: x }'],
    ['{ category: proxy }', '{ A|x: 1 }'],
  ];
  writeFileSync(path, rules.map(([source = '', selection = '']) => rule(source, selection)).join('---\n'));
  const { results, unmapped, errors } = await backtest(events, path, { days: 4 });
  expect(results.map(({ hits }) => hits)).toEqual([3]);
  expect(unmapped).toEqual([{ rule: 't', file: path, line: 7, logsource: 'category dns' }]);
  expect(errors).toEqual([{ file: path, line: 16, message: 'there is no modifier "x"' }]);
});

test('a log that the organisation does not have, and a rule that does not compile, are errors', async () => {
  await expect(run(rule('{ category: process_creation, product: windows }', '{ Image: x }'))).rejects.toMatchObject({
    code: 'invalid-content',
    message: expect.stringContaining('no log of ours is category process_creation, product windows'),
  });
  await expect(run(rule('{ category: proxy }', '{ A|x: 1 }'))).rejects.toMatchObject({
    place: join(dir, 'rule.yml:4'),
  });
});
