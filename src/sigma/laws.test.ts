import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type Events, openEmbedded } from '../stores/clickhouse.ts';
import { compile } from './compile.ts';
import { readDocuments } from './document.ts';
import { type Rule, readSigma } from './rule.ts';
import { rawShape } from './shape.ts';
import { addRecords, createRecords, matchingRows, SAMPLE_SOURCE } from './store.ts';

/** The law: what a compiled rule finds among events is what reading the rule word by word finds. */
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

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Event = Record<string, Json>;
interface Field {
  field: string;
  modifiers: string[];
  values: (string | number | boolean | null)[];
}
type Condition = { name: string } | { not: Condition } | { join: 'and' | 'or'; parts: Condition[] };
interface Given {
  selections: Record<string, Field[] | string[]>;
  condition: Condition;
}

const FIELDS = ['A', 'B', 'c-uri', 'n.m'];
const ALPHABET = [
  ...'aAbBkKsSiI1 .-/\\\'"`*?%$',
  ...'{}:()[]|^é\n\t',
  'É',
  'K',
  'ſ',
  'Σ',
  'σ',
  'ς',
  'ß',
  'ẞ',
  'İ',
  'ı',
  '日',
  '😀',
  '–',
  '\0',
];
const HOSTILE = [
  "'); DROP TABLE sigma_records; --",
  '{x:String}',
  '{p0:String}',
  '\\N',
  "\\'",
  '\\\\*',
  '\\*',
  "['a']",
  '\\\\',
  '%x%',
  'null',
  '0x10',
];
const character = fc.constantFrom(...ALPHABET);
const text = fc.oneof(fc.string({ unit: character, maxLength: 4 }), fc.constantFrom(...HOSTILE));
const number = fc.integer({ min: -3, max: 20 });
const eventValue: fc.Arbitrary<Json> = fc.oneof(
  text,
  text,
  number,
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.oneof(text, number), { maxLength: 3 }),
);
const event: fc.Arbitrary<Event> = fc
  .record({ A: eventValue, B: eventValue, 'c-uri': eventValue, n: fc.record({ m: eventValue }) }, { requiredKeys: [] })
  .map((found) => found as Event);

const textual = fc
  .record({
    place: fc.constantFrom([], ['contains'], ['startswith'], ['endswith']),
    cased: fc.constantFrom<string[]>([], [], ['cased']),
    windash: fc.constantFrom<string[]>([], [], [], ['windash']),
    neq: fc.constantFrom<string[]>([], [], [], ['neq']),
    all: fc.boolean(),
    values: fc.array(fc.oneof(text, text, text, number), { minLength: 1, maxLength: 4 }),
  })
  .map(({ place, cased, windash, neq, all, values }) => ({
    modifiers: [...windash, ...place, ...cased, ...(all && values.length > 1 ? ['all'] : []), ...neq],
    values,
  }));
const other: fc.Arbitrary<Omit<Field, 'field'>> = fc.oneof(
  fc.constant<Omit<Field, 'field'>>({ modifiers: [], values: [null] }),
  fc.boolean().map((exists) => ({ modifiers: ['exists'], values: [exists] })),
  fc
    .tuple(fc.constantFrom('gt', 'gte', 'lt', 'lte'), number)
    .map(([operator, value]) => ({ modifiers: [operator], values: [value] })),
  fc.constantFrom(...FIELDS).map((field) => ({ modifiers: ['fieldref'], values: [field] })),
  fc.boolean().map((value) => ({ modifiers: [], values: [value] })),
);
const field: fc.Arbitrary<Field> = fc
  .tuple(fc.constantFrom(...FIELDS), fc.oneof({ weight: 3, arbitrary: textual }, other))
  .map(([name, rest]) => ({ field: name, ...rest }));
