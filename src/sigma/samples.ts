/** What tests rules: samples of logs beside them or written into them, in the format of SigmaHQ's regression tests. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { filesBelow } from './collection.ts';
import { type MapNode, type Node, type Problem, readDocuments, Wrong } from './document.ts';

/** One test of one rule. */
export interface SampleTest {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  /** How many records match at least; 0: none at all; undefined: one. */
  readonly count: number | undefined;
  /** Raw log lines, or JSON; undefined when they cannot be read. */
  readonly records: readonly string[] | undefined;
  readonly why: string;
}

export interface SampleFile {
  readonly file: string;
  /** Ids of the rules that it is about. */
  readonly rules: readonly string[];
  readonly tests: readonly SampleTest[];
}

const MOST_SAMPLE_BYTES = 64 << 20;
const READABLE = ['.json', '.jsonl', '.ndjson', '.log', '.raw', '.txt'];

/** Every file of tests (info.yml) below `place`, and what is wrong with any. Errors: not-found. */
export function readSampleFiles(place: string): { files: SampleFile[]; problems: Problem[] } {
  const files: SampleFile[] = [];
  const problems: Problem[] = [];
  for (const file of filesBelow(place, /\.ya?ml$/i)) {
    const text = readFileSync(file);
    if (!text.includes('regression_tests_info')) continue;
    for (const node of readDocuments(text).documents) {
      if (node.kind !== 'map' || node.entries.has('detection') || node.entries.has('correlation')) continue;
      try {
        files.push(readSampleFile(node, file));
      } catch (error) {
        if (!(error instanceof Wrong)) throw error;
        problems.push({ file, line: error.line, message: error.message });
      }
    }
  }
  return { files, problems };
}

function readSampleFile(node: MapNode, file: string): SampleFile {
  const about = node.entries.get('rule_metadata')?.value;
  const rules = (about?.kind === 'list' ? about.items : []).flatMap((one) => textOf(one, 'id')?.toLowerCase() ?? []);
  if (rules.length === 0) throw new Wrong(node.line, 'rule_metadata names no rule by its id');
  return { file, rules, tests: readTests(node.entries.get('regression_tests_info')?.value, file) };
}

/** The tests of a list: `name`, `match_count` or `match`, and `path`, `event` or `events`. Errors: Wrong. */
export function readTests(node: Node | undefined, file: string): SampleTest[] {
  if (node === undefined || (node.kind === 'scalar' && node.value === null)) return [];
  if (node.kind !== 'list') throw new Wrong(node.line, 'tests are a list');
  return node.items.map((item) => {
    if (item.kind !== 'map') throw new Wrong(item.line, 'a test is a map with a name and a path or events');
    const records = readRecords(item, file);
    return { name: textOf(item, 'name') ?? 'test', file, line: item.line, count: countOf(item), ...records };
  });
}

function countOf(test: MapNode): number | undefined {
  const given = test.entries.get('match_count');
  const match = test.entries.get('match');
  const value = given?.value.kind === 'scalar' ? Number(given.value.value) : undefined;
  if (given !== undefined && !(Number.isInteger(value) && value! >= 0))
    throw new Wrong(given.line, 'match_count is a number');
  if (match === undefined) return value;
  if (match.value.kind !== 'scalar' || typeof match.value.value !== 'boolean')
    throw new Wrong(match.line, 'match is true or false');
  return match.value.value ? value : 0;
}

function readRecords(test: MapNode, file: string): Pick<SampleTest, 'records' | 'why'> {
  const written = test.entries.get('events')?.value ?? test.entries.get('event')?.value;
  if (written !== undefined) {
    const events = written.kind === 'list' ? written.items : [written];
    return { records: events.map(recordOf), why: '' };
  }
  const path = textOf(test, 'path');
  if (path === undefined) throw new Wrong(test.line, 'a test has a path, an event or events');
  const places = [join(dirname(file), basename(path)), ...ancestors(file).map((folder) => join(folder, path))];
  const readable = places.flatMap((place) => {
    const bare = place.slice(0, place.length - extname(place).length);
    return [...(READABLE.includes(extname(place)) ? [place] : []), ...READABLE.map((ending) => bare + ending)];
  });
  const found = readable.find((place) => existsSync(place));
  if (found !== undefined) return readSample(found);
  const binary = places.some((place) => existsSync(place));
  return { records: undefined, why: binary ? `${path} is binary and has no JSON beside it` : `there is no ${path}` };
}

function readSample(path: string): Pick<SampleTest, 'records' | 'why'> {
  const bytes = readFileSync(path);
  if (bytes.length > MOST_SAMPLE_BYTES) return { records: undefined, why: `${path} is larger than 64 MiB` };
  return { records: splitRecords(bytes.toString('utf8')), why: '' };
}

/** An event of a test as a record: a text is a log line, a map is JSON. */
function recordOf(node: Node): string {
  return node.kind === 'scalar' && typeof node.value === 'string' ? node.value : json(node);
}

function json(node: Node): string {
  if (node.kind === 'list') return `[${node.items.map(json).join(',')}]`;
  if (node.kind === 'map')
    return `{${[...node.entries].map(([key, { value }]) => `${JSON.stringify(key)}:${json(value)}`).join(',')}}`;
  return typeof node.value === 'bigint' ? String(node.value) : JSON.stringify(node.value);
}

/** The records of a sample: JSON values, one a line or one after the other or in an array; anything else is lines of text. */
export function splitRecords(text: string): string[] {
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  if (!/^[[{]/.test(trimmed)) {
    const lines = trimmed.split(/\r?\n/).filter((line) => line.trim() !== '');
    return lines.map((line) => auditd(line) ?? line);
  }
  const values = jsonValues(trimmed);
  const parsed = values.flatMap((value): unknown[] => {
    try {
      return [JSON.parse(value)].flat();
    } catch {
      return [value];
    }
  });
  return parsed.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
}

/** A line of Linux's audit log, `type=EXECVE msg=audit(...): a0="ls" a1=...`, as JSON; undefined for another line. */
function auditd(line: string): string | undefined {
  if (!/^(?:node=\S+ )?type=\w+ msg=audit\(/.test(line)) return undefined;
  const fields = [...line.matchAll(/([A-Za-z_][\w-]*)=(?:"([^"]*)"|'([^']*)'|([^\s"']+))/g)];
  const values = fields.map(([, key = '', quoted, within, bare]) => [key, quoted ?? within ?? bare ?? '']);
  return JSON.stringify({ ...Object.fromEntries(values), message: line });
}

/** Cuts text into its outermost objects and arrays. */
function jsonValues(text: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let from = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (token === '{' || token === '[') {
      if (depth === 0) from = index;
      depth++;
    } else if (token === '}' || token === ']') {
      depth--;
      if (depth === 0) found.push(text.slice(from, index + 1));
    }
  }
  return found;
}

function textOf(node: Node, key: string): string | undefined {
  const value = node.kind === 'map' ? node.entries.get(key)?.value : undefined;
  return value?.kind === 'scalar' && value.value !== null ? String(value.value) : undefined;
}

/** The folders above a file, nearest first. */
export function ancestors(file: string): string[] {
  const folder = dirname(file);
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...ancestors(folder)];
}
