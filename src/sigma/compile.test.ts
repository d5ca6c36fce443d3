import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Events, openEmbedded } from '../stores/clickhouse.ts';
import { prepare } from './check.ts';
import { readFiles } from './collection.ts';
import { compile } from './compile.ts';
import { readPipelines } from './pipeline.ts';
import type { Rule } from './rule.ts';
import { rawShape } from './shape.ts';
import { addRecords, createRecords, matchingRows, SAMPLE_SOURCE } from './store.ts';

let events: Events;
let dir: string;
let sample = 0;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'countersign-'));
  events = await openEmbedded(dir);
  await createRecords(events);
});
afterAll(async () => {
  await events.close();
  rmSync(dir, { recursive: true, force: true });
});

const HEAD = 'title: t\nlogsource: { product: test }\ndetection:\n';

/** Which of the records a rule matches, by their place in the list. */
async function found(rule: string, records: readonly unknown[], pipeline?: string): Promise<number[]> {
  const path = join(dir, 'rule.yml');
  writeFileSync(path, rule);
  if (pipeline !== undefined) writeFileSync(join(dir, 'pipeline.yml'), pipeline);
  const pipelines = pipeline === undefined ? [] : readPipelines([join(dir, 'pipeline.yml')]);
  const { runnables, problems } = prepare(readFiles([path]), pipelines);
  expect(problems).toEqual([]);
  const { matcher, logsource } = runnables.find((one) => one.kind === 'rule') as Rule;
  await addRecords(
    events,
    ++sample,
    records.map((record) => (typeof record === 'string' ? record : JSON.stringify(record))),
  );
  return matchingRows(events, compile(matcher, rawShape(logsource, SAMPLE_SOURCE)), { sample });
}

const base64 = (text: string, encoding: BufferEncoding = 'utf8') => Buffer.from(text, encoding).toString('base64');

