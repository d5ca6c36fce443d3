/** The steps of a pipeline, as pySigma names them, and what each does to a rule or to one of its items. */
import { z } from 'zod';
import { and, or } from './condition.ts';
import { checkField, type Item, type Matcher, readItem, type Test } from './detection.ts';
import { type Node, Wrong } from './document.ts';
import { any } from './modifiers.ts';
import { type Part, type Pattern, readPattern, writtenPattern } from './pattern.ts';
import type { State, Step } from './pipeline.ts';
import { expression } from './pipeline-conditions.ts';
import type { Rule } from './rule.ts';

export const STEPS = [
  'field_name_mapping',
  'field_name_prefix_mapping',
  'field_name_prefix',
  'field_name_suffix',
  'drop_detection_item',
  'add_condition',
  'change_logsource',
  'replace_string',
  'map_string',
  'set_value',
  'case',
  'hashes_fields',
  'value_placeholders',
  'wildcard_placeholders',
  'set_state',
  'rule_failure',
  'detection_item_failure',
  'nest',
  // These change what a rule shows or carries along, not what it matches.
  'add_field',
  'remove_field',
  'set_field',
  'set_custom_attribute',
] as const;
const NO_CHANGE: readonly string[] = ['add_field', 'remove_field', 'set_field', 'set_custom_attribute'];

/** What a step makes of one item (undefined: it is dropped) and of a field's name where only that is asked for. */
export interface Change {
  readonly item: (item: Item) => Matcher | undefined;
  readonly field?: (field: string) => string | undefined;
}

const Names = z.record(z.string(), z.union([z.string(), z.array(z.string()).min(1)]));
const Scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const SourceParts = { category: z.string(), product: z.string(), service: z.string() };
const HASHES: Record<number, string> = { 32: 'MD5', 40: 'SHA1', 64: 'SHA256', 128: 'SHA512' };

/** What a step makes of the rule as a whole; undefined: it works on items. Errors: Wrong, or a zod error. */
export function changeRule(step: Step, rule: Rule, state: State): Rule | undefined {
  if (NO_CHANGE.includes(step.type)) return rule;
  switch (step.type) {
    case 'change_logsource':
      return { ...rule, logsource: z.object(SourceParts).partial().parse(step) as Rule['logsource'] };
    case 'add_condition':
      return { ...rule, matcher: and([addedCondition(step, rule), rule.matcher]) };
    case 'set_state': {
      const { key, val } = z.object({ key: z.string(), val: z.unknown() }).parse(step);
      state.values.set(key, val);
      return rule;
    }
    case 'rule_failure':
      throw new Wrong(rule.line, z.object({ message: z.string() }).parse(step).message);
    default:
      return undefined;
  }
}

function addedCondition(step: Step, rule: Rule): Matcher {
  const Conditions = z.record(z.string(), z.union([Scalar, z.array(Scalar).min(1)]));
  const { conditions, template, negated } = z
    .object({ conditions: Conditions, template: z.boolean().default(false), negated: z.boolean().default(false) })
    .parse(step);
  const fill = (value: z.infer<typeof Scalar>) =>
    template && typeof value === 'string'
      ? value.replace(
          /\$\{?(category|product|service)\}?/g,
          (_, key: keyof Rule['logsource']) => rule.logsource[key] ?? 'None',
        )
      : value;
  const scalar = (value: z.infer<typeof Scalar>): Node => ({
    kind: 'scalar',
    line: rule.line,
    value: fill(value),
    source: String(value),
  });
  const items = Object.entries(conditions).map(([key, value]): Matcher => {
    const node: Node = Array.isArray(value)
      ? { kind: 'list', line: rule.line, items: value.map(scalar) }
      : scalar(value);
    return { kind: 'is', what: readItem(key, node, rule.line) };
  });
  return negated ? { kind: 'not', part: and(items) } : and(items);
}

/** What a step makes of each item. Errors: a zod error for a step that lacks what it needs. */
export function changeItem(step: Step, state: State): Change {
  switch (step.type) {
    case 'field_name_mapping': {
      const { mapping } = z.object({ mapping: Names }).parse(step);
      return renamed((field) => (Object.hasOwn(mapping, field) ? mapping[field] : undefined));
    }
    case 'field_name_prefix_mapping': {
      const { mapping } = z.object({ mapping: Names }).parse(step);
      return renamed((field) => {
        const [from, to] = Object.entries(mapping).find(([prefix]) => field.startsWith(prefix)) ?? [];
        if (from === undefined || to === undefined) return undefined;
        const rest = field.slice(from.length);
        return Array.isArray(to) ? to.map((prefix) => prefix + rest) : to + rest;
      });
    }
    case 'field_name_prefix': {
      const { prefix } = z.object({ prefix: z.string() }).parse(step);
      return renamed((field) => prefix + field);
    }
    case 'field_name_suffix': {
      const { suffix } = z.object({ suffix: z.string() }).parse(step);
      return renamed((field) => field + suffix);
    }
    case 'drop_detection_item':
      return { item: () => undefined };
    case 'detection_item_failure': {
      const { message } = z.object({ message: z.string() }).parse(step);
      return {
        item: (item) => {
          throw new Wrong(item.line, message);
        },
      };
    }
    case 'hashes_fields':
      return hashes(step);
    default:
      return { item: (item) => is({ ...item, tests: item.tests.map((test) => changeTest(test, step, state)) }) };
  }
}

