/**
 * YAML as Sigma's readers need it: every value with its line, and with limits, because a rule may come from anybody.
 * An alias that refers to an alias that refers to ... (a "YAML bomb") is cut off by a budget of values, a text without
 * end by its size. A file that cannot be read gives problems, never an exception, and takes no other file with it.
 */
import { isUtf8 } from 'node:buffer';
import { Alias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type Document as YamlDocument } from 'yaml';

/** What is wrong, and where: `line` counts from 1. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

export interface MapNode {
  readonly kind: 'map';
  readonly line: number;
  readonly entries: ReadonlyMap<string, { readonly line: number; readonly value: Node }>;
}
export interface ListNode {
  readonly kind: 'list';
  readonly line: number;
  readonly items: readonly Node[];
}
export interface ScalarNode {
  readonly kind: 'scalar';
  readonly line: number;
  readonly value: string | number | bigint | boolean | null;
  /** As it stands in the file, for numbers: 0x10 is 16, but a log may say 0x10. */
  readonly source: string;
}
export type Node = MapNode | ListNode | ScalarNode;

export const LIMITS = { bytes: 4 << 20, values: 200_000, aliases: 100, depth: 64, documents: 1_000 } as const;

/** Something is wrong at a line; whoever knows the file makes a Problem of it. */
export class Wrong extends Error {
  readonly line: number;
  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** The documents of a YAML file, and what is wrong with it; a document with an error is left out, the others are not. */
export function readDocuments(bytes: Buffer): { documents: Node[]; wrong: Wrong[] } {
  const fail = (line: number, message: string) => ({ documents: [], wrong: [new Wrong(line, message)] });
  if (bytes.length > LIMITS.bytes) return fail(1, `the file is larger than ${LIMITS.bytes >> 20} MiB`);
  if (!isUtf8(bytes)) return fail(badLine(bytes), 'the file is not valid UTF-8');
  const lines = new LineCounter();
  const parsed = parse(bytes.toString('utf8'), lines);
  if (parsed instanceof Wrong) return { documents: [], wrong: [parsed] };
  const documents: Node[] = [];
  const wrong: Wrong[] = [];
  for (const document of parsed) {
    const [error] = [...document.errors, ...document.warnings];
    if (error !== undefined) {
      const message = /call stack/i.test(error.message) ? 'the YAML is nested too deeply' : firstLine(error.message);
      wrong.push(new Wrong(error.linePos?.[0].line ?? 1, message));
      continue;
    }
    try {
      const node = convert(document, lines);
      if (node !== undefined) documents.push(node);
    } catch (problem) {
      wrong.push(problem instanceof Wrong ? problem : new Wrong(1, 'the YAML is nested too deeply'));
    }
  }
  return { documents, wrong };
}

/** The first line that is not valid UTF-8. */
function badLine(bytes: Buffer): number {
  let line = 1;
  for (let from = 0; from < bytes.length; line++) {
    const end = bytes.indexOf(10, from);
    if (!isUtf8(bytes.subarray(from, end < 0 ? undefined : end))) break;
    if (end < 0) break;
    from = end + 1;
  }
  return line;
}

function parse(text: string, lineCounter: LineCounter): YamlDocument[] | Wrong {
  try {
    const found = parseAllDocuments(text, { lineCounter, uniqueKeys: true, intAsBigInt: true, logLevel: 'silent' });
    const documents = Array.isArray(found) ? found : [];
    return documents.length > LIMITS.documents
      ? new Wrong(1, `more than ${LIMITS.documents} documents in one file`)
      : (documents as YamlDocument[]);
  } catch {
    // The library's parser is recursive: only nesting thousands of levels deep ends it.
    return new Wrong(1, 'the YAML is nested too deeply');
  }
}

/** Undefined for a document without content. */
function convert(document: YamlDocument, lines: LineCounter): Node | undefined {
  let values = 0;
  let aliases = 0;
  const lineOf = (node: unknown): number => {
    const start = (node as { range?: [number, number, number] | null } | null)?.range?.[0];
    return start === undefined ? 1 : Math.max(1, lines.linePos(start).line);
  };
  const walk = (node: unknown, depth: number, inherited: number): Node => {
    const line = node === null || node === undefined ? inherited : lineOf(node);
    if (++values > LIMITS.values) throw new Wrong(line, `more than ${LIMITS.values} values, aliases counted in full`);
    if (depth > LIMITS.depth) throw new Wrong(line, `nested more than ${LIMITS.depth} levels deep`);
    if (node instanceof Alias) {
      if (++aliases > LIMITS.aliases) throw new Wrong(line, `more than ${LIMITS.aliases} aliases`);
      const target = node.resolve(document);
      if (target === undefined) throw new Wrong(line, `the alias *${node.source} names no anchor`);
      return walk(target, depth + 1, line);
    }
    if (isSeq(node)) return { kind: 'list', line, items: node.items.map((item) => walk(item, depth + 1, line)) };
    if (isMap(node)) return mapOf(node.items, line, depth);
    if (isScalar(node)) return scalar(node.value, node.source, line);
    return { kind: 'scalar', line, value: null, source: '' };
  };
  const mapOf = (pairs: readonly { key: unknown; value: unknown }[], line: number, depth: number): MapNode => {
    const entries = new Map<string, { line: number; value: Node }>();
    const merged: MapNode[] = [];
    for (const pair of pairs) {
      const key = walk(pair.key, depth + 1, line);
      if (key.kind !== 'scalar' || key.value === null) throw new Wrong(key.line, 'a key must be a plain text');
      const value = walk(pair.value, depth + 1, key.line);
      if (key.value !== '<<') entries.set(String(key.value), { line: key.line, value });
      else merged.push(...mapsIn(value));
    }
    for (const map of merged) for (const [key, entry] of map.entries) if (!entries.has(key)) entries.set(key, entry);
    return { kind: 'map', line, entries };
  };
  const { contents } = document;
  return contents === null || (isScalar(contents) && contents.value === null) ? undefined : walk(contents, 0, 1);
}

function mapsIn(value: Node): MapNode[] {
  const maps = value.kind === 'list' ? value.items : [value];
  return maps.map((map) => {
    if (map.kind !== 'map') throw new Wrong(map.line, 'a merge key << takes a map');
    return map;
  });
}

function scalar(value: unknown, source: string | undefined, line: number): ScalarNode {
  const plain = value === null || ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
  if (!plain) throw new Wrong(line, 'only texts, numbers, true, false and null can be values');
  if (typeof value === 'string' && !value.isWellFormed()) throw new Wrong(line, 'the text is not valid Unicode');
  return { kind: 'scalar', line, value: value as ScalarNode['value'], source: source ?? String(value) };
}

const firstLine = (text: string) => (text.split('\n', 1)[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');

/**
 * Several documents in one file, the old way: `action: global` is a template for those that follow, `reset` ends it,
 * `repeat` is the former document with changes. What the template says wins, as in pySigma.
 */
export function withActions(documents: readonly Node[]): { documents: Node[]; wrong: Wrong[] } {
  const done: Node[] = [];
  const wrong: Wrong[] = [];
  let template: MapNode | undefined;
  let former: MapNode | undefined;
  for (const document of documents) {
    const action = document.kind === 'map' ? document.entries.get('action') : undefined;
    if (document.kind !== 'map' || action === undefined) {
      const standsAlone =
        document.kind !== 'map' || document.entries.has('correlation') || document.entries.has('filter');
      const whole = template === undefined || standsAlone ? document : merge(document as MapNode, template);
      former = whole.kind === 'map' ? whole : former;
      done.push(whole);
      continue;
    }
    const verb = action.value.kind === 'scalar' ? action.value.value : undefined;
    const rest = { ...document, entries: new Map([...document.entries].filter(([key]) => key !== 'action')) };
    if (verb === 'global') {
      template = rest;
      former = rest;
    } else if (verb === 'reset') template = undefined;
    else if (verb === 'repeat' && former !== undefined) {
      former = merge(former, rest);
      done.push(former);
    } else wrong.push(new Wrong(action.line, 'an action is global, reset, or repeat after another document'));
  }
  return { documents: done, wrong };
}

function merge(base: MapNode, over: MapNode): MapNode {
  const entries = new Map(base.entries);
  for (const [key, entry] of over.entries) {
    const below = entries.get(key)?.value;
    const both = below?.kind === 'map' && entry.value.kind === 'map';
    entries.set(key, both ? { line: entry.line, value: merge(below, entry.value) } : entry);
  }
  return { kind: 'map', line: base.line, entries };
}
