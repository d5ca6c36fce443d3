/**
 * Processing pipelines: how an organisation's logs name what rules speak of. The format is pySigma's YAML: a list of
 * transformations, each under conditions on the rule, the detection item and the field.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { Fault } from '../base/fault.ts';
import { type Logic, readCondition } from './condition.ts';
import type { Item, Matcher } from './detection.ts';
import { Wrong } from './document.ts';
import { holdsForField, holdsForItem, holdsForRule } from './pipeline-conditions.ts';
import { type Change, changeItem, changeRule, STEPS } from './pipeline-steps.ts';
import type { Rule } from './rule.ts';

const Conditions = z
  .union([z.array(z.looseObject({ type: z.string() })), z.record(z.string(), z.looseObject({ type: z.string() }))])
  .default([]);
const Linking = z.enum(['and', 'or']).default('and');

const Step = z.looseObject({
  id: z.string().optional(),
  type: z.enum(STEPS),
  rule_conditions: Conditions,
  rule_cond_op: Linking,
  rule_cond_not: z.boolean().default(false),
  rule_cond_expr: z.string().optional(),
  detection_item_conditions: Conditions,
  detection_item_cond_op: Linking,
  detection_item_cond_not: z.boolean().default(false),
  detection_item_cond_expr: z.string().optional(),
  field_name_conditions: Conditions,
  field_name_cond_op: Linking,
  field_name_cond_not: z.boolean().default(false),
  field_name_cond_expr: z.string().optional(),
});
export type Step = z.infer<typeof Step>;

const Value = z.union([z.string(), z.number()]);
const Pipeline = z.strictObject({
  name: z.string().optional(),
  priority: z.number().default(0),
  allowed_backends: z.array(z.string()).optional(),
  vars: z.record(z.string(), z.union([Value, z.array(Value)])).default({}),
  transformations: z.array(Step).default([]),
});
export type Pipeline = z.infer<typeof Pipeline>;

/** What a rule carries through a pipeline. */
export interface State {
  readonly vars: Pipeline['vars'];
  readonly values: Map<string, unknown>;
  /** Ids of the steps that were applied. */
  readonly applied: Set<string>;
}

/** Reads pipelines, in the order of their priority. Errors: not-found, invalid-content naming the file. */
export function readPipelines(files: readonly string[]): Pipeline[] {
  return files.map(readPipeline).sort((a, b) => a.priority - b.priority);
}

function readPipeline(place: string): Pipeline {
  let content: unknown;
  try {
    content = parse(readFileSync(place, 'utf8'), { maxAliasCount: 100 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new Fault('not-found', 'there is no such pipeline', { place });
    const why = error instanceof Error ? error.message.split('\n', 1)[0] : '';
    throw new Fault('invalid-content', `the pipeline cannot be read: ${why}`, { place });
  }
  const parsed = Pipeline.safeParse(content);
  if (!parsed.success) throw new Fault('invalid-content', z.prettifyError(parsed.error), { place });
  try {
    for (const step of parsed.data.transformations)
      changeItem(step, { vars: {}, values: new Map(), applied: new Set() });
  } catch (error) {
    throw new Fault('invalid-content', error instanceof Error ? error.message : String(error), { place });
  }
  return parsed.data;
}

/** A rule as a pipeline leaves it. Errors: Wrong, where the pipeline says that the rule cannot be used, or is wrong itself. */
export function applyPipeline(rule: Rule, pipeline: Pipeline): Rule {
  const state: State = { vars: pipeline.vars, values: new Map(), applied: new Set() };
  return applySteps(rule, pipeline.transformations, state);
}

function applySteps(rule: Rule, steps: readonly Step[], state: State): Rule {
  return steps.reduce((before, step) => {
    try {
      const holds = linked(step.rule_conditions, step.rule_cond_op, step.rule_cond_expr, (condition) =>
        holdsForRule(condition, before, state),
      );
      if (holds === step.rule_cond_not) return before;
      const after = step.type === 'nest' ? nested(before, step, state) : applyStep(before, step, state);
      if (step.id !== undefined) state.applied.add(step.id);
      return after;
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      throw new Wrong(rule.line, `the pipeline's ${step.type}: ${z.prettifyError(error)}`);
    }
  }, rule);
}

function nested(rule: Rule, step: Step, state: State): Rule {
  return applySteps(rule, z.object({ items: z.array(Step) }).parse(step).items, state);
}

function applyStep(rule: Rule, step: Step, state: State): Rule {
  const whole = changeRule(step, rule, state);
  if (whole !== undefined) return whole;
  const change = changeItem(step, state);
  const concerns = (item: Item): boolean => {
    const ofItem = linked(
      step.detection_item_conditions,
      step.detection_item_cond_op,
      step.detection_item_cond_expr,
      (c) => holdsForItem(c, item, state),
    );
    return ofItem !== step.detection_item_cond_not && concernsField(step, item.field, state);
  };
  const matcher = changeItems(rule.matcher, (item) =>
    concerns(item) ? change.item(item) : { kind: 'is', what: item },
  );
  if (matcher === undefined) throw new Wrong(rule.line, 'the pipeline leaves nothing of the rule');
  const rename = (field: string): string => {
    const before = rule.rename?.(field) ?? field;
    return (concernsField(step, before, state) ? change.field?.(before) : undefined) ?? before;
  };
  return { ...rule, matcher, ...(change.field === undefined ? {} : { rename }) };
}

function concernsField(step: Step, field: string | undefined, state: State): boolean {
  const holds = linked(step.field_name_conditions, step.field_name_cond_op, step.field_name_cond_expr, (condition) =>
    holdsForField(condition, field, state),
  );
  return holds !== step.field_name_cond_not;
}

type Condition = { type: string };

/** Whether conditions hold together: all, one of them, or as an expression over their names says. */
function linked(
  conditions: readonly Condition[] | Record<string, Condition>,
  operator: 'and' | 'or',
  expression: string | undefined,
  holds: (condition: Condition) => boolean,
): boolean {
  if (expression !== undefined && !Array.isArray(conditions)) {
    const named = conditions as Record<string, Condition>;
    return evaluate(readCondition(expression, Object.keys(named), 1), (name) => holds(named[name]!));
  }
  const list = Object.values(conditions) as Condition[];
  if (list.length === 0) return true;
  return operator === 'and' ? list.every(holds) : list.some(holds);
}

function evaluate(logic: Logic<string>, holds: (name: string) => boolean): boolean {
  if (logic.kind === 'is') return holds(logic.what);
  if (logic.kind === 'not') return !evaluate(logic.part, holds);
  const parts = logic.parts.map((part) => evaluate(part, holds));
  return logic.kind === 'and' ? parts.every(Boolean) : parts.some(Boolean);
}

/** Replaces items; one that is dropped takes with it what holds nothing else. */
function changeItems(matcher: Matcher, change: Change['item']): Matcher | undefined {
  if (matcher.kind === 'is') return change(matcher.what);
  if (matcher.kind === 'not') {
    const part = changeItems(matcher.part, change);
    return part && { kind: 'not', part };
  }
  const parts = matcher.parts.flatMap((part) => changeItems(part, change) ?? []);
  return parts.length === 0 ? undefined : { kind: matcher.kind, parts };
}
