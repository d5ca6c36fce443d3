/** Value modifiers: `field|contains|all`. Sigma specification v2.1, appendix "Sigma Modifiers"; applied in their order. */
import { isIPv4, isIPv6 } from 'node:net';
import type { Operator, Place, Test, TimeUnit } from './detection.ts';
import { type ScalarNode, Wrong } from './document.ts';
import * as patterns from './pattern.ts';
import { type Flags, LONGEST, type Part, type Pattern, regex, shown } from './pattern.ts';

type Encoding = 'utf16le' | 'utf16be' | 'utf16';

/** A value on its way through the modifiers. */
type Value =
  | { kind: 'text'; pattern: Pattern; cased: boolean; encoding?: Encoding | undefined; raw: string; modified: boolean }
  | { kind: 'number'; value: number; texts: readonly string[] }
  | { kind: 'boolean'; value: boolean }
  | { kind: 'regex'; source: string; flags: Flags; place: Place }
  | { kind: 'done'; test: Test };

interface Context {
  readonly field: string | undefined;
  readonly line: number;
}
type Modifier = (value: Value, context: Context) => Value | Value[];

const COMPARISONS: Record<string, Operator> = { lt: '<', lte: '<=', gt: '>', gte: '>=' };
const UNITS: Record<TimeUnit, readonly [number, number]> = {
  minute: [0, 59],
  hour: [0, 23],
  day: [1, 31],
  week: [1, 53],
  month: [1, 12],
  year: [1, 9999],
};
/** Each of them may be written five ways: more would be thousands of encoded texts. */
const MOST_ENCODED_DASHES = 4;

const MODIFIERS: Record<string, Modifier> = {
  contains: placed('anywhere', patterns.contains),
  startswith: placed('start', patterns.startsWith),
  endswith: placed('end', patterns.endsWith),
  cased: (value, context) => {
    if (value.kind === 'done' && value.test.kind === 'field') return { ...value, test: { ...value.test, cased: true } };
    return { ...text(value, 'cased', context), cased: true };
  },
  windash: onText('windash', (value) => ({ ...value, pattern: patterns.anyDash(value.pattern) })),
  wide: encoded('utf16le'),
  utf16le: encoded('utf16le'),
  utf16be: encoded('utf16be'),
  utf16: encoded('utf16'),
  base64: (value, context) => bytesOf(value, 'base64', context).map((bytes) => plain(bytes.toString('base64'), value)),
  base64offset: (value, context) => bytesOf(value, 'base64offset', context).flatMap((bytes) => offsets(bytes, value)),
  re: (value, { line }) => {
    if (value.kind === 'number') return { kind: 'regex', source: value.texts[0]!, flags: NO_FLAGS, place: 'anywhere' };
    if (value.kind !== 'text' || value.modified)
      throw new Wrong(line, 're takes a text, and stands before other modifiers');
    return { kind: 'regex', source: value.raw, flags: NO_FLAGS, place: 'anywhere' };
  },
  i: flag('i'),
  ignorecase: flag('i'),
  m: flag('m'),
  multiline: flag('m'),
  s: flag('s'),
  dotall: flag('s'),
  cidr: (value, { line }) => {
    if (value.kind !== 'text' || value.modified)
      throw new Wrong(line, 'cidr takes a network such as 10.0.0.0/8, alone');
    return { kind: 'done', test: { kind: 'network', network: network(value.raw, line) } };
  },
  exists: (value, { field, line }) => {
    if (field === undefined) throw new Wrong(line, 'exists needs a field');
    if (value.kind !== 'boolean') throw new Wrong(line, 'exists takes true or false, alone');
    return { kind: 'done', test: { kind: 'exists', exists: value.value } };
  },
  fieldref: (value, { field, line }) => {
    if (field === undefined) throw new Wrong(line, 'fieldref needs a field');
    if (value.kind !== 'text' || value.modified || !/^[^*?|]+$/.test(value.raw))
      throw new Wrong(line, 'fieldref takes the name of a field, and stands before other modifiers');
    return { kind: 'done', test: { kind: 'field', field: value.raw, place: 'equal', cased: false } };
  },
  expand: (value, { line }) => {
    if (value.kind !== 'text') throw new Wrong(line, 'expand takes a text with %placeholders%');
    return { ...value, pattern: value.pattern.flatMap(placeholders) };
  },
  ...Object.fromEntries(Object.entries(COMPARISONS).map(([name, operator]) => [name, compared(name, operator)])),
  ...Object.fromEntries(Object.keys(UNITS).map((unit) => [unit, timed(unit as TimeUnit)])),
};
const NO_FLAGS: Flags = { i: false, m: false, s: false };

