/**
 * A rule becomes the WHERE of a query over a log of some shape. A value is never text inside the SQL: every literal of a
 * rule, and every field name, is a parameter `{pN:Type}`. Nothing here runs a query; store.ts does.
 *
 * What a comparison means is documented in docs/sigma.md: case is disregarded by simple Unicode case folding, a field with
 * several values passes if one of them does, and a field that is absent passes nothing but `null`.
 */
import type { Logic } from './condition.ts';
import type { Item, Matcher, Operator, Test, TimeUnit } from './detection.ts';
import { Wrong } from './document.ts';
import { type Pattern, plainText, toRegex } from './pattern.ts';
import type { Shape } from './shape.ts';

export interface Column {
  readonly name: string;
  readonly sql: string;
}

export interface Compiled {
  /** SQL of the rows that it is about. */
  readonly source: string;
  /** What the condition needs of a row, to be computed once. */
  readonly columns: readonly Column[];
  /** SQL of UInt8 over those columns. */
  readonly where: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Fields that the log does not have: they count as absent. */
  readonly missing: readonly { readonly field: string; readonly line: number }[];
}

/** Alternatives of one regular expression: beyond this many characters the engine's memory for one does not hold it. */
const LONGEST_REGEX = 8_000;

const TIME: Record<TimeUnit, string> = {
  minute: 'toMinute',
  hour: 'toHour',
  day: 'toDayOfMonth',
  week: 'toISOWeek',
  month: 'toMonth',
  year: 'toYear',
};

/** Parameters and columns of one query; several rules in one query share it. */
export class Query {
  readonly parameters: Record<string, unknown> = {};
  readonly columns: Column[] = [];
  readonly missing: { field: string; line: number }[] = [];
  readonly #prefix: string;
  readonly #shape: Shape;
  readonly #known = new Map<string, string>();

  constructor(shape: Shape, prefix = '') {
    this.#shape = shape;
    this.#prefix = prefix;
  }

  bind(value: string | number | readonly string[]): string {
    const name = `${this.#prefix}p${Object.keys(this.parameters).length}`;
    this.parameters[name] = value;
    return `{${name}:${typeof value === 'number' ? 'Float64' : typeof value === 'string' ? 'String' : 'Array(String)'}}`;
  }

