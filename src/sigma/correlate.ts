/**
 * A correlation becomes one query: the events of its rules, in windows that slide with each event. A hit is the event at
 * which the condition holds, looking back over the timespan, both ends counted.
 *
 * Rows without a value in a field of group-by belong to no group and are left out. Of a field with several values the
 * first is taken.
 */

import type { Index } from './collection.ts';
import { Query } from './compile.ts';
import { COMPARED, type Correlation } from './correlation.ts';
import { Wrong } from './document.ts';
import type { LogSource, Meta, Rule } from './rule.ts';
import type { Shape } from './shape.ts';

/** A correlation with what it refers to in place of names. */
export interface Tree {
  readonly kind: 'tree';
  readonly correlation: Correlation & Meta;
  readonly members: readonly (Rule | Tree)[];
}

export interface CompiledCorrelation {
  /** SELECT of id, t (milliseconds since 1970), n (what was counted) and group (texts), one row a hit; without LIMIT. */
  readonly sql: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly missing: readonly { readonly field: string; readonly line: number }[];
}

const DEEPEST = 10;

/** Puts rules in place of names. Errors: Wrong for a name that is none, or that leads back to itself. */
export function treeOf(correlation: Correlation & Meta, index: Index, above: readonly Correlation[] = []): Tree {
  const members = correlation.rules.map(({ name, line }) => {
    const found = index.find(name, line);
    if (found.kind === 'filter') throw new Wrong(line, `'${name}' is a filter, which cannot be correlated`);
    if (found.kind === 'rule') return found;
    if (found === correlation || above.includes(found))
      throw new Wrong(line, `'${name}' leads back to this correlation`);
    if (above.length >= DEEPEST)
      throw new Wrong(line, `correlations refer to each other more than ${DEEPEST} levels deep`);
    return treeOf(found, index, [...above, correlation]);
  });
  const names = new Set(members.flatMap((member) => keysOf(member)));
  for (const [alias, fields] of correlation.aliases)
    for (const rule of fields.keys())
      if (!names.has(rule))
        throw new Wrong(
          correlation.correlationLine,
          `the alias '${alias}' names '${rule}', which is none of its rules`,
        );
  return { kind: 'tree', correlation, members };
}

function keysOf(member: Rule | Tree): string[] {
  const { id, name } = member.kind === 'tree' ? member.correlation : member;
  return [id, name].filter((key) => key !== undefined);
}

/** The rules at the ends of a tree. */
export function rulesOf(tree: Tree): Rule[] {
  return tree.members.flatMap((member) => (member.kind === 'tree' ? rulesOf(member) : [member]));
}

interface Context {
  readonly shapeOf: (logsource: LogSource) => Shape;
  readonly parameters: Record<string, unknown>;
  readonly missing: { field: string; line: number }[];
  rules: number;
}

/** Compiles a tree; `shapeOf` says where a log lies. Errors: Wrong. */
export function compileCorrelation(tree: Tree, shapeOf: (logsource: LogSource) => Shape): CompiledCorrelation {
  const context: Context = { shapeOf, parameters: {}, missing: [], rules: 0 };
  const { groupBy } = tree.correlation;
  const inner = hits(tree, groupBy, context);
  const group = groupBy.map((_, index) => `assumeNotNull(v${index})`).join(', ');
  const sql = `SELECT id, t, n, CAST([${group}] AS Array(String)) AS group FROM (${inner})`;
  return { sql, parameters: context.parameters, missing: context.missing };
}

/** SELECT of id, t, n and v0, v1, ...: the values of the fields `wanted` at the event of the hit. */
function hits(tree: Tree, wanted: readonly string[], context: Context): string {
  const { correlation } = tree;
  const names = [...new Set([...wanted, ...correlation.groupBy, ...correlation.fields])];
  const column = (name: string) => `v${names.indexOf(name)}`;
  const events = tree.members
    .map((member, index) => memberEvents(member, index, correlation, names, context))
    .join(' UNION ALL ');
  const keys = correlation.groupBy.map(column);
  const known = keys.map((key) => `${key} IS NOT NULL`).join(' AND ') || '1';
  const counted = `SELECT * FROM (${events}) WHERE ${known}`;
  const found =
    correlation.type === 'temporal_ordered' ? ordered(tree, counted, keys) : windowed(tree, counted, keys, column);
  const values = wanted.map((name, index) => `${column(name)} AS w${index}`);
  const given = wanted.map((_, index) => `w${index} AS v${index}`);
  const inner = `SELECT ${['id', 't', 'toFloat64(n) AS n', ...values].join(', ')} FROM (${found})`;
  return `SELECT ${['id', 't', 'n', ...given].join(', ')} FROM (${inner})`;
}