describe('a modifier', () => {
  test.for<[selection: string, matching: unknown[], other: unknown[]]>([
    ["A: 'a?c*'", ['abc', 'ABCD', 'a\nc\n'], ['ac', 'xabc', 'a??']],
    ["A: 'a\\?c\\*'", ['a?c*', 'A?C*'], ['abc*', 'a?cx']],
    ["A: 'C:\\Temp\\*'", ['C:\\Temp*'], ['C:\\Temp\\x']],
    ["A: 'C:\\Temp\\\\*'", ['C:\\Temp\\x', 'c:\\temp\\'], ['C:\\Temp*']],
    ["A|endswith: '\\cmd.exe'", ['C:\\CMD.EXE', '\\cmd.exe'], ['cmd.exe', '\\cmd.exe2']],
    ["A: 'straße ΟΔΟΣ'", ['STRAẞE οδος', 'straße οδοσ'], ['strasse οδος']],
    ['A|cased: Abc', ['Abc'], ['abc', 'ABC']],
    ['A|contains|cased: Bc', ['ABcD'], ['abcd']],
    ['A|contains|all: [x, y]', ['y-X'], ['x', 'y']],
    ['A|neq: x', ['y', ''], ['x', 'X']],
    ["A: ''", [''], [' ', null]],
    ['A: null', [null], ['', 'x', 0]],
    ['A: 0x10', [16, '16', '0x10'], ['0X11']],
    ['A: true', [true, 'True'], [false, 1]],
    ["A|re: '^a.c$'", ['abc'], ['ABC', 'a\nc', 'xabc']],
    ["A|re|i: '^a.c$'", ['ABC'], ['a\nc']],
    ["A|re|s: '^a.c$'", ['a\nc'], ['ABC']],
    ["A|re|m|i: '^B$'", ['a\nb\nc'], ['abc']],
    ["A|re: 'b|d'", ['abc', 'd'], ['ace']],
    ['A|cidr: 10.1.0.0/16', ['10.1.2.3'], ['10.2.0.1', 'no address', '', '::1']],
    ["A|cidr: ['fe80::/10', 192.0.2.7]", ['fe80::1', '192.0.2.7'], ['192.0.2.8', 'fec0::1']],
    ['A|gte: 5', [5, '5', 7.5], [4, 'five', '']],
    ['A|lt: -1.5', [-2], [-1.5, 0]],
    [
      'A|hour: 3',
      ['2026-01-05T03:59:00Z', '2026-01-05 03:00:00', '2026-01-05T03:10:00+05:00'],
      ['2026-01-05T04:00:00Z', 'x'],
    ],
    ['A|hour|gte: 22', ['2026-01-05T23:00:00Z'], ['2026-01-05T03:00:00Z']],
    ['A|week: 2', ['2026-01-05'], ['2026-01-04']],
    ['A|year: 2026', ['2026-06-01 00:00:00'], ['2025-12-31 23:59:59']],
    ['A|base64|contains: foobar', [`x ${base64('foobar')}`], ['foobar']],
    [
      'A|base64offset|contains: foobar',
      ['', ' ', '  '].map((before) => base64(`${before}foobar and more`)),
      [base64('fooba')],
    ],
    [
      'A|wide|base64offset|contains: ping',
      ['', 'x', 'xy'].map((before) => base64(`${before}ping it`, 'utf16le')),
      [base64('ping')],
    ],
    ['A|utf16|base64: hi', [Buffer.from('\uFEFFhi', 'utf16le').toString('base64')], [base64('hi', 'utf16le')]],
    ['A|utf16be|base64: hi', [Buffer.from('hi', 'utf16le').swap16().toString('base64')], [base64('hi', 'utf16le')]],
    ['A|wide|contains: hi', ['xh\0i\0'], ['hi']],
    [
      "A|windash|contains: ' -enc a-b'",
      ['x -enc a-b', 'x /enc a-b', 'x –enc a-b', 'x ―ENC a-b'],
      ['x -enc a/b', 'x enc a-b'],
    ],
    ["A|windash|base64: '-a'", [base64('-a'), base64('/a'), base64('—a')], [base64('a')]],
    ['A: [x, 5]', ['X', 5, [1, 5]], [[1, 2], 55]],
  ])('%s', async ([selection, matching, other]) => {
    const records = [...matching, ...other].map((A) => ({ A }));
    expect(await found(`${HEAD}  s:\n    ${selection}\n  condition: s\n`, records)).toEqual(
      matching.map((_, at) => at),
    );
  });

  test('exists asks whether a field is there, whatever it holds', async () => {
    const records = [{ A: 'x' }, { A: '' }, { A: null }, { A: [] }, { B: 1 }];
    expect(await found(`${HEAD}  s: { A|exists: true }\n  condition: s\n`, records)).toEqual([0, 1, 2, 3]);
    expect(await found(`${HEAD}  s: { A|exists: false }\n  condition: s\n`, records)).toEqual([4]);
  });

  test('fieldref compares with another field of the same event', async () => {
    const records = [{ A: 'Xy', B: 'xY' }, { A: 'axy', B: 'XY' }, { A: 'x' }, { A: 'xyz', B: 'xy' }];
    const of = (modifiers: string) => found(`${HEAD}  s: { A|${modifiers}: B }\n  condition: s\n`, records);
    expect(await of('fieldref')).toEqual([0]);
    expect(await of('fieldref|endswith')).toEqual([0, 1]);
    expect(await of('fieldref|startswith')).toEqual([0, 3]);
    expect(await of('fieldref|contains|cased')).toEqual([3]);
    expect(await of('fieldref|neq')).toEqual([1, 2, 3]);
  });
});

test('keywords stand anywhere in an event, without the escapes of JSON', async () => {
  const records = [{ a: { b: 'C:\\Evil "x"' } }, 'Jan 5 sshd: evil "X" c:\\evil "x"', { a: 'evil' }];
  expect(await found(`${HEAD}  s: ['C:\\evil "x"', nothing]\n  condition: s\n`, records)).toEqual([0, 1]);
  expect(await found(`${HEAD}  s:\n    '|all': [sshd, evil]\n  condition: s\n`, records)).toEqual([1]);
  expect(await found(`${HEAD}  s:\n    '|re': 'Jan +5'\n  condition: s\n`, records)).toEqual([1]);
});

test('a dotted name is a key, or a key within another, also through arrays', async () => {
  const records = [{ 'a.b': 'x' }, { a: { b: 'x' } }, { a: [{ b: 'y' }, { b: ['z', 'X'] }] }, { a: 'x' }];
  expect(await found(`${HEAD}  s: { a.b: x }\n  condition: s\n`, records)).toEqual([0, 1, 2]);
});

