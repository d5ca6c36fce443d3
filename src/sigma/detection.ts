/** What a rule looks for: selections, their fields and values. Sigma specification v2, section "Detection". */
import { and, type Logic, or } from './condition.ts';
import { type MapNode, type Node, type ScalarNode, Wrong } from './document.ts';
import { readValues } from './modifiers.ts';
import type { Pattern } from './pattern.ts';

export type Operator = '=' | '<' | '<=' | '>' | '>=';
export type TimeUnit = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';

/** What one value asks of a field. A field with several values (an array in the log) passes if one of them does. */
export type Test =
  | { readonly kind: 'pattern'; readonly pattern: Pattern; readonly cased: boolean }
  /** A whole regular expression in RE2's syntax, with its flags. */
  | { readonly kind: 'regex'; readonly regex: string }
  | { readonly kind: 'number'; readonly operator: Operator; readonly value: number }
  | { readonly kind: 'time'; readonly unit: TimeUnit; readonly operator: Operator; readonly value: number }
  | { readonly kind: 'network'; readonly network: string }
  /** Another field of the same event: equal, or at its place within this one. */
  | { readonly kind: 'field'; readonly field: string; readonly place: Place; readonly cased: boolean }
  /** No value: the field is not there, or null. */
  | { readonly kind: 'null' }
  /** There or not, whatever its value. */
  | { readonly kind: 'exists'; readonly exists: boolean }
  | { readonly kind: 'any'; readonly tests: readonly Test[] };

export type Place = 'equal' | 'start' | 'end' | 'anywhere';

export interface Item {
  /** Undefined for a keyword, which may stand anywhere in the event. */
  readonly field: string | undefined;
  readonly tests: readonly Test[];
  /** All tests, not one of them. */
  readonly all: boolean;
  readonly negated: boolean;
  readonly line: number;
}

export type Matcher = Logic<Item>;

/** Field names reach the engine as parameters; this keeps out what can only be a mistake. */
const FIELD = /^[\p{L}\p{N}_.@#$:/[\]{}-][\p{L}\p{N}_.@#$:/[\]{} -]{0,199}$/u;

export function checkField(name: string, line: number): string {
  if (!FIELD.test(name)) throw new Wrong(line, `${JSON.stringify(name.slice(0, 60))} is no name of a field`);
  return name;
}

/** Reads one selection. What is wrong goes to `wrong`, all of it; then the result is undefined. */
export function readSelection(name: string, node: Node, wrong: Wrong[]): Matcher | undefined {
  const before = wrong.length;
  const found = selection(name, node, wrong);
  return wrong.length > before ? undefined : found;
}

function selection(name: string, node: Node, wrong: Wrong[]): Matcher | undefined {
  if (node.kind === 'map') return fields(name, node, wrong);
  const items = node.kind === 'list' ? node.items : [node];
  if (items.length === 0) wrong.push(new Wrong(node.line, `the selection ${name} is empty`));
  const found = items.flatMap((item): Matcher[] => {
    if (item.kind === 'map') return present(fields(name, item, wrong));
    if (item.kind === 'scalar') return present(attempt(wrong, () => keyword(name, item)));
    wrong.push(new Wrong(item.line, `the selection ${name} has a list within a list`));
    return [];
  });
  return found.length > 0 ? or(found) : undefined;
}

const present = <T>(value: T | undefined): T[] => (value === undefined ? [] : [value]);

function fields(name: string, map: MapNode, wrong: Wrong[]): Matcher | undefined {
  if (map.entries.size === 0) wrong.push(new Wrong(map.line, `the selection ${name} is empty`));
  const found = [...map.entries].flatMap(([key, { line, value }]) => {
    const item = attempt(wrong, () => readItem(key, value, line));
    return item === undefined ? [] : [{ kind: 'is', what: item } as const];
  });
  return found.length > 0 ? and(found) : undefined;
}

/** Reads `field|modifier|...: values`. Errors: Wrong. */
export function readItem(key: string, node: Node, line: number): Item {
  const [name = '', ...modifiers] = key.split('|');
  const field = name === '' ? undefined : checkField(name, line);
  const values = scalars(name === '' ? 'a keyword' : name, node, line);
  const { tests, all, negated } = readValues(modifiers, values, { field, line });
  if (field === undefined) tests.forEach((test) => void mustBeText(test, line));
  return { field, tests, all, negated, line };
}

function keyword(name: string, node: ScalarNode): Matcher {
  if (node.value === null) throw new Wrong(node.line, `the selection ${name} looks for null without a field`);
  if (node.value === '')
    throw new Wrong(node.line, `the selection ${name} looks for the empty text, which is everywhere`);
  const { tests } = readValues([], [node], { field: undefined, line: node.line });
  return { kind: 'is', what: { field: undefined, tests, all: false, negated: false, line: node.line } };
}

/** A keyword is looked for in a text; numbers, networks and other fields need a field to be compared with. */
function mustBeText(test: Test, line: number): void {
  if (test.kind === 'any') for (const part of test.tests) mustBeText(part, line);
  else if (test.kind !== 'pattern' && test.kind !== 'regex')
    throw new Wrong(line, 'a keyword without a field can only be a text or a regular expression');
}

function scalars(what: string, node: Node, line: number): ScalarNode[] {
  if (node.kind === 'map') throw new Wrong(node.line, `${what} has a map as its value`);
  if (node.kind === 'scalar') return [node];
  if (node.items.length === 0) throw new Wrong(line, `${what} has an empty list of values`);
  return node.items.map((item) => {
    if (item.kind !== 'scalar') throw new Wrong(item.line, `${what} has a ${item.kind} among its values`);
    if (item.value === null) throw new Wrong(item.line, `${what} has null in a list: make it a selection of its own`);
    return item;
  });
}

/** Runs `read`; what it finds wrong joins the rest. */
export function attempt<T>(wrong: Wrong[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    wrong.push(error);
    return undefined;
  }
}