/** SELECT of id, t, member and v0, v1, ... : the events of one rule, or the hits of one correlation. */
function memberEvents(
  member: Rule | Tree,
  index: number,
  correlation: Correlation,
  names: readonly string[],
  context: Context,
): string {
  const fields = names.map((name) => {
    const alias = correlation.aliases.get(name);
    if (alias === undefined) return name;
    const field = keysOf(member).flatMap((key) => alias.get(key) ?? [])[0];
    if (field === undefined)
      throw new Wrong(
        correlation.correlationLine,
        `the alias '${name}' says nothing of '${keysOf(member)[0] ?? 'a rule'}'`,
      );
    return field;
  });
  if (member.kind === 'tree') {
    const values = fields.map((_, at) => `v${at}`);
    return `SELECT ${['id', 't', `${index} AS member`, ...values].join(', ')} FROM (${hits(member, fields, context)})`;
  }
  const shape = context.shapeOf(member.logsource);
  const query = new Query(shape, `r${context.rules++}`);
  const conditions = [shape.records, member.matcher].flatMap((part) =>
    part === undefined ? [] : [query.condition(part)],
  );
  const values = fields.map((field, at) => {
    const list = query.values(member.rename?.(field) ?? field, correlation.correlationLine);
    return `if(empty(${list}), NULL, ${list}[1]) AS v${at}`;
  });
  const columns = query.columns.map(({ name, sql }) => `${sql} AS ${name}`);
  Object.assign(context.parameters, query.parameters);
  context.missing.push(...query.missing);
  return `SELECT ${['id', 'toUnixTimestamp64Milli(toDateTime64(time, 3)) AS t', `${index} AS member`, ...values].join(', ')}
    FROM (SELECT ${['*', ...columns].join(', ')} FROM ${shape.source})
    WHERE ${conditions.map((part) => `(${part})`).join(' AND ')}`;
}

/** Of each event, what the window that ends with it counts. Numbers here were read as numbers, and are checked. */
function windowed(tree: Tree, events: string, keys: readonly string[], column: (name: string) => string): string {
  const { correlation, members } = tree;
  const fields = correlation.fields.map(column);
  const number = `toFloat64OrNull(${fields[0] ?? "''"})`;
  const measures: Record<Exclude<Correlation['type'], 'temporal_ordered'>, string> = {
    event_count: members.length > 1 ? 'uniqExact(id)' : 'count()',
    value_count: `uniqExactIf((${fields.join(', ')}), ${fields.map((field) => `${field} IS NOT NULL`).join(' AND ') || '1'})`,
    temporal: 'uniqExact(member)',
    value_sum: `sum(${number})`,
    value_avg: `avg(${number})`,
    value_median: `quantileExactInclusive(0.5)(${number})`,
    value_percentile: `quantileExactInclusive(${correlation.percentile / 100})(${number})`,
  };
  const measure = measures[correlation.type as keyof typeof measures];
  const partition = keys.length > 0 ? `PARTITION BY ${keys.join(', ')} ` : '';
  const limits = correlation.limits.map(({ compared, value }) => `n ${COMPARED[compared]} ${value}`);
  const wanted = limits.length > 0 ? limits.join(' AND ') : `n >= ${members.length}`;
  return `SELECT * FROM (
      SELECT *, ${measure} OVER (
        ${partition}ORDER BY t RANGE BETWEEN ${correlation.timespan * 1000} PRECEDING AND CURRENT ROW
      ) AS n
      FROM (${events})
    ) WHERE ${wanted}`;
}

/**
 * The rules one after the other: of each event of the k-th rule, when the latest chain of the rules before it began. Events
 * of the same millisecond count as being in order.
 */
function ordered(tree: Tree, events: string, keys: readonly string[]): string {
  const window = `OVER (${keys.length > 0 ? `PARTITION BY ${keys.join(', ')} ` : ''}ORDER BY t, member ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)`;
  const last = tree.members.length - 1;
  let chain = `SELECT *, if(member = 0, t, NULL) AS s0 FROM (${events})`;
  for (let at = 1; at <= last; at++)
    chain = `SELECT *, if(member = ${at}, max(s${at - 1}) ${window}, NULL) AS s${at} FROM (${chain})`;
  const span = tree.correlation.timespan * 1000;
  return `SELECT *, ${last + 1} AS n FROM (${chain}) WHERE member = ${last} AND s${last} IS NOT NULL AND t - s${last} <= ${span}`;
}
