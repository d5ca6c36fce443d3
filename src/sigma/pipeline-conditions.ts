/** The conditions of a pipeline's steps, as pySigma names them. */
import { RE2JS } from 're2js';
import { z } from 'zod';
import { leaves } from './condition.ts';
import type { Item, Test } from './detection.ts';
import { writtenPattern } from './pattern.ts';
import type { State } from './pipeline.ts';
import type { LogSource, Rule } from './rule.ts';

const Scalar = z.union([z.string(), z.number(), z.boolean()]);
const Operator = z.enum(['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'not_in']).default('eq');
const StateCondition = z.object({ key: z.string(), val: Scalar, op: Operator });
const LEVELS = ['informational', 'low', 'medium', 'high', 'critical'];
const STATUSES = ['unsupported', 'deprecated', 'experimental', 'test', 'stable'];

/** Errors: a zod error for a condition that is not understood. */
export function holdsForRule(condition: { type: string }, rule: Rule, state: State): boolean {
  const fields = () => leaves(rule.matcher);
  switch (condition.type) {
    case 'logsource':
      return isOf(
        z.object({ category: z.string(), product: z.string(), service: z.string() }).partial().parse(condition),
        rule.logsource,
      );
    case 'contains_field':
      return fields().some(({ field }) => field === z.object({ field: z.string() }).parse(condition).field);
    case 'contains_detection_item': {
      const { field, value } = z.object({ field: z.string(), value: Scalar }).parse(condition);
      return fields().some((item) => item.field === field && texts(item.tests).includes(String(value)));
    }
    case 'is_sigma_rule':
      return true;
    case 'is_sigma_correlation_rule':
      return false;
    case 'tag':
      return rule.tags.includes(z.object({ tag: z.string() }).parse(condition).tag);
    case 'rule_attribute': {
      const { attribute, value, op } = z
        .object({ attribute: z.string(), value: Scalar, op: Operator })
        .parse(condition);
      return compared(attributeOf(rule, attribute), value, op);
    }
    default:
      return holdsForState(condition, state);
  }
}

export function holdsForItem(condition: { type: string }, item: Item, state: State): boolean {
  const { cond, negate } = z
    .object({ cond: z.enum(['any', 'all']).default('any'), negate: z.boolean().default(false) })
    .parse(condition);
  const every = (holds: (test: Test) => boolean): boolean => {
    const found = item.tests.flatMap(flat).map((test) => holds(test) !== negate);
    return cond === 'all' ? found.every(Boolean) : found.some(Boolean);
  };
  switch (condition.type) {
    case 'match_string': {
      const pattern = expression(z.object({ pattern: z.string() }).parse(condition).pattern);
      return every((test) => test.kind === 'pattern' && pattern.matcher(writtenPattern(test.pattern)).lookingAt());
    }
    case 'match_value': {
      const { value } = z.object({ value: Scalar }).parse(condition);
      return every((test) => texts([test]).includes(String(value)));
    }
    case 'contains_wildcard':
      return every((test) => test.kind === 'pattern' && test.pattern.some((part) => 'special' in part));
    case 'is_null':
      return every((test) => test.kind === 'null');
    default:
      return holdsForState(condition, state);
  }
}

export function holdsForField(condition: { type: string }, field: string | undefined, state: State): boolean {
  if (condition.type !== 'include_fields' && condition.type !== 'exclude_fields')
    return holdsForState(condition, state);
  const { fields, mode } = z
    .object({ fields: z.array(z.string()), mode: z.enum(['plain', 're']).default('plain') })
    .parse(condition);
  const included =
    field !== undefined &&
    (mode === 'plain'
      ? fields.includes(field)
      : fields.some((source) => expression(source).matcher(field).lookingAt()));
  return included === (condition.type === 'include_fields');
}

/** Conditions that fit a rule, an item and a field. */
function holdsForState(condition: { type: string }, state: State): boolean {
  if (condition.type === 'processing_item_applied')
    return state.applied.has(z.object({ processing_item_id: z.string() }).parse(condition).processing_item_id);
  if (condition.type === 'processing_state') {
    const { key, val, op } = StateCondition.parse(condition);
    return compared(state.values.get(key), val, op);
  }
  z.enum(['a condition that is known here']).parse(condition.type);
  return false;
}

function isOf(wanted: { [K in keyof LogSource]: LogSource[K] | undefined }, has: LogSource): boolean {
  return (['category', 'product', 'service'] as const).every(
    (key) => wanted[key] === undefined || wanted[key] === has[key],
  );
}

/** A pipeline's expression, in RE2's syntax. Errors: a zod error. */
export function expression(source: string): RE2JS {
  try {
    return RE2JS.compile(source);
  } catch {
    return z
      .custom<RE2JS>(() => false, `${JSON.stringify(source)} is no regular expression that RE2 takes`)
      .parse(source);
  }
}

function flat(test: Test): Test[] {
  return test.kind === 'any' ? test.tests.flatMap(flat) : [test];
}

function texts(tests: readonly Test[]): string[] {
  return tests.flatMap(flat).flatMap((test) => (test.kind === 'pattern' ? writtenPattern(test.pattern) : []));
}

function attributeOf(rule: Rule, attribute: string): unknown {
  const { title, id, name, level, status, tags } = rule;
  const values: Record<string, unknown> = { title, id, name, level, status, tags };
  return Object.hasOwn(values, attribute) ? values[attribute] : undefined;
}

function compared(value: unknown, wanted: string | number | boolean, op: z.infer<typeof Operator>): boolean {
  if (Array.isArray(value))
    return op === 'in' ? value.includes(wanted) : op === 'not_in' ? !value.includes(wanted) : op === 'ne';
  const [a, b] = ranks(value, wanted);
  if (op === 'eq' || op === 'in') return a === b;
  if (op === 'ne' || op === 'not_in') return a !== b;
  if (typeof a !== 'number' || typeof b !== 'number') return false;
  return { gt: a > b, gte: a >= b, lt: a < b, lte: a <= b }[op];
}

/** Levels and statuses are compared by their order, everything else as it is. */
function ranks(value: unknown, wanted: unknown): [unknown, unknown] {
  for (const order of [LEVELS, STATUSES]) {
    const [a, b] = [order.indexOf(String(value)), order.indexOf(String(wanted))];
    if (a >= 0 && b >= 0) return [a, b];
  }
  return [value, wanted];
}
