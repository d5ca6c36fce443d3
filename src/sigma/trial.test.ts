import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { splitRecords } from './samples.ts';
import { testRules } from './trial.ts';

const folder = mkdtempSync(join(tmpdir(), 'sigma-'));
afterAll(() => rmSync(folder, { recursive: true }));
let number = 0;

function lay(files: Record<string, string>): string {
  const place = join(folder, String(++number));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(place, name)), { recursive: true });
    writeFileSync(join(place, name), text);
  }
  return place;
}

const ID = '11111111-2222-4333-8444-555555555555';
const RULE = `title: Notepad\nid: ${ID}\nlogsource: { product: windows, category: process_creation }\ndetection:\n  s: { Image|endswith: '\\notepad.exe' }\n  condition: s\n`;
const event = (Image: string) =>
  JSON.stringify(
    { Event: { System: { Channel: 'Microsoft-Windows-Sysmon/Operational', EventID: 1 }, EventData: { Image } } },
    null,
    2,
  );
const info = (tests: string) => `rule_metadata: [{ id: ${ID}, title: Notepad }]\nregression_tests_info:\n${tests}`;
const positive =
  '  - { name: Positive, type: evtx, match_count: 1, path: regression_data/rules/notepad/sample.evtx }\n';

async function outcomes(place: string, samples?: string): Promise<string[]> {
  const { results, errors } = await testRules(place, samples === undefined ? {} : { samples });
  const said = errors.map(({ line, message }) => `ERROR ${line} ${message}`);
  return [...said, ...results.map(({ test: name, outcome, why }) => `${name}: ${outcome}${why && `: ${why}`}`)];
}

describe('samples in files', () => {
  test('are found beside the file that names them, as JSON instead of the binary log', async () => {
    const data = `${event('C:\\notepad.exe')}\n${event('C:\\other.exe')}`;
    const place = lay({
      'rules/a.yml': RULE,
      'regression/x/info.yml': info(positive),
      'regression/x/sample.json': data,
    });
    expect(await outcomes(place)).toEqual(['Positive: passed']);
    expect(await outcomes(join(place, 'rules'))).toEqual([]);
    expect(await outcomes(join(place, 'rules'), join(place, 'regression'))).toEqual(['Positive: passed']);
  });

  test('are found where a rule says, from any folder above it', async () => {
    const rule = `${RULE}regression_tests_path: data/info.yml\n`;
    const place = lay({
      'rules/b/a.yml': rule,
      'data/info.yml': info(positive),
      'data/sample.jsonl': JSON.stringify({ Image: 'x' }),
    });
    expect(await outcomes(join(place, 'rules'))).toEqual([
      'Positive: failed: 0 of 1 records match, expected at least 1',
    ]);
  });

  test('that cannot be read are said, and so are rules that are not there', async () => {
    const place = lay({ 'a.yml': RULE, 'x/info.yml': info(positive), 'x/sample.evtx': 'ElfFile' });
    const binary = 'regression_data/rules/notepad/sample.evtx is binary and has no JSON beside it';
    expect(await outcomes(place)).toEqual([`Positive: unread: ${binary}`]);
    const lost = lay({ 'a.yml': RULE.replace(ID, ID.replace('1', '2')), 'x/info.yml': info(positive) });
    expect(await outcomes(lost)).toEqual([`ERROR 1 there is no rule ${ID}, or it does not compile`]);
    const none = lay({ 'a.yml': RULE, 'x/info.yml': info(positive) });
    expect(await outcomes(none)).toEqual(['Positive: unread: there is no regression_data/rules/notepad/sample.evtx']);
  });
});

describe('tests in a rule', () => {
  const rule = (tests: string) =>
    `title: t\nlogsource: { category: antivirus }\ndetection:\n  s: { Signature|contains: mimi }\n  condition: s\ntests:\n${tests}`;
  test('match, or do not', async () => {
    const tests = [
      '  - { name: yes, event: { Signature: Mimikatz } }',
      '  - { name: no, match: false, event: { Signature: Eicar } }',
      '  - { name: two, match_count: 2, events: [{ Signature: mimi }, { Signature: [x, MIMI] }, { Signature: null }] }',
      '  - { name: wrong, match: false, event: { Signature: mimi } }',
      '  - { name: unknown, event: { Name: mimi } }',
    ];
    expect(await outcomes(lay({ 'a.yml': rule(tests.join('\n')) }))).toEqual([
      'yes: passed',
      'no: passed',
      'two: passed',
      'wrong: failed: 1 of 1 records match, expected none',
      'unknown: unmapped: the log (category antivirus) is not mapped',
    ]);
  });

  test('that are none are errors with their line, and take no other with them', async () => {
    const place = lay({ 'a.yml': rule('  - { name: x }\n'), 'b.yml': rule('  - { event: { Signature: mimi } }\n') });
    expect(await outcomes(place)).toEqual(['ERROR 7 a test has a path, an event or events', 'test: passed']);
  });

  test('run over correlations too', async () => {
    const correlation =
      'title: c\ncorrelation: { type: event_count, rules: [one], group-by: [u], timespan: 1m, condition: { gte: 2 } }\n';
    const events = ['00:00', '00:50', '02:00'].map((time) => `{ '@timestamp': '2026-01-05T10:${time}Z', a: x, u: v }`);
    const tests = `tests:\n  - { name: twice, match_count: 1, events: [${events.join(', ')}] }\n  - { name: once, match: false, events: [${events[2]}] }\n`;
    const one = '---\ntitle: o\nname: one\nlogsource: { product: test }\ndetection: { s: { a: x }, condition: s }\n';
    expect(await outcomes(lay({ 'a.yml': correlation + tests + one }))).toEqual(['twice: passed', 'once: passed']);
  });
});

test.for<[text: string, records: string[]]>([
  ['{"a":1}\n{"a":2}\n', ['{"a":1}', '{"a":2}']],
  ['{\n "a": "}{"\n}\n{\n "a": [{}]\n}', ['{"a":"}{"}', '{"a":[{}]}']],
  ['\uFEFF[{"a":1},{"a":2}]', ['{"a":1}', '{"a":2}']],
  [
    'type=EXECVE msg=audit(1.2:3): argc=2 a0="rm it" a1=-rf',
    [
      '{"type":"EXECVE","msg":"audit(1.2:3):","argc":"2","a0":"rm it","a1":"-rf","message":"type=EXECVE msg=audit(1.2:3): argc=2 a0=\\"rm it\\" a1=-rf"}',
    ],
  ],
  ['Jan 5 sshd: x\r\n\r\nJan 6 y\n', ['Jan 5 sshd: x', 'Jan 6 y']],
])('the records of %j', ([text, records]) => {
  expect(splitRecords(text)).toEqual(records);
});
