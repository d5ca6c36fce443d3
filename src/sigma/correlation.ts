/** Correlations: several events of several rules within a time. Sigma Correlation Rules Specification v2.1. */
import { attempt, checkField } from './detection.ts';
import { type MapNode, type Node, Wrong } from './document.ts';
import { shown } from './pattern.ts';

export const CORRELATIONS = [
  'event_count',
  'value_count',
  'temporal',
  'temporal_ordered',
  'value_sum',
  'value_avg',
  'value_percentile',
  'value_median',
] as const;
export type CorrelationType = (typeof CORRELATIONS)[number];

export const COMPARED = { gt: '>', gte: '>=', lt: '<', lte: '<=', eq: '=', neq: '!=' } as const;
export type Compared = keyof typeof COMPARED;

export interface Correlation {
  readonly kind: 'correlation';
  readonly type: CorrelationType;
  /** Ids or names of rules or other correlations. */
  readonly rules: readonly { readonly name: string; readonly line: number }[];
  readonly groupBy: readonly string[];
  /** Seconds. */
  readonly timespan: number;
  /** All of them must hold; none for a temporal correlation without a condition: every rule must occur. */
  readonly limits: readonly { readonly compared: Compared; readonly value: number }[];
  /** The fields whose values are counted, summed, ... */
  readonly fields: readonly string[];
  /** Of a percentile: 0 to 100. */
  readonly percentile: number;
  /** A name in groupBy or fields -> the name or id of a rule -> the field in its events. */
  readonly aliases: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Whether the rules it refers to also stand for themselves. */
  readonly generate: boolean;
  readonly correlationLine: number;
}

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, M: 2_629_746, y: 31_556_952 };
const MOST_RULES = 100;

/** Reads the section `correlation`. What is wrong goes to `wrong`; then the result is undefined. */
export function readCorrelation(node: Node, wrong: Wrong[]): Correlation | undefined {
  if (node.kind !== 'map') {
    wrong.push(new Wrong(node.line, 'correlation is a map with type, rules, timespan'));
    return undefined;
  }
  const before = wrong.length;
  const type = attempt(wrong, () => readType(node));
  const rules = attempt(wrong, () => readRules(node));
  const groupBy = attempt(wrong, () => readGroupBy(node));
  const timespan = attempt(wrong, () => readTimespan(node));
  const aliases = attempt(wrong, () => readAliases(node));
  const condition = type && rules && attempt(wrong, () => readLimits(node, type, rules.length));
  if (wrong.length > before || !type || !rules || !groupBy || !timespan || !aliases || !condition) return undefined;
  const generate = node.entries.get('generate')?.value;
  return {
    kind: 'correlation',
    type,
    rules,
    groupBy,
    timespan,
    aliases,
    ...condition,
    generate: generate?.kind === 'scalar' && generate.value === true,
    correlationLine: node.line,
  };
}

function need(map: MapNode, key: string): { line: number; value: Node } {
  const entry = map.entries.get(key);
  if (entry === undefined) throw new Wrong(map.line, `the correlation has no ${key}`);
  return entry;
}

function readType(map: MapNode): CorrelationType {
  const { line, value } = need(map, 'type');
  const found = CORRELATIONS.find((type) => value.kind === 'scalar' && value.value === type);
  if (found === undefined) throw new Wrong(line, `type is one of ${CORRELATIONS.join(', ')}`);
  return found;
}

function readRules(map: MapNode): { name: string; line: number }[] {
  const { line, value } = need(map, 'rules');
  const rules = texts(value, 'rules');
  if (rules.length === 0 || rules.length > MOST_RULES) throw new Wrong(line, `rules names 1 to ${MOST_RULES} rules`);
  const twice = rules.find(({ name }, index) => rules.findIndex((other) => other.name === name) < index);
  if (twice !== undefined) throw new Wrong(twice.line, `rules names ${shown(twice.name)} twice`);
  return rules;
}

/** Required by the specification; events without it are all of one group. */
function readGroupBy(map: MapNode): string[] {
  const entry = map.entries.get('group-by');
  return entry === undefined ? [] : texts(entry.value, 'group-by').map(({ name, line }) => checkField(name, line));
}

