import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { type CheckReport, checkRules } from './check.ts';

const folder = mkdtempSync(join(tmpdir(), 'sigma-'));
afterAll(() => rmSync(folder, { recursive: true }));
let number = 0;

/** Checks files by their names and texts; gives `name:line: message`, and the numbers. */
function check(files: Record<string, string | Buffer>): CheckReport & { said: string[] } {
  const place = join(folder, String(++number));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(place, name)), { recursive: true });
    writeFileSync(join(place, name), text);
  }
  const report = checkRules(place);
  return {
    ...report,
    said: report.errors.map(({ file, line, message }) => `${file.slice(place.length + 1)}:${line}: ${message}`),
  };
}

const HEAD = 'title: t\nlogsource:\n  product: windows\ndetection:\n';
const rule = (selection: string, condition = 's') => `${HEAD}  s:\n    ${selection}\n  condition: ${condition}\n`;
const GOOD = rule("Image|endswith: '\\cmd.exe'");

describe('a mistake is named with its line', () => {
  test.for<[text: string, line: number, message: string]>([
    [rule('A|containz: x'), 6, 'there is no modifier "containz"'],
    [rule('A|constructor: x'), 6, 'there is no modifier "constructor"'],
    [rule("A|re: '(?=x)'"), 6, 'the regular expression "(?=x)" is none that RE2 takes: it looks ahead or behind'],
    [rule("A|re: '(?<!x)y'"), 6, 'the regular expression "(?<!x)y" is none that RE2 takes: it looks ahead or behind'],
    [rule("A|re: '(a)\\1'"), 6, 'the regular expression "(a)\\\\1" is none that RE2 takes: it refers back to a group'],
    [rule("A|re: '(x'"), 6, 'the regular expression "(x" is none that RE2 takes: missing closing )'],
    [rule("A|re: 'x{1001}'"), 6, 'the regular expression "x{1001}" is none that RE2 takes: invalid repeat count'],
    [rule('A|contains|re: x'), 6, 're takes a text, and stands before other modifiers'],
    [rule('A|i: x'), 6, 'the modifier i stands after re'],
    [rule('A|cidr: 10.0.0/8'), 6, '"10.0.0/8" is no network in CIDR notation'],
    [rule('A|cidr: 10.0.0.0/33'), 6, '"10.0.0.0/33" is no network in CIDR notation'],
    [rule('A|gt: many'), 6, 'gt takes a number'],
    [rule('A|hour: 24'), 6, 'hour takes a whole number from 0 to 23'],
    [rule('A|exists: maybe'), 6, 'exists takes true or false, alone'],
    [rule("A|base64: 'a*'"), 6, 'base64 cannot encode a wildcard or placeholder'],
    [rule('A|utf16: x'), 6, 'utf16 without base64 can only be ASCII without a byte order mark'],
    [rule('A|all: x'), 6, 'all needs a list of at least two values'],
    [rule('A: { b: c }'), 6, 'A has a map as its value'],
    [rule('A: []'), 6, 'A has an empty list of values'],
    [rule('A: [x, null]'), 6, 'A has null in a list: make it a selection of its own'],
    [rule('A: [x, [y]]'), 6, 'A has a list among its values'],
    [rule('A: .inf'), 6, '.inf is no number that can be compared'],
    [rule("A|expand: '%x%'"), 6, 'the placeholder %x% has no value: give a pipeline with --pipeline'],
    [rule('"a\'b": x'), 6, '"a\'b" is no name of a field'],
    [rule('A: x\n    A: y'), 7, 'Map keys must be unique'],
    [rule('- null'), 6, 'the selection s looks for null without a field'],
    [rule("'|gt': 5"), 6, 'a keyword without a field can only be a text or a regular expression'],
    [rule('A: x', 's and (not'), 7, 'the condition ends too early'],
    [rule('A: x', '(s'), 7, 'a parenthesis of the condition is not closed'],
    [rule('A: x', 's s'), 7, "the condition goes on with 's', which is not understood"],
    [rule('A: x', 's or t'), 7, "the condition names 't', which is no selection"],
    [rule('A: x', '1 of t*'), 7, "no selection matches 't*'"],
    [rule('A: x', '2 of s*'), 7, "'2 of': only 1, any and all can be counted"],
    [
      rule('A: x', 's | count() > 5'),
      7,
      'the condition aggregates with |, which Sigma has given up: write a correlation rule instead',
    ],
    [rule('A: x', `${'('.repeat(60)}s${')'.repeat(60)}`), 7, 'the condition is nested more than 50 levels deep'],
    [rule('A: x', `${'not '.repeat(60)}s`), 7, 'the condition is nested more than 50 levels deep'],
    [`${HEAD}  s:\n    A: x\n`, 5, 'there is no condition'],
    [`${HEAD}  condition: s\n`, 5, 'there is no selection'],
    [
      'title: t\nlogsource:\n  product: windows\n',
      1,
      'a document has one of detection, correlation and filter, and this has none',
    ],
    [GOOD.replace('title: t\n', ''), 1, 'there is no title'],
    [GOOD.replace('  product: windows', '  definition: x'), 2, 'logsource has no category, product or service'],
    [`${GOOD}level: huge\n`, 8, 'level is one of informational, low, medium, high, critical, not "huge"'],
    [`${GOOD}id: 5\n`, 8, 'id is a UUID'],
    [`${GOOD}date: 2024-02-30\n`, 8, 'date is a day: YYYY-MM-DD, not "2024-02-30"'],
    [`${GOOD}tags: attack\n`, 8, 'tags is a list of texts'],
    ["title: 'x\n", 2, "Missing closing 'quote"],
    ['title: t\n\tlogsource: x\n', 2, 'Tabs are not allowed as indentation'],
    [rule("A: !!js/function 'x'"), 6, 'Unresolved tag: tag:yaml.org,2002:js/function'],
    ['- a\n- b\n', 1, 'a rule is a map of attributes'],
    ['', 1, 'the file holds no rule'],
    ['['.repeat(50_000), 1, 'the YAML is nested too deeply'],
  ])('%j', ([text, line, message]) => {
    const { said, total, compiled } = check({ 'x.yml': text });
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(`x.yml:${line}: ${message}`);
    expect({ total, compiled }).toEqual({ total: 1, compiled: 0 });
  });
});

