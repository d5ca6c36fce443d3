/** A Sigma document: a rule, a filter or a correlation. Sigma specification v2.1. */
import { type Logic, leaves, or, readCondition, resolve } from './condition.ts';
import { type Correlation, readCorrelation } from './correlation.ts';
import { attempt, type Item, type Matcher, readSelection } from './detection.ts';
import { type MapNode, type Node, Wrong } from './document.ts';
import { shown } from './pattern.ts';

export interface LogSource {
  readonly category?: string;
  readonly product?: string;
  readonly service?: string;
}

export interface Meta {
  readonly file: string;
  /** Where the document begins. */
  readonly line: number;
  readonly title: string;
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly level: string | undefined;
  readonly status: string | undefined;
  readonly tags: readonly string[];
  /** Samples written into the rule, and the file that names others. */
  readonly tests: Node | undefined;
  readonly testsPath: string | undefined;
}

export interface Rule extends Meta {
  readonly kind: 'rule';
  readonly logsource: LogSource;
  readonly matcher: Matcher;
  /** What a pipeline makes of the name of a field of this rule's events, for correlations over them. */
  readonly rename?: (field: string) => string;
}

export interface Filter extends Meta {
  readonly kind: 'filter';
  readonly logsource: LogSource;
  /** Ids or names of rules; 'any': all of the log source. */
  readonly rules: readonly string[] | 'any';
  readonly matcher: Matcher;
}

export type SigmaDocument = Rule | Filter | (Correlation & Meta);

const STATUSES = ['stable', 'test', 'experimental', 'deprecated', 'unsupported'];
const LEVELS = ['informational', 'low', 'medium', 'high', 'critical'];
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const LISTS = ['tags', 'references', 'falsepositives', 'fields'];
const MOST_SELECTIONS = 500;
/** Keys of other documents that lie in a checkout of rules: samples, pipelines, the checkout's own workflows. */
const OTHERS = ['regression_tests_info', 'rule_metadata', 'transformations', 'jobs', 'repos'];

/** Whether a document does not claim to be Sigma at all. */
export function isOther(node: Node): boolean {
  return node.kind === 'map' && !isSigma(node) && OTHERS.some((key) => node.entries.has(key));
}

function isSigma({ entries }: MapNode): boolean {
  return ['detection', 'correlation', 'filter', 'logsource'].some((key) => entries.has(key));
}

/** Reads a document. Whatever is wrong with it is in `wrong`; then there is no document. */
export function readSigma(node: Node, file: string): { document: SigmaDocument | undefined; wrong: Wrong[] } {
  const wrong: Wrong[] = [];
  if (node.kind !== 'map')
    return { document: undefined, wrong: [new Wrong(node.line, 'a rule is a map of attributes')] };
  const meta = readMeta(node, file, wrong);
  const kinds = ['detection', 'correlation', 'filter'].filter((key) => node.entries.has(key));
  let document: SigmaDocument | undefined;
  if (kinds.length !== 1) {
    const which = kinds.length === 0 ? 'none' : kinds.join(' and ');
    wrong.push(new Wrong(node.line, `a document has one of detection, correlation and filter, and this has ${which}`));
  } else if (kinds[0] === 'correlation') {
    const correlation = readCorrelation(node.entries.get('correlation')!.value, wrong);
    if (correlation !== undefined) document = { ...meta, ...correlation };
  } else document = readMatching(node, kinds[0] as 'detection' | 'filter', meta, wrong);
  return { document: wrong.length > 0 ? undefined : document, wrong };
}

function readMatching(
  node: MapNode,
  kind: 'detection' | 'filter',
  meta: Meta,
  wrong: Wrong[],
): Rule | Filter | undefined {
  const { line, value } = node.entries.get(kind)!;
  const logsource = attempt(wrong, () => readLogSource(node)) ?? {};
  if (value.kind !== 'map') {
    wrong.push(new Wrong(line, `${kind} is a map of selections with a condition`));
    return undefined;
  }
  if (value.entries.has('timeframe'))
    wrong.push(new Wrong(value.entries.get('timeframe')!.line, 'timeframe has gone: write a correlation rule instead'));
  const rules = kind === 'filter' ? attempt(wrong, () => readFiltered(value)) : undefined;
  const matcher = readMatcher(value, kind === 'filter' ? ['condition', 'rules'] : ['condition', 'timeframe'], wrong);
  if (matcher === undefined) return undefined;
  return kind === 'detection'
    ? { ...meta, kind: 'rule', logsource, matcher }
    : { ...meta, kind: 'filter', logsource, rules: rules ?? [], matcher };
}

/** Selections and their condition, joined to one. */
function readMatcher(map: MapNode, reserved: readonly string[], wrong: Wrong[]): Matcher | undefined {
  const before = wrong.length;
  const named = [...map.entries].filter(([name]) => !reserved.includes(name));
  if (named.length > MOST_SELECTIONS) wrong.push(new Wrong(map.line, `more than ${MOST_SELECTIONS} selections`));
  if (named.length === 0) {
    wrong.push(new Wrong(map.line, 'there is no selection'));
    return undefined;
  }
  const selections = new Map(named.map(([name, { value }]) => [name, readSelection(name, value, wrong)]));
  const condition = attempt(wrong, () => readConditions(map, [...selections.keys()]));
  if (condition === undefined || wrong.length > before) return undefined;
  return resolve<string, Item>(condition, (name) => selections.get(name)!);
}