const selection = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.uniqueArray(field, {
      minLength: 1,
      maxLength: 3,
      selector: (one) => [one.field, ...one.modifiers].join('|'),
    }),
  },
  fc.array(
    text.filter((word) => word !== ''),
    { minLength: 1, maxLength: 3 },
  ),
);
const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('s1', 's2', 's3').map((name) => ({ name })),
    tie('condition').map((not) => ({ not })),
    fc.record({
      join: fc.constantFrom('and' as const, 'or' as const),
      parts: fc.array(tie('condition'), { minLength: 2, maxLength: 3 }),
    }),
  ),
}));
const given: fc.Arbitrary<Given> = fc.record({
  selections: fc.record({ s1: selection, s2: selection, s3: selection }),
  condition,
});

function written({ selections, condition: root }: Given): string {
  const conditionText = (part: Condition): string => {
    if ('name' in part) return part.name;
    return 'not' in part
      ? `not (${conditionText(part.not)})`
      : `(${part.parts.map(conditionText).join(` ${part.join} `)})`;
  };
  const map = (fields: Field[] | string[]) =>
    typeof fields[0] === 'string'
      ? fields
      : Object.fromEntries(
          (fields as Field[]).map((one) => [
            [one.field, ...one.modifiers].join('|'),
            one.values.length === 1 ? one.values[0] : one.values,
          ]),
        );
  const detection = Object.fromEntries(Object.entries(selections).map(([name, fields]) => [name, map(fields)]));
  return stringify({
    title: 't',
    logsource: { product: 'test' },
    detection: { ...detection, condition: conditionText(root) },
  });
}

/** --- The interpreter: as plain as the specification. --- */

function interpret({ selections, condition: root }: Given, found: Event): boolean {
  const holds = (part: Condition): boolean => {
    if ('not' in part) return !holds(part.not);
    if ('join' in part) return part.join === 'and' ? part.parts.every(holds) : part.parts.some(holds);
    const fields = selections[part.name]!;
    if (typeof fields[0] === 'string')
      return (fields as string[]).some((word) => textsIn(found).some((t) => like(word, t, '*|*')));
    return (fields as Field[]).every((one) => fieldHolds(one, found));
  };
  return holds(root);
}

function lookUp(found: Event, name: string): Json | undefined {
  if (Object.hasOwn(found, name)) return found[name];
  const [outer = '', inner = ''] = name.split('.');
  const below = found[outer];
  return typeof below === 'object' && below !== null && !Array.isArray(below) ? below[inner] : undefined;
}

const textsOf = (value: Json | undefined): string[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value.flatMap(textsOf) : [String(value)];

function textsIn(value: Json): string[] {
  const strings = (part: Json): string[] => {
    if (typeof part === 'string') return [part];
    if (Array.isArray(part)) return part.flatMap(strings);
    return typeof part === 'object' && part !== null
      ? Object.entries(part).flatMap(([key, below]) => [key, ...strings(below)])
      : [];
  };
  return [JSON.stringify(value), ...strings(value)];
}

function fieldHolds({ field: name, modifiers, values }: Field, found: Event): boolean {
  const value = lookUp(found, name);
  const texts = textsOf(value);
  const has = (modifier: string) => modifiers.includes(modifier);
  const one = (wanted: Field['values'][number]): boolean => {
    if (has('exists')) return (value !== undefined) === wanted;
    if (wanted === null) return texts.length === 0;
    if (has('fieldref'))
      return textsOf(lookUp(found, String(wanted))).some((b) => texts.some((a) => a.toUpperCase() === b.toUpperCase()));
    const number = Number(wanted);
    const numbers = texts.filter((t) => /^-?\d+$/.test(t)).map(Number);
    if (has('gt')) return numbers.some((n) => n > number);
    if (has('gte')) return numbers.some((n) => n >= number);
    if (has('lt')) return numbers.some((n) => n < number);
    if (has('lte')) return numbers.some((n) => n <= number);
    const before = has('contains') || has('endswith') ? '*' : '';
    const after = has('contains') || has('startswith') ? '*' : '';
    const dashed = has('windash');
    // The value's own last backslash must not escape the wildcard that a modifier adds: hence the three pieces.
    return texts.some((t) => like(String(wanted), t, `${before}|${after}`, has('cased'), dashed));
  };
  const result = has('all') ? values.every(one) : values.some(one);
  return has('neq') ? !result : result;
}

/** Whether a text fits a pattern, character by character. */
function like(pattern: string, value: string, around: string, cased = false, windash = false): boolean {
  const [before = '', after = ''] = around.split('|');
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const c = pattern[at]!;
    const next = pattern[at + 1] ?? '';
    if (c === '\\' && next !== '' && '*?\\'.includes(next)) {
      source += `\\u{${next.charCodeAt(0).toString(16)}}`;
      at++;
    } else if (c === '*') source += '.*';
    else if (c === '?') source += '.';
    else source += c.length === 1 && c < '\x80' ? `\\u{${c.charCodeAt(0).toString(16)}}` : c;
  }
  if (windash) source = withDashes(pattern, source);
  return new RegExp(`^${before && '.*'}${source}${after && '.*'}$`, cased ? 'su' : 'sui').test(value);
}