/** Reads the values of a field under its modifiers. Errors: Wrong at the line of the value or of the field. */
export function readValues(
  modifiers: readonly string[],
  values: readonly ScalarNode[],
  context: Context,
): { tests: Test[]; all: boolean; negated: boolean } {
  const all = modifiers.includes('all');
  const negated = modifiers.includes('neq');
  if (all && values.length < 2) throw new Wrong(context.line, 'all needs a list of at least two values');
  const steps = modifiers
    .filter((name) => name !== 'all' && name !== 'neq')
    .map((name) => {
      const step = Object.hasOwn(MODIFIERS, name) ? MODIFIERS[name] : undefined;
      if (step === undefined) throw new Wrong(context.line, `there is no modifier ${shown(name)}`);
      return step;
    });
  const tests = values.map((node) => {
    if (node.value === null && steps.length === 0) return { kind: 'null' } as const;
    const at = { ...context, line: node.line };
    const done = steps.reduce<Value[]>((found, step) => found.flatMap((value) => step(value, at)), [first(node)]);
    return any(done.map((value) => finish(value, at.line)));
  });
  return { tests, all, negated };
}

function first(node: ScalarNode): Value {
  const { value, source, line } = node;
  if (value === null) throw new Wrong(line, 'null takes no modifier');
  if (typeof value === 'boolean') return { kind: 'boolean', value };
  if (typeof value === 'string') {
    if (value.length > LONGEST) throw new Wrong(line, `the value has more than ${LONGEST} characters`);
    return { kind: 'text', pattern: patterns.readPattern(value), cased: false, raw: value, modified: false };
  }
  if (!Number.isFinite(Number(value))) throw new Wrong(line, `${source} is no number that can be compared`);
  return { kind: 'number', value: Number(value), texts: [...new Set([source, String(value)])] };
}

/** A number in a log may stand as it does in the rule (0x10), or as its value (16). */
function finish(value: Value, line: number): Test {
  if (value.kind === 'done') return value.test;
  if (value.kind === 'boolean') return { kind: 'pattern', pattern: [{ text: String(value.value) }], cased: false };
  if (value.kind === 'number')
    return any(value.texts.map((written) => ({ kind: 'pattern', pattern: [{ text: written }], cased: false })));
  if (value.kind === 'text') {
    const pattern = value.encoding === undefined ? value.pattern : interleaved(value.pattern, value.encoding, line);
    return { kind: 'pattern', pattern, cased: value.cased };
  }
  const { source, place } = value;
  const around = place === 'start' ? `\\A(?:${source})` : place === 'end' ? `(?:${source})\\z` : source;
  return { kind: 'regex', regex: regex(around, value.flags, line) };
}

export const any = (tests: readonly Test[]): Test => (tests.length === 1 ? tests[0]! : { kind: 'any', tests });

type TextValue = Extract<Value, { kind: 'text' }>;

function text(value: Value, modifier: string, { line }: Context): TextValue {
  if (value.kind === 'text') return value;
  const written = value.kind === 'number' ? value.texts[0] : value.kind === 'boolean' ? String(value.value) : undefined;
  if (written === undefined) throw new Wrong(line, `${modifier} takes a text`);
  return { kind: 'text', pattern: [{ text: written }], cased: false, raw: written, modified: false };
}

function onText(name: string, change: (value: TextValue) => TextValue): Modifier {
  return (value, context) => ({ ...change(text(value, name, context)), modified: true });
}

function placed(place: Place, change: (pattern: Pattern) => Pattern): Modifier {
  return (value, context) => {
    if (value.kind === 'regex') return { ...value, place };
    if (value.kind === 'done' && value.test.kind === 'field') return { ...value, test: { ...value.test, place } };
    const given = text(value, place, context);
    return { ...given, pattern: change(given.pattern), modified: true };
  };
}

function encoded(encoding: Encoding): Modifier {
  return onText(encoding, (value) => ({ ...value, encoding }));
}

function flag(name: keyof Flags): Modifier {
  return (value, { line }) => {
    if (value.kind !== 'regex') throw new Wrong(line, `the modifier ${name} stands after re`);
    return { ...value, flags: { ...value.flags, [name]: true } };
  };
}

