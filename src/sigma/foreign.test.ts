/** Rules over events that came in line by line through readers. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lineReaders, sampleParameters, storeIntake } from '../events/events.ts';
import { type Events, openEmbedded } from '../stores/clickhouse.ts';
import { migrateEvents } from '../stores/data.ts';
import { backtest } from './backtest.ts';
import { testRules } from './trial.ts';

const sysmon = (id: number, data: object, minute: string) =>
  JSON.stringify({
    Event: {
      System: {
        ...{ EventID: id, Channel: 'Microsoft-Windows-Sysmon/Operational', Computer: 'PC-1' },
        ...{ TimeCreated: { '#attributes': { SystemTime: `2026-03-02T08:${minute}:00Z` } } },
      },
      EventData: data,
    },
  });
const okta = (eventType: string) =>
  JSON.stringify({
    ...{ uuid: '1', published: '2026-03-03T09:00:00Z', eventType, outcome: { result: 'SUCCESS' } },
    ...{ actor: { type: 'User', alternateId: 'a@b.example' }, client: { geographicalContext: { country: 'Nowhere' } } },
  });
const wazuh = JSON.stringify({
  ...{ timestamp: '2026-03-02T08:05:00Z', agent: { name: 'PC-2' }, manager: { name: 'm' }, decoder: { name: 'w' } },
  data: {
    win: {
      system: {
        eventID: '1',
        channel: 'Microsoft-Windows-Sysmon/Operational',
        computer: 'PC-2',
        systemTime: '2026-03-02T08:05:00Z',
      },
      eventdata: { image: 'C:\\\\tools\\\\7z.exe', commandLine: '7z a all.zip' },
    },
  },
});
const xml = `<Event><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>1</EventID><TimeCreated SystemTime='2026-03-02T08:06:00Z'/><Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>PC-3</Computer></System><EventData><Data Name='Image'>C:\\x\\7z.exe</Data><Data Name='CommandLine'>7z &quot;a&quot;</Data></EventData></Event>`;
const LINES = [
  sysmon(1, { Image: 'C:\\tools\\7z.exe', CommandLine: '7z a all.zip' }, '01'),
  sysmon(11, { Image: 'C:\\tools\\7z.exe', TargetFilename: 'C:\\all.zip' }, '02'),
  wazuh,
  xml,
  '1772442060.129 823 10.1.1.9 TCP_MISS/201 310 POST http://files.share.example/up/plan.zip abc HIER_DIRECT/192.0.2.5 -',
  'type=EXECVE msg=audit(1772442090.001:24291): argc=2 a0="tar" a1="-c"',
  '<38>1 2026-03-02T09:00:00.003Z srv-1 sshd 811 - - Failed password for root from 10.1.1.9 port 5 ssh2',
  '{"ts":1772442120.1,"uid":"C1","id.orig_h":"10.1.1.9","id.resp_h":"10.1.1.1","proto":"udp","query":"x.example"}',
  okta('user.session.start'),
  okta('policy.lifecycle.update'),
];

let dir: string;
let events: Events;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'foreign-'));
  events = await openEmbedded(dir);
  await migrateEvents(events);
  const path = join(events.spool!, 'a.lines');
  writeFileSync(path, LINES.map((line) => `${line}\n`).join(''));
  await storeIntake(events, '', sampleParameters(path));
  // The organisation's own log of the same kind.
  await events.run(
    `INSERT INTO events (uid, day, time, class_uid, activity_name, log_name, actor_user_uid, url_hostname, url_path)
     VALUES (1, '2026-03-03', '2026-03-03 10:00:00', 4002, 'Post', 'http', 'ABC', 'files.share.example', '/b.zip')`,
  );
});
afterAll(async () => {
  await events.close();
  rmSync(dir, { recursive: true });
});

const rule = (source: string, selection: string) =>
  `title: t\nid: 8f4b4a86-0f6c-4d7e-9b51-9f3b5d0f0001\nlogsource: ${source}\ndetection:\n  s: ${selection}\n  condition: s\n`;

async function run(text: string) {
  const path = join(dir, 'rule.yml');
  writeFileSync(path, text);
  const { results } = await backtest(events, path, { days: 3 });
  return results[0]!;
}

test.for<[source: string, selection: string, logs: string[], hits: number]>([
  [
    '{ product: windows, category: process_creation }',
    '{ Image|endswith: \\7z.exe }',
    ['wazuh', 'windows', 'windows_xml'],
    3,
  ],
  [
    '{ product: windows, category: process_creation }',
    '{ Image: C:\\tools\\7z.exe, CommandLine|contains: all.zip }',
    ['wazuh', 'windows', 'windows_xml'],
    2,
  ],
  [
    '{ product: windows, category: process_creation }',
    '{ CommandLine: \'7z "a"\' }',
    ['wazuh', 'windows', 'windows_xml'],
    1,
  ],
  [
    '{ product: windows, category: file_event }',
    '{ TargetFilename|endswith: .zip }',
    ['file', 'wazuh', 'windows', 'windows_xml'],
    1,
  ],
  ['{ category: proxy }', '{ cs-method: POST, c-uri-extension: zip }', ['http', 'squid'], 2],
  ['{ category: proxy }', '{ sc-status: 201 }', ['http', 'squid'], 1],
  ['{ product: linux, service: auditd }', '{ type: EXECVE, a0: tar }', ['auditd'], 1],
  ['{ product: linux, service: sshd }', "['Failed password']", ['syslog'], 1],
  ['{ product: zeek, service: dns }', '{ query|endswith: .example, id.orig_h: 10.1.1.9 }', ['zeek'], 1],
  ['{ product: okta, service: okta }', '{ eventType: policy.lifecycle.update }', ['okta'], 1],
])('%s %s', async ([source, selection, logs, hits]) => {
  const found = await run(rule(source, selection));
  expect({ logs: found.logs.toSorted(), hits: found.hits, missing: found.missing }).toEqual({
    logs,
    hits,
    missing: [],
  });
});

test('where somebody is or comes from is never looked at', async () => {
  const found = await run(rule('{ product: okta, service: okta }', '{ client.geographicalContext.country: Nowhere }'));
  expect(found).toMatchObject({ hits: 0, missing: [{ field: 'client.geographicalContext.country' }] });
});

test('a correlation over lines', async () => {
  const found = await run(
    `title: c\ncorrelation: { type: event_count, rules: [up], group-by: [Computer], timespan: 1h, condition: { gte: 1 } }\n---\n${rule(
      '{ product: windows, category: process_creation }',
      '{ Image|endswith: 7z.exe }',
    )}name: up\n`,
  );
  expect(found.hits).toBe(3);
});

test('a log of which there is not one event is none of ours', async () => {
  await expect(run(rule('{ product: aws, service: cloudtrail }', '{ eventName: x }'))).rejects.toMatchObject({
    code: 'invalid-content',
  });
});

test("a rule's samples are taken in through readers and found among the stored events", async () => {
  const path = join(dir, 'tested.yml');
  const record = sysmon(1, { Image: 'C:\\tools\\7z.exe' }, '01').replaceAll("'", "''");
  const tests = `tests:\n  - { name: one, events: ['${record}', '${record}'], match_count: 2 }\n  - { name: words, event: { Image: 7z.exe } }\n`;
  writeFileSync(path, rule('{ product: windows, category: process_creation }', '{ Image|endswith: 7z.exe }') + tests);
  const { results } = await testRules(path, { stored: lineReaders() });
  expect(results.map(({ outcome, why }) => [outcome, why])).toEqual([
    ['passed', ''],
    ['unmapped', 'no reader recognises its records'],
  ]);
});