const is = (item: Item): Matcher => ({ kind: 'is', what: item });

function renamed(to: (field: string) => string | string[] | undefined): Change {
  const names = (field: string): string[] => [to(field) ?? field].flat();
  const test = (one: Test): Test => {
    if (one.kind === 'any') return any(one.tests.map(test));
    return one.kind === 'field' ? any(names(one.field).map((field) => ({ ...one, field }))) : one;
  };
  return {
    item: (item) => {
      const tests = item.tests.map(test);
      if (item.field === undefined) return is({ ...item, tests });
      return or(names(item.field).map((field) => is({ ...item, field: checkField(field, item.line), tests })));
    },
    field: (field) => names(field)[0],
  };
}

function changeTest(test: Test, step: Step, state: State): Test {
  if (test.kind === 'any') return any(test.tests.map((part) => changeTest(part, step, state)));
  if (step.type === 'set_value') {
    const { value } = z.object({ value: Scalar }).parse(step);
    if (value === null) return { kind: 'null' };
    return { kind: 'pattern', pattern: [{ text: String(value) }], cased: false };
  }
  if (test.kind !== 'pattern') return test;
  return any(changePattern(test.pattern, step, state).map((pattern) => ({ ...test, pattern })));
}

function changePattern(pattern: Pattern, step: Step, state: State): Pattern[] {
  const texts = (change: (text: string) => string): Pattern[] => [
    pattern.map((part) => ('text' in part ? { text: change(part.text) } : part)),
  ];
  switch (step.type) {
    case 'replace_string': {
      const {
        regex,
        replacement,
        skip_special: skip,
      } = z
        .object({ regex: z.string(), replacement: z.string(), skip_special: z.boolean().default(false) })
        .parse(step);
      // Python writes a group as \1, RE2 for JavaScript as $1.
      const by = replacement.replaceAll('$', '$$$$').replace(/\\(\d)/g, (_, group: string) => `$${group}`);
      const replaced = (text: string) => expression(regex).matcher(text).replaceAll(by);
      return skip ? texts(replaced) : [readPattern(replaced(writtenPattern(pattern)))];
    }
    case 'map_string': {
      const { mapping } = z.object({ mapping: Names }).parse(step);
      const to = mapping[writtenPattern(pattern)];
      return to === undefined ? [pattern] : [to].flat().map(readPattern);
    }
    case 'case': {
      const { method } = z.object({ method: z.enum(['lower', 'upper']).default('lower') }).parse(step);
      return texts((text) => (method === 'lower' ? text.toLowerCase() : text.toUpperCase()));
    }
    case 'value_placeholders':
    case 'wildcard_placeholders':
      return filled(pattern, step, state);
    default:
      return [pattern];
  }
}

/** Puts values, or a wildcard, in place of %names%; several values give several patterns. */
function filled(pattern: Pattern, step: Step, state: State): Pattern[] {
  const Chosen = z.object({ include: z.array(z.string()), exclude: z.array(z.string()) }).partial();
  const { include, exclude } = Chosen.parse(step);
  const values = (part: Part): Pattern[] => {
    if (!('placeholder' in part)) return [[part]];
    const name = part.placeholder;
    if ((include !== undefined && !include.includes(name)) || exclude?.includes(name)) return [[part]];
    if (step.type === 'wildcard_placeholders') return [[{ special: '*' }]];
    const given = Object.hasOwn(state.vars, name) ? state.vars[name] : undefined;
    if (given === undefined) throw new Wrong(0, `the pipeline has no value for the placeholder %${name}%`);
    return [given].flat().map((value) => readPattern(String(value)));
  };
  return pattern.reduce<Pattern[]>(
    (done, part) => done.flatMap((begun) => values(part).map((more) => [...begun, ...more])),
    [[]],
  );
}

/** `Hashes: SHA1=...` becomes a test of the field for that hash. */
function hashes(step: Step): Change {
  const {
    valid_hash_algos: algorithms,
    field_prefix: prefix,
    drop_algo_prefix: drop,
  } = z
    .object({
      valid_hash_algos: z.array(z.string()),
      field_prefix: z.string().default(''),
      drop_algo_prefix: z.boolean().default(false),
    })
    .parse(step);
  const one = (item: Item, test: Test): Matcher => {
    const text = test.kind === 'pattern' ? writtenPattern(test.pattern).replace(/^\*|\*$/g, '') : '';
    const [, named, hash = ''] = /^(?:([A-Za-z0-9]+)[=|])?([0-9A-Fa-f]+)$/.exec(text) ?? [];
    const algorithm = named?.toUpperCase() ?? HASHES[hash.length];
    if (algorithm === undefined || !algorithms.includes(algorithm)) return is({ ...item, tests: [test], all: false });
    const tests: Test[] = [{ kind: 'pattern', pattern: [{ text: hash }], cased: false }];
    return is({ ...item, field: drop ? prefix || algorithm : prefix + algorithm, tests, all: false });
  };
  return {
    item: (item) => {
      if (item.field !== 'Hashes' && item.field !== 'Hash') return is(item);
      const parts = item.tests
        .flatMap((test) => (test.kind === 'any' ? test.tests : [test]))
        .map((test) => one(item, test));
      return item.all ? and(parts) : or(parts);
    },
  };
}