/** A condition, or a list of them of which one is enough. */
function readConditions(map: MapNode, names: readonly string[]): Logic<string> {
  const entry = map.entries.get('condition');
  if (entry === undefined) throw new Wrong(map.line, 'there is no condition');
  const nodes = entry.value.kind === 'list' ? entry.value.items : [entry.value];
  if (nodes.length === 0) throw new Wrong(entry.line, 'the list of conditions is empty');
  const conditions = nodes.map((node) => {
    if (node.kind !== 'scalar' || node.value === null || typeof node.value === 'boolean')
      throw new Wrong(node.line, 'a condition is a text');
    return readCondition(String(node.value), names, node.line);
  });
  const condition = or(conditions);
  if (leaves(condition).length > 5_000) throw new Wrong(entry.line, 'the condition names more than 5000 selections');
  return condition;
}

function readFiltered(filter: MapNode): readonly string[] | 'any' {
  const entry = filter.entries.get('rules');
  if (entry === undefined) throw new Wrong(filter.line, "a filter names its rules: a list, or 'any'");
  if (entry.value.kind === 'scalar' && String(entry.value.value).toLowerCase() === 'any') return 'any';
  const nodes = entry.value.kind === 'list' ? entry.value.items : [entry.value];
  const names = nodes.map((node) => (node.kind === 'scalar' ? node.value : undefined));
  if (names.length === 0 || names.some((name) => typeof name !== 'string' || name === ''))
    throw new Wrong(entry.line, "a filter's rules are ids or names of rules, or 'any'");
  return names as string[];
}

export function readLogSource(node: MapNode): LogSource {
  const entry = node.entries.get('logsource');
  if (entry === undefined) throw new Wrong(node.line, 'there is no logsource');
  if (entry.value.kind !== 'map') throw new Wrong(entry.line, 'logsource is a map with category, product or service');
  const found: Record<string, string> = {};
  for (const key of ['category', 'product', 'service']) {
    const part = entry.value.entries.get(key);
    if (part === undefined) continue;
    const value = part.value.kind === 'scalar' ? part.value.value : undefined;
    if (typeof value !== 'string' || value === '') throw new Wrong(part.line, `logsource.${key} is a text`);
    found[key] = value;
  }
  if (Object.keys(found).length === 0) throw new Wrong(entry.line, 'logsource has no category, product or service');
  return found;
}

function readMeta(node: MapNode, file: string, wrong: Wrong[]): Meta {
  const text = (key: string, fits: (value: string) => boolean, what: string): string | undefined => {
    const entry = node.entries.get(key);
    if (entry === undefined || (entry.value.kind === 'scalar' && entry.value.value === null)) return undefined;
    const value = entry.value.kind === 'scalar' ? entry.value.value : undefined;
    if (typeof value === 'string' && fits(value)) return value;
    wrong.push(new Wrong(entry.line, `${key} is ${what}${typeof value === 'string' ? `, not ${shown(value)}` : ''}`));
    return undefined;
  };
  const title = text(
    'title',
    (value) => value.trim() !== '' && value.length <= 256,
    'a text of at most 256 characters',
  );
  if (title === undefined && !wrong.some(({ message }) => message.startsWith('title ')))
    wrong.push(new Wrong(node.line, 'there is no title'));
  text('description', (value) => value.length <= 65_535, 'a text of at most 65535 characters');
  text('author', () => true, 'a text');
  for (const key of ['date', 'modified']) text(key, isDay, 'a day: YYYY-MM-DD');
  for (const key of LISTS) checkList(node, key, wrong);
  return {
    file,
    line: node.line,
    title: title ?? '',
    id: text('id', (value) => UUID.test(value), 'a UUID')?.toLowerCase(),
    name: text('name', (value) => value.trim() !== '', 'a text'),
    status: text('status', (value) => STATUSES.includes(value), `one of ${STATUSES.join(', ')}`),
    level: text('level', (value) => LEVELS.includes(value), `one of ${LEVELS.join(', ')}`),
    tags: listOf(node.entries.get('tags')?.value),
    tests: node.entries.get('tests')?.value,
    testsPath: text('regression_tests_path', (value) => value !== '', 'a path'),
  };
}

function checkList(node: MapNode, key: string, wrong: Wrong[]): void {
  const entry = node.entries.get(key);
  if (entry === undefined || (entry.value.kind === 'scalar' && entry.value.value === null)) return;
  const items = entry.value.kind === 'list' ? entry.value.items : undefined;
  if (items === undefined || items.some((item) => item.kind !== 'scalar'))
    wrong.push(new Wrong(entry.line, `${key} is a list of texts`));
}

function listOf(node: Node | undefined): string[] {
  if (node?.kind !== 'list') return [];
  return node.items.flatMap((item) => (item.kind === 'scalar' && item.value !== null ? [String(item.value)] : []));
}

/** YYYY-MM-DD; with slashes as older rules have it. */
function isDay(value: string): boolean {
  const [, year, month, day] = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})$/.exec(value) ?? [];
  if (year === undefined) return false;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}