test('thousands of values, hostile ones among them, are parameters of one query', async () => {
  const hostile = ["'", "\\'", '{p1:String}', "'); DROP TABLE sigma_records --", '\\\\', "['x']", '`"'];
  const values = [
    ...Array.from({ length: 5_000 }, (_, at) => `hash-${at}-k`),
    ...hostile.map((text) => text.replace(/[\\*?]/g, '\\$&')),
  ];
  const records = ['HASH-4999-K', 'hash-5000-k', ...hostile, 'x'].map((A) => ({ A }));
  const rule = (key: string) => `${HEAD}  s: ${JSON.stringify({ [key]: values })}\n  condition: s\n`;
  expect(await found(rule('A'), records)).toEqual([0, 2, 3, 4, 5, 6, 7, 8]);
  expect(await found(rule('A|contains'), records)).toEqual([0, 2, 3, 4, 5, 6, 7, 8]);
});

describe('the records of a Windows log', () => {
  const event = (Channel: string, EventID: unknown, EventData: object) => ({
    Event: { System: { Channel, EventID, Provider: { '#attributes': { Name: 'P' } } }, EventData },
  });
  const process =
    'title: t\nlogsource: { product: windows, category: process_creation }\ndetection:\n  s: { Image|endswith: \\a.exe }\n  condition: s\n';
  test('are told apart by channel and number, however they were written', async () => {
    const Image = 'C:\\a.exe';
    const sysmon = 'Microsoft-Windows-Sysmon/Operational';
    const records = [
      event(sysmon, 1, { Image }),
      event(sysmon, { '#text': 1 }, { Image }),
      event('Security', 4688, { NewProcessName: Image }),
      { winlog: { channel: sysmon, event_id: '1', event_data: { Image } } },
      { Channel: sysmon, EventID: 1, Image },
      event(sysmon, 11, { Image }),
      event('Other', 1, { Image }),
    ];
    expect(await found(process, records)).toEqual([0, 1, 2, 3, 4]);
  });

  test('have fields in their header and in data of users', async () => {
    const rule = (selection: string) =>
      `title: t\nlogsource: { product: windows, service: security }\ndetection:\n  s: ${selection}\n  condition: s\n`;
    const records = [
      event('Security', 1, {}),
      { Event: { System: { Channel: 'Security' }, UserData: { Any: { A: 'x' } } } },
    ];
    expect(await found(rule('{ Provider_Name: p }'), records)).toEqual([0]);
    expect(await found(rule('{ A: x }'), records)).toEqual([1]);
  });
});

test('a filter narrows the rules that it names', async () => {
  const rule = `${HEAD}  s: { A: x }\n  condition: s\nname: one\n---\ntitle: f\nlogsource: { product: test }\nfilter:\n  rules: [one]\n  f: { B: y }\n  condition: not f\n`;
  expect(await found(rule, [{ A: 'x' }, { A: 'x', B: 'y' }])).toEqual([0]);
  expect(await found(rule.replace('rules: [one]', 'rules: any'), [{ A: 'x', B: 'y' }])).toEqual([]);
  expect(await found(rule.replace('rules: [one]', 'rules: [two]'), [{ A: 'x', B: 'y' }])).toEqual([0]);
});