function readTimespan(map: MapNode): number {
  const { line, value } = need(map, 'timespan');
  const written = value.kind === 'scalar' ? String(value.value) : '';
  const [, count, unit] = /^(\d{1,6})([smhdwMy])$/.exec(written) ?? [];
  const seconds = Number(count) * (UNITS[unit ?? ''] ?? 0);
  if (!(seconds > 0))
    throw new Wrong(line, `timespan is a number and a unit such as 90s, 15m, 1h, 7d, not ${shown(written)}`);
  return seconds;
}

function readAliases(map: MapNode): Map<string, Map<string, string>> {
  const entry = map.entries.get('aliases');
  if (entry === undefined) return new Map();
  if (entry.value.kind !== 'map') throw new Wrong(entry.line, 'aliases is a map from names to fields of rules');
  return new Map(
    [...entry.value.entries].map(([alias, { line, value }]) => {
      if (value.kind !== 'map') throw new Wrong(line, `the alias ${shown(alias)} is a map from rules to fields`);
      const fields = [...value.entries].map(([rule, field]): [string, string] => {
        const name = field.value.kind === 'scalar' ? field.value.value : undefined;
        if (typeof name !== 'string')
          throw new Wrong(field.line, `the alias ${shown(alias)} is a map from rules to fields`);
        return [rule, checkField(name, field.line)];
      });
      return [alias, new Map(fields)];
    }),
  );
}

function readLimits(
  map: MapNode,
  type: CorrelationType,
  rules: number,
): Pick<Correlation, 'limits' | 'fields' | 'percentile'> {
  const entry = map.entries.get('condition');
  const temporal = type === 'temporal' || type === 'temporal_ordered';
  if (entry === undefined && temporal) return { limits: [], fields: [], percentile: 50 };
  if (entry === undefined) throw new Wrong(map.line, `${type} needs a condition`);
  if (entry.value.kind !== 'map')
    throw new Wrong(entry.line, 'the condition of a correlation is a map such as gte: 10');
  const limits: Correlation['limits'][number][] = [];
  let fields: string[] = [];
  let percentile = 50;
  for (const [key, { line, value }] of entry.value.entries) {
    if (key === 'field') fields = texts(value, 'field').map((field) => checkField(field.name, field.line));
    else if (key === 'percentile') percentile = number(value, line, key);
    else if (Object.hasOwn(COMPARED, key)) limits.push({ compared: key as Compared, value: number(value, line, key) });
    else throw new Wrong(line, `the condition has ${shown(key)}, which is not understood`);
  }
  if (limits.length === 0) throw new Wrong(entry.line, `the condition has none of ${Object.keys(COMPARED).join(', ')}`);
  if (type.startsWith('value_') && fields.length === 0)
    throw new Wrong(entry.line, `the condition of ${type} needs a field`);
  if (type !== 'value_count' && fields.length > 1) throw new Wrong(entry.line, `${type} takes one field`);
  if (!type.startsWith('value_') && fields.length > 0) throw new Wrong(entry.line, `${type} takes no field`);
  if (percentile < 0 || percentile > 100) throw new Wrong(entry.line, 'percentile is 0 to 100');
  const every = limits.every(({ compared, value }) => ['eq', 'gte'].includes(compared) && value === rules);
  if (type === 'temporal_ordered' && !every)
    throw new Wrong(entry.line, 'temporal_ordered means all of its rules: leave the condition out');
  return { limits, fields, percentile };
}

function number(value: Node, line: number, key: string): number {
  const found = value.kind === 'scalar' && value.value !== null && typeof value.value !== 'boolean' ? value.value : '';
  const wanted = typeof found === 'string' && !/^\d+$/.test(found) ? Number.NaN : Number(found);
  if (!Number.isFinite(wanted)) throw new Wrong(line, `${key} takes a number`);
  return wanted;
}

function texts(node: Node, key: string): { name: string; line: number }[] {
  return (node.kind === 'list' ? node.items : [node]).map((item) => {
    if (item.kind !== 'scalar' || typeof item.value !== 'string' || item.value === '')
      throw new Wrong(item.line, `${key} is a list of texts`);
    return { name: item.value, line: item.line };
  });
}