  /** The column that holds a field's values (Array(String)). */
  values(field: string, line: number): string {
    return this.#column(`values ${field}`, () => {
      const sql = this.#shape.values(field, (value) => this.bind(value));
      if (sql === undefined && !this.missing.some((one) => one.field === field)) this.missing.push({ field, line });
      return sql ?? 'CAST([] AS Array(String))';
    });
  }

  present(field: string): string {
    return this.#column(`present ${field}`, () => this.#shape.present(field, (value) => this.bind(value)));
  }

  texts(): string {
    return this.#column('texts', () => this.#shape.texts);
  }

  #column(key: string, sql: () => string): string {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const text = sql();
    const name = `${this.#prefix}f${this.columns.length}`;
    this.columns.push({ name, sql: text });
    this.#known.set(key, name);
    return name;
  }

  condition(matcher: Matcher): string {
    return logic(matcher, (item) => this.#item(item));
  }

  #item(item: Item): string {
    const column = item.field === undefined ? this.texts() : this.values(item.field, item.line);
    const whole = item.tests.filter(isWhole).map((test) => {
      if (test.kind === 'exists') return `${test.exists ? '' : 'NOT '}(${this.present(item.field!)})`;
      return `empty(${column})`;
    });
    const single = item.tests.filter((test) => !isWhole(test));
    const anchored = item.field !== undefined;
    const each = item.all ? single.map((test) => [test]) : single.length > 0 ? [single] : [];
    const parts = [
      ...whole,
      ...each.map((tests) => `arrayExists(x -> ${this.#oneOf(tests, anchored, item.line)}, ${column})`),
    ];
    const joined = parts.length === 1 ? parts[0]! : `(${parts.join(item.all ? ' AND ' : ' OR ')})`;
    return item.negated ? `NOT (${joined})` : joined;
  }

  /** SQL over the variable x: passes at least one test. */
  #oneOf(tests: readonly Test[], anchored: boolean, line: number): string {
    const flat = tests.flatMap(function flatten(test): Test[] {
      return test.kind === 'any' ? test.tests.flatMap(flatten) : [test];
    });
    const patterns = flat.filter((test) => test.kind === 'pattern');
    const others = flat.filter((test) => test.kind !== 'pattern').map((test) => this.#test(test, line));
    const sql = [...this.#patterns(patterns, anchored, line), ...others];
    return sql.length === 1 ? sql[0]! : `(${sql.join(' OR ')})`;
  }

  #patterns(tests: readonly Extract<Test, { kind: 'pattern' }>[], anchored: boolean, line: number): string[] {
    const equal: string[] = [];
    const lower: string[] = [];
    const regexes: Record<'cased' | 'folded', string[]> = { cased: [], folded: [] };
    for (const { pattern, cased } of tests) {
      if (pattern.some((part) => 'placeholder' in part)) throw new Wrong(line, placeholderLeft(pattern));
      const whole = anchored ? pattern : unanchored(pattern);
      const text = plainText(whole);
      const exact = cased || isCaseless(pattern);
      if (text !== undefined && exact) equal.push(text);
      // In ASCII only k and s have a relative elsewhere (the Kelvin sign, the long s).
      else if (text !== undefined && /^[\0-\x7F]*$/.test(text) && !/[ks]/i.test(text)) lower.push(text.toLowerCase());
      else regexes[exact ? 'cased' : 'folded'].push(toRegex(whole));
    }
    const isOne = (texts: readonly string[], x: string) =>
      texts.length === 0
        ? []
        : [texts.length === 1 ? `${x} = ${this.bind(texts[0]!)}` : `has(${this.bind(texts)}, ${x})`];
    return [
      ...isOne(equal, 'x'),
      ...isOne(lower, 'lower(x)'),
      ...bundles(regexes.cased).map((source) => `match(x, ${this.bind(source)})`),
      ...bundles(regexes.folded).map((source) => `match(x, ${this.bind(`(?i)${source}`)})`),
    ];
  }

  #test(test: Test, line: number): string {
    switch (test.kind) {
      case 'regex':
        return `match(x, ${this.bind(test.regex)})`;
      case 'number':
        return `ifNull(toFloat64OrNull(x) ${test.operator} ${this.bind(test.value)}, 0)`;
      case 'time':
        return this.#time(test.unit, test.operator, test.value);
      case 'network': {
        const isAddress = '(isIPv4String(x) OR isIPv6String(x))';
        return `(${isAddress} AND isIPAddressInRange(if${isAddress.slice(0, -1)}, x, '::'), ${this.bind(test.network)}))`;
      }
      case 'field': {
        const fold = (of: string) => (test.cased ? of : `upperUTF8(${of})`);
        const [a, b] = [fold('x'), fold('y')];
        const places = { equal: `${a} = ${b}`, start: `startsWith(${a}, ${b})`, end: `endsWith(${a}, ${b})` };
        const compared = test.place === 'anywhere' ? `position(${a}, ${b}) > 0` : places[test.place];
        return `arrayExists(y -> ${compared}, ${this.values(test.field, line)})`;
      }
      default:
        throw new Error(`a test of the kind ${test.kind} is no test of one value`);
    }
  }

  /** The wall clock as it stands in the log: its zone is not converted. */
  #time(unit: TimeUnit, operator: Operator, value: number): string {
    const written = "replaceRegexpOne(x, '(?:Z|[+-][0-9]{2}:?[0-9]{2})$', '')";
    const parsed = `parseDateTime64BestEffortOrNull(${written}, 3, 'UTC')`;
    return `ifNull(${TIME[unit]}(${parsed}) ${operator} ${this.bind(value)}, 0)`;
  }
}

/** Compiles a rule for a log. `prefix` keeps several rules in one query apart. Errors: Wrong. */
export function compile(matcher: Matcher, shape: Shape, prefix = ''): Compiled {
  const query = new Query(shape, prefix);
  const records = shape.records === undefined ? [] : [query.condition(shape.records)];
  const where = [...records, query.condition(matcher)].map((part) => `(${part})`).join(' AND ');
  return { source: shape.source, columns: query.columns, where, parameters: query.parameters, missing: query.missing };
}

function isWhole(test: Test): boolean {
  return test.kind === 'null' || test.kind === 'exists';
}

function logic<T>(matcher: Logic<T>, of: (what: T) => string): string {
  if (matcher.kind === 'is') return of(matcher.what);
  if (matcher.kind === 'not') return `NOT (${logic(matcher.part, of)})`;
  return `(${matcher.parts.map((part) => logic(part, of)).join(matcher.kind === 'and' ? ' AND ' : ' OR ')})`;
}

function unanchored(pattern: Pattern): Pattern {
  const star = { special: '*' } as const;
  return [star, ...pattern, star];
}

function isCaseless(pattern: Pattern): boolean {
  return pattern.every(
    (part) => !('text' in part) || (part.text.toLowerCase() === part.text && part.text.toUpperCase() === part.text),
  );
}

/** Alternatives as few regular expressions as their length allows. */
function bundles(sources: readonly string[]): string[] {
  const found: string[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const source of new Set(sources)) {
    if (length + source.length > LONGEST_REGEX) {
      found.push([]);
      length = 0;
    }
    found.at(-1)!.push(source);
    length += source.length + 1;
  }
  return found.map((group) => (group.length === 1 ? group[0]! : `(?:${group.join('|')})`));
}

function placeholderLeft(pattern: Pattern): string {
  const [name] = pattern.flatMap((part) => ('placeholder' in part ? [part.placeholder] : []));
  return `the placeholder %${name}% has no value: give a pipeline with --pipeline`;
}