test('all mistakes of a rule are named, and a broken file takes no other with it', () => {
  const { said, total, compiled } = check({
    'a.yml': rule('A|x: 1\n    B|y: 1', 's and t'),
    'b/good.yml': GOOD,
    'c.yml': Buffer.from([0x74, 0x3a, 0x0a, 0xff, 0xfe]),
    'd.yml': `${GOOD}---\n${rule('A: x', 'nix')}---\n${GOOD}`,
    '.git/e.yml': 'not: a rule',
    'readme.md': '# no rule',
    'info.yml': 'regression_tests_info: []\n',
  });
  expect(said).toEqual([
    'a.yml:6: there is no modifier "x"',
    'a.yml:7: there is no modifier "y"',
    "a.yml:8: the condition names 't', which is no selection",
    'c.yml:2: the file is not valid UTF-8',
    "d.yml:15: the condition names 'nix', which is no selection",
  ]);
  expect({ total, compiled }).toEqual({ total: 6, compiled: 3 });
});

test('a YAML bomb is cut off, and an alias within reason is not', () => {
  const level = (name: string, below: string) => `${name}: &${name} [${Array(10).fill(`*${below}`).join(', ')}]\n`;
  const bomb = `a: &a [x, x]\n${level('b', 'a')}${level('c', 'b')}${level('d', 'c')}${level('e', 'd')}${level('f', 'e')}`;
  expect(check({ 'x.yml': bomb + GOOD }).said).toEqual([expect.stringMatching(/^x\.yml:\d+: more than 100 aliases$/)]);
  expect(check({ 'x.yml': `&a\ntitle: t\nlogsource: *a\n` }).said).toEqual([expect.stringContaining('levels deep')]);
  expect(check({ 'x.yml': rule('A: &v [x, y]\n    B: *v') }).compiled).toBe(1);
});

