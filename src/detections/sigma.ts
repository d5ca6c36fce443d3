/**
 * The part of Sigma that detections over observations use: named selections of field: value (lists are alternatives),
 * the modifiers contains, startswith, endswith, gt, gte, lt, lte, and conditions with and, or, not, parentheses,
 * "1 of x*" and "all of x*". A value is a parameter of the query, never text inside it.
 */
import { Fault } from '../base/fault.ts';

export type Selection = Record<string, unknown>;
export interface Compiled {
  sql: string;
  parameters: Record<string, unknown>;
}

/** Field -> how its values are typed in SQL. A field that is not listed does not exist. */
export type Fields = Record<string, 'String' | 'Bool' | 'UInt32'>;

const VALUES: Record<string, string> = { String: 'string', Bool: 'boolean', UInt32: 'number' };
const COMPARISONS: Record<string, string> = { gt: '>', gte: '>=', lt: '<', lte: '<=' };

/** Sigma compares text without regard to case. */
const TEXT_TESTS: Record<string, (field: string, value: string) => string> = {
  contains: (field, value) => `positionCaseInsensitiveUTF8(${field}, ${value}) > 0`,
  startswith: (field, value) => `startsWith(lowerUTF8(${field}), lowerUTF8(${value}))`,
  endswith: (field, value) => `endsWith(lowerUTF8(${field}), lowerUTF8(${value}))`,
};

/**
 * Compiles `detection` (selections and their condition) to a SQL condition. `prefix` keeps the parameters of several
 * rules in one query apart. Errors: invalid-content naming `place`.
 */
export function compile(
  detection: Record<string, Selection | string>,
  fields: Fields,
  prefix: string,
  place: string,
): Compiled {
  const parameters: Record<string, unknown> = {};
  const fail = (message: string): never => {
    throw new Fault('invalid-content', message, { place });
  };
  const bind = (value: unknown, type: string): string => {
    const name = `${prefix}${Object.keys(parameters).length}`;
    parameters[name] = type === 'Bool' ? Number(value) : value;
    return `{${name}:${type}}`;
  };
  const one = (field: string, modifier: string | undefined, value: unknown): string => {
    const type = fields[field] ?? fail(`unknown field ${field}`);
    if (typeof value !== VALUES[type]) fail(`${field} takes a ${VALUES[type]}, not ${JSON.stringify(value)}`);
    if (modifier === undefined) return `${field} = ${bind(value, type)}`;
    const comparison = COMPARISONS[modifier];
    if (comparison && type === 'UInt32') return `${field} ${comparison} ${bind(value, type)}`;
    const text = TEXT_TESTS[modifier];
    if (text && type === 'String') return text(field, bind(value, type));
    return fail(`the modifier ${modifier} does not fit ${field}`);
  };
  const selection = (name: string): string => {
    const body = detection[name];
    if (typeof body !== 'object') return fail(`the condition names ${name}, which is no selection`);
    const parts = Object.entries(body).map(([key, value]) => {
      const [field, modifier] = key.split('|') as [string, string | undefined];
      return any((Array.isArray(value) ? value : [value]).map((v) => one(field, modifier, v)));
    });
    return all(parts);
  };
  const condition = detection.condition;
  if (typeof condition !== 'string') return fail('the detection has no condition');
  const names = Object.keys(detection).filter((name) => name !== 'condition');
  return { sql: parseCondition(condition, names, selection, fail), parameters };
}

const any = (parts: string[]) => (parts.length === 1 ? parts[0]! : `(${parts.join(' OR ')})`);
const all = (parts: string[]) => (parts.length === 1 ? parts[0]! : `(${parts.join(' AND ')})`);

/** Recursive descent: or < and < not < (...), "1 of x*", "all of x*", a selection's name. */
function parseCondition(
  text: string,
  names: string[],
  selection: (name: string) => string,
  fail: (message: string) => never,
): string {
  const tokens = text.match(/\(|\)|[^\s()]+/g) ?? [];
  let at = 0;
  const peek = () => tokens[at]?.toLowerCase();
  const or = (): string => {
    const parts = [and()];
    while (peek() === 'or' && ++at) parts.push(and());
    return any(parts);
  };
  const and = (): string => {
    const parts = [not()];
    while (peek() === 'and' && ++at) parts.push(not());
    return all(parts);
  };
  const not = (): string => {
    if (peek() !== 'not') return term();
    at++;
    return `NOT (${not()})`;
  };
  const term = (): string => {
    const token = tokens[at++] ?? fail('the condition ends too early');
    if (token === '(') {
      const inner = or();
      if (tokens[at++] !== ')') fail('a parenthesis is not closed');
      return inner;
    }
    if ((token === '1' || token.toLowerCase() === 'all') && peek() === 'of') {
      at++;
      const pattern = tokens[at++] ?? fail('the condition ends too early');
      const chosen = names.filter((n) => pattern === 'them' || matches(pattern, n)).map(selection);
      if (chosen.length === 0) fail(`no selection matches ${pattern}`);
      return token === '1' ? any(chosen) : all(chosen);
    }
    return selection(token);
  };
  const sql = or();
  if (at < tokens.length) fail(`the condition goes on with ${tokens[at]}, which is not understood`);
  return sql;
}

const matches = (pattern: string, name: string) =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