function compared(name: string, operator: Operator): Modifier {
  return (value, { line }) => {
    if (value.kind === 'done' && value.test.kind === 'time') return { ...value, test: { ...value.test, operator } };
    if (value.kind !== 'number') throw new Wrong(line, `${name} takes a number`);
    return { kind: 'done', test: { kind: 'number', operator, value: value.value } };
  };
}

function timed(unit: TimeUnit): Modifier {
  return (value, { field, line }) => {
    const operator = value.kind === 'done' && value.test.kind === 'number' ? value.test.operator : '=';
    const number =
      value.kind === 'number'
        ? value.value
        : value.kind === 'done' && value.test.kind === 'number'
          ? value.test.value
          : undefined;
    const [low, high] = UNITS[unit];
    if (field === undefined) throw new Wrong(line, `${unit} needs a field`);
    if (number === undefined || !Number.isInteger(number) || number < low || number > high)
      throw new Wrong(line, `${unit} takes a whole number from ${low} to ${high}`);
    return { kind: 'done', test: { kind: 'time', unit, operator, value: number } };
  };
}

/** The bytes of a text without wildcards; several when a dash may be written several ways. */
function bytesOf(value: Value, modifier: string, context: Context): Buffer[] {
  const given = text(value, modifier, context);
  if (patterns.countDashes(given.pattern) > MOST_ENCODED_DASHES)
    throw new Wrong(context.line, `${modifier} after windash: more than ${MOST_ENCODED_DASHES} dashes`);
  return patterns.writtenOut(given.pattern).map((pattern) => {
    const written = patterns.plainText(pattern);
    if (written === undefined) throw new Wrong(context.line, `${modifier} cannot encode a wildcard or placeholder`);
    return toBytes(written, given.encoding);
  });
}

function toBytes(written: string, encoding: Encoding | undefined): Buffer {
  if (encoding === undefined) return Buffer.from(written, 'utf8');
  const little = Buffer.from(written, 'utf16le');
  if (encoding === 'utf16be') return little.swap16();
  return encoding === 'utf16' ? Buffer.concat([Buffer.of(0xff, 0xfe), little]) : little;
}

function plain(written: string, from: Value): Value {
  const cased = from.kind === 'text' && from.cased;
  return { kind: 'text', pattern: [{ text: written }], cased, raw: written, modified: true };
}

/** The part of the Base64 text that does not depend on what stands before and after, for each of three positions. */
function offsets(bytes: Buffer, from: Value): Value[] {
  return [0, 1, 2].map((shift) => {
    const whole = Buffer.concat([Buffer.alloc(shift, ' '), bytes]).toString('base64');
    const start = [0, 2, 3][shift]!;
    const end = [0, 3, 2][(bytes.length + shift) % 3]!;
    return plain(whole.slice(start, whole.length - end), from);
  });
}

/** Without Base64 the text itself is looked for, and a log line is UTF-8: only ASCII has such a form in it. */
function interleaved(pattern: Pattern, encoding: Encoding, line: number): Pattern {
  return pattern.map((part): Part => {
    if (!('text' in part)) return part;
    if (encoding === 'utf16' || /[^\0-\x7F]/.test(part.text))
      throw new Wrong(line, `${encoding} without base64 can only be ASCII without a byte order mark`);
    return { text: [...part.text].map((c) => (encoding === 'utf16be' ? `\0${c}` : `${c}\0`)).join('') };
  });
}

function placeholders(part: Part): Part[] {
  if (!('text' in part)) return [part];
  const found: Part[] = [];
  let from = 0;
  const push = (written: string): void => {
    if (written !== '') found.push({ text: written.replaceAll('\\%', '%') });
  };
  for (const match of part.text.matchAll(/(?<!\\)%((?:[^%\\]|\\(?!%))+)%/g)) {
    push(part.text.slice(from, match.index));
    found.push({ placeholder: match[1]! });
    from = match.index + match[0].length;
  }
  push(part.text.slice(from));
  return found;
}

function network(written: string, line: number): string {
  const [address = '', bits, ...rest] = written.split('/');
  const most = isIPv4(address) ? 32 : isIPv6(address) && !address.includes('%') ? 128 : undefined;
  const length = bits ?? String(most);
  if (most === undefined || rest.length > 0 || !/^\d{1,3}$/.test(length) || Number(length) > most)
    throw new Wrong(line, `${shown(written)} is no network in CIDR notation`);
  return `${address}/${Number(length)}`;
}