describe('a pipeline', () => {
  const rule = (selection: string, condition = 's') => `${HEAD}  s: ${selection}\n  condition: ${condition}\n`;
  test.for<[steps: string, selection: string, matching: object[], other: object[]]>([
    ['{ type: field_name_mapping, mapping: { A: B } }', '{ A: x }', [{ B: 'x' }], [{ A: 'x' }]],
    ['{ type: field_name_mapping, mapping: { A: [B, C] } }', '{ A: x }', [{ B: 'x' }, { C: 'x' }], [{ A: 'x' }]],
    [
      '{ type: field_name_prefix_mapping, mapping: { w.: v. } }',
      '{ w.a: x }',
      [{ v: { a: 'x' } }],
      [{ w: { a: 'x' } }],
    ],
    ['{ type: field_name_prefix, prefix: e. }', '{ A: x }', [{ e: { A: 'x' } }], [{ A: 'x' }]],
    [
      '{ type: field_name_suffix, suffix: .k, field_name_conditions: [{ type: include_fields, fields: [A] }] }',
      '{ A: x, B: y }',
      [{ 'A.k': 'x', B: 'y' }],
      [{ A: 'x', B: 'y' }],
    ],
    [
      '{ type: add_condition, conditions: { index: $product }, template: true }',
      '{ A: x }',
      [{ A: 'x', index: 'test' }],
      [{ A: 'x' }],
    ],
    ['{ type: add_condition, conditions: { B: y }, negated: true }', '{ A: x }', [{ A: 'x' }], [{ A: 'x', B: 'y' }]],
    [
      '{ type: drop_detection_item, field_name_conditions: [{ type: include_fields, fields: [B] }] }',
      '{ A: x, B: y }',
      [{ A: 'x' }],
      [{ B: 'y' }],
    ],
    ["{ type: replace_string, regex: '^(.)', replacement: 'z\\1' }", '{ A: xy }', [{ A: 'zxy' }], [{ A: 'xy' }]],
    ['{ type: map_string, mapping: { x: [y, z] } }', '{ A: x }', [{ A: 'y' }, { A: 'z' }], [{ A: 'x' }]],
    [
      '{ type: set_value, value: z, detection_item_conditions: [{ type: match_string, pattern: x, cond: any }] }',
      '{ A: x, B: y }',
      [{ A: 'z', B: 'y' }],
      [{ A: 'x', B: 'y' }],
    ],
    ['{ type: value_placeholders }', "{ A|expand: 'a%n%' }", [{ A: 'a1' }, { A: 'atwo' }], [{ A: 'a%n%' }]],
    ['{ type: wildcard_placeholders }', "{ A|expand: 'a%n%' }", [{ A: 'a1' }, { A: 'a' }], [{ A: 'b' }]],
    [
      '{ type: hashes_fields, valid_hash_algos: [MD5, SHA1], field_prefix: File }',
      "{ Hashes|contains: 'MD5=AB12' }",
      [{ FileMD5: 'ab12' }],
      [{ Hashes: 'MD5=AB12' }],
    ],
    [
      '{ type: nest, items: [{ type: field_name_mapping, mapping: { A: B } }] }',
      '{ A: x }',
      [{ B: 'x' }],
      [{ A: 'x' }],
    ],
    [
      '{ type: field_name_mapping, mapping: { A: B }, rule_conditions: [{ type: logsource, product: other }] }',
      '{ A: x }',
      [{ A: 'x' }],
      [{ B: 'x' }],
    ],
    [
      '{ type: field_name_mapping, mapping: { A: B }, rule_conditions: { p: { type: logsource, product: other }, f: { type: contains_field, field: A } }, rule_cond_expr: not p and f }',
      '{ A: x }',
      [{ B: 'x' }],
      [{ A: 'x' }],
    ],
    [
      '{ id: first, type: set_state, key: k, val: 1 }, { type: field_name_mapping, mapping: { A: B }, rule_conditions: [{ type: processing_state, key: k, val: 1 }, { type: processing_item_applied, processing_item_id: first }] }',
      '{ A: x }',
      [{ B: 'x' }],
      [{ A: 'x' }],
    ],
  ])('%s', async ([steps, selection, matching, other]) => {
    const pipeline = `name: p\nvars: { n: [1, two] }\ntransformations: [${steps}]\n`;
    expect(await found(rule(selection), [...matching, ...other], pipeline)).toEqual(matching.map((_, at) => at));
  });

  test('changes the log that a rule is about', async () => {
    const changed = 'transformations: [{ type: change_logsource, product: windows, service: security }]\n';
    expect(await found(rule('{ A: x }'), [{ A: 'x' }, { A: 'x', Channel: 'Security' }], changed)).toEqual([1]);
  });

  test('that says a rule cannot be used is an error of the rule; one that is wrong is an error of its own', () => {
    const path = join(dir, 'p.yml');
    const rulePath = join(dir, 'rule.yml');
    writeFileSync(rulePath, rule('{ A: x }'));
    writeFileSync(path, 'transformations: [{ type: rule_failure, message: not here }]\n');
    expect(prepare(readFiles([rulePath]), readPipelines([path])).problems).toEqual([
      { file: rulePath, line: 1, message: 'not here' },
    ]);
    for (const text of [
      'transformations: [{ type: nonsense }]',
      'transformations: [{ type: field_name_mapping }]',
      'x: [',
      'finalizers: []',
    ]) {
      writeFileSync(path, text);
      expect(() => readPipelines([path])).toThrowError(
        expect.objectContaining({ code: 'invalid-content', place: path }),
      );
    }
  });
});