/** A dash at the beginning of a word is any dash; told on the source, where every ASCII character is \u{..}. */
function withDashes(_pattern: string, source: string): string {
  const tokens = source.match(/\\u\{[0-9a-f]+\}|\.\*|./gsu) ?? [];
  const character = (token: string | undefined) =>
    token === undefined || token === '.*' || token === '.'
      ? ''
      : token.startsWith('\\u{')
        ? String.fromCharCode(Number.parseInt(token.slice(3, -1), 16))
        : token;
  const isWord = (token: string | undefined) => /^[\p{L}\p{N}_]$/u.test(character(token));
  return tokens
    .map((token, at) =>
      '-/–—―'.includes(character(token)) && character(token) !== '' && !isWord(tokens[at - 1]) && isWord(tokens[at + 1])
        ? '[-/–—―]'
        : token,
    )
    .join('');
}

async function found(rule: string, records: readonly Event[]): Promise<number[]> {
  const { documents, wrong } = readDocuments(Buffer.from(rule));
  expect(wrong).toEqual([]);
  const read = readSigma(documents[0]!, 'rule.yml');
  expect(read.wrong).toEqual([]);
  await addRecords(
    events,
    ++sample,
    records.map((record) => JSON.stringify(record)),
  );
  const { matcher, logsource } = read.document as Rule;
  return matchingRows(events, compile(matcher, rawShape(logsource, SAMPLE_SOURCE)), { sample });
}

test('a compiled rule finds what its words say, whatever the values', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(given, fc.array(event, { minLength: 1, maxLength: 12 }), async (rule, records) => {
      const expected = records.flatMap((record, id) => (interpret(rule, record) ? [id] : []));
      expect(await found(written(rule), records)).toEqual(expected);
    }),
    { numRuns: 250 },
  );
});

test('a text finds itself, and as a part of others, whatever is in it', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({
        unit: fc.oneof(character, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 })),
        maxLength: 12,
      }),
      async (value) => {
        const escaped = value.replace(/[\\*?]/g, '\\$&');
        const rule = (key: string) =>
          stringify({
            title: 't',
            logsource: { product: 'test' },
            detection: { s: { [key]: escaped }, condition: 's' },
          });
        const records = [{ A: value }, { A: `x${value}y` }, { A: `x${value}` }, { A: `${value}y` }];
        expect(await found(rule('A|contains'), records)).toEqual([0, 1, 2, 3]);
        expect((await found(rule('A|startswith'), records)).filter((id) => id === 0 || id === 3)).toEqual([0, 3]);
        expect((await found(rule('A|endswith|cased'), records)).filter((id) => id === 0 || id === 2)).toEqual([0, 2]);
        expect(await found(rule('A'), records)).toEqual([0]);
      },
    ),
    { numRuns: 60 },
  );
});