test('a rule may come with Windows line ends, a byte order mark, thousands of values', () => {
  const many = Array.from({ length: 20_000 }, (_, at) => `      - 'value ${at}'`).join('\n');
  const { said, compiled } = check({
    'crlf.yml': GOOD.replaceAll('\n', '\r\n'),
    'bom.yml': `\uFEFF${GOOD}`,
    'many.yml': rule(`A|contains:\n${many}`),
    'proto.yml': `${HEAD}  __proto__:\n    A: x\n  constructor:\n    B: x\n  condition: __proto__ and 1 of const*\n`,
  });
  expect({ said, compiled }).toEqual({ said: [], compiled: 4 });
});

test('a template of several documents, as old rules have it', () => {
  const global = 'action: global\ntitle: t\nlogsource: { product: windows }\n';
  const one = (value: string) => `---\ndetection: { s: { A: ${value} }, condition: s }\n`;
  expect(check({ 'x.yml': global + one('1') + one('2') })).toMatchObject({ said: [], total: 2, compiled: 2 });
  const reset = `${global}${one('1')}---\naction: reset\n${one('2')}`;
  expect(check({ 'x.yml': reset }).said).toEqual(['x.yml:9: there is no title', 'x.yml:9: there is no logsource']);
});

describe('correlations', () => {
  const base = `${GOOD}name: base\n---\n`;
  const correlation = (lines: string, name = 'c') =>
    `title: c\nname: ${name}\ncorrelation:\n  ${lines.replaceAll('\n', '\n  ')}\n`;
  const sound = 'type: event_count\nrules: [base]\ngroup-by: [User]\ntimespan: 1h\ncondition: { gte: 10 }';
  test.for<[lines: string, line: number, message: string]>([
    [sound.replace('event_count', 'nonsense'), 13, 'type is one of event_count'],
    [sound.replace('[base]', '[nope]'), 14, 'there is no rule "nope", or it has an error of its own'],
    [sound.replace('[base]', '[c]'), 14, "'c' leads back to this correlation"],
    [sound.replace('[base]', '[base, base]'), 14, 'rules names "base" twice'],
    [sound.replace('1h', '5x'), 16, 'timespan is a number and a unit such as 90s, 15m, 1h, 7d, not "5x"'],
    [sound.replace('gte: 10', 'gte: many'), 17, 'gte takes a number'],
    [sound.replace('gte: 10', 'about: 10'), 17, 'the condition has "about", which is not understood'],
    [sound.replace('event_count', 'value_count'), 17, 'the condition of value_count needs a field'],
    [`${sound}\naliases: { x: { nix: y } }`, 13, "the alias 'x' names 'nix', which is none of its rules"],
  ])('%j', ([lines, line, message]) => {
    const { said, compiled } = check({ 'x.yml': base + correlation(lines) });
    expect(said).toEqual([expect.stringContaining(`x.yml:${line}: ${message}`)]);
    expect(compiled).toBe(1);
  });

  test('refer to rules of other files, and to each other', () => {
    const { said, compiled } = check({
      'a.yml': correlation(sound),
      'b.yml': base,
      'c.yml': correlation('type: temporal\nrules: [c, base]\ngroup-by: [User]\ntimespan: 1d', 'd'),
    });
    expect({ said, compiled }).toEqual({ said: [], compiled: 3 });
  });
});

test('whatever a file holds, the answer is a report', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'title: t\n',
      'logsource:\n',
      '  product: x\n',
      'detection:\n',
      '  s:\n',
      '    A|re: ',
      '  condition: ',
      '---\n',
      '&a ',
      '*a',
      '[',
      '{',
      "'",
      '"',
      '- ',
      '|',
      '%',
      '\n',
      '\t',
      '\0',
    ),
    fc.string({ maxLength: 6 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
      const { total, compiled, errors } = check({ 'x.yml': pieces.join('') });
      expect(total).toBeGreaterThanOrEqual(compiled);
      expect(total - compiled > 0).toBe(errors.length > 0);
    }),
    { numRuns: 300 },
  );
});
