/**
 * Writing a rule in the console: reading what there is, and checking, testing and trying out a text that nobody has saved. Rules
 * are files, and nothing here writes one: a rule cannot be changed or switched off from the console, by nobody.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fault } from '../base/fault.ts';
import { knownNames } from '../people/people.ts';
import type { Data } from '../stores/data.ts';
import { type Backtest, backtest } from './backtest.ts';
import { prepare } from './check.ts';
import { type Collection, filesBelow, readFiles } from './collection.ts';
import { compile } from './compile.ts';
import { type Node, readDocuments } from './document.ts';
import { ownShape } from './own.ts';
import type { SigmaDocument } from './rule.ts';
import { saveBacktest, selectBacktests } from './store.ts';
import { type TrialResult, testRules } from './trial.ts';

/** Rules that come with the program, and those of the organisation in the data directory. */
export const ORIGINS = ['shipped', 'own'] as const;
export type Origin = (typeof ORIGINS)[number];

export interface RuleFile {
  readonly origin: Origin;
  /** Below its folder, with `/`. */
  readonly file: string;
  readonly sha256: string;
  readonly rules: readonly { title: string; level: string; status: string; kind: string; logsource: string }[];
  readonly problems: number;
}

export interface Place {
  readonly line: number;
  /** Where the text of the line begins, from 1. */
  readonly column: number;
  readonly message: string;
}

/** Figures of fewer people than this are not shown: a rule could be written to find out what one person does. */
export const LEAST_PEOPLE = 5;
export const MOST_CHARACTERS = 200_000;
const MOST_FILES = 500;
const SHIPPED = fileURLToPath(new URL('../../content/rules', import.meta.url));

const folders = (dir: string): Record<Origin, string> => ({ shipped: SHIPPED, own: join(dir, 'rules') });
export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Rule files with their hashes: what the ledger compares with what was there last. */
export function ruleContents(dir: string): { name: string; sha256: string }[] {
  return paths(dir).map(({ origin, file, path }) => ({
    name: `sigma:${origin}/${file}`.slice(0, 200),
    sha256: createHash('sha256').update(readFileSync(path)).digest('hex'),
  }));
}

/** The rules there are, file by file. */
export function ruleFiles(dir: string): RuleFile[] {
  return paths(dir)
    .slice(0, MOST_FILES)
    .map(({ origin, file, path }) => {
      const collection = readFiles([path]);
      const { problems } = prepare(collection, []);
      const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
      return { origin, file, sha256, rules: collection.documents.map(summaryOf), problems: problems.length };
    });
}

/** The text of a rule file. Throws `not-found`. */
export function ruleText(dir: string, origin: Origin, file: string): string {
  const found = paths(dir).find((one) => one.origin === origin && one.file === file);
  if (found === undefined) throw new Fault('not-found', 'There is no such file of rules.', { place: file });
  return readFileSync(found.path, 'utf8');
}

function paths(dir: string): { origin: Origin; file: string; path: string }[] {
  return ORIGINS.flatMap((origin) => {
    const folder = folders(dir)[origin];
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
    return filesBelow(folder, /\.ya?ml$/i).map((path) => ({
      origin,
      path,
      file: relative(folder, path).replaceAll('\\', '/'),
    }));
  });
}

function summaryOf(document: SigmaDocument): RuleFile['rules'][number] {
  const { title, level = '', status = '', kind } = document;
  const source = 'logsource' in document ? Object.values(document.logsource).join(' / ') : '';
  return { title, level, status, kind, logsource: source };
}

/** What is wrong with a text, and where. */
export function checkText(text: string): { total: number; compiled: number; problems: Place[] } {
  const lines = text.split('\n');
  return within(text, (path) => {
    const { total, compiled, problems } = prepare(readFiles([path]), []);
    const places = problems.map(({ line, message }) => ({
      ...{ line, message },
      column: 1 + Math.max(0, (lines[line - 1] ?? '').search(/\S/)),
    }));
    return { total, compiled, problems: places };
  });
}

/** Runs the tests that are written into a text. Throws `invalid-input` for one that reads a file. */
export async function testText(text: string, signal?: AbortSignal): Promise<TrialResult[]> {
  if (readDocuments(Buffer.from(text)).documents.some((node) => namesFile(node))) {
    throw new Fault(
      'invalid-input',
      'A test with a path reads a file of this machine; write its events into the rule.',
      {
        place: 'text',
      },
    );
  }
  return await within(text, async (path) => (await testRules(path, signal === undefined ? {} : { signal })).results);
}

function namesFile(node: Node, isTest = false): boolean {
  if (node.kind === 'list') return node.items.some((item) => namesFile(item, isTest));
  if (node.kind !== 'map') return false;
  return [...node.entries].some(
    ([key, { value }]) =>
      key === 'regression_tests_path' ||
      (isTest && key === 'path') ||
      namesFile(value, isTest || key === 'tests' || key === 'regression_tests_info'),
  );
}

export interface Figures {
  readonly rule: string;
  readonly logs: string[];
  readonly from: string;
  readonly to: string;
  /** `hits` is null where there are some, of fewer than LEAST_PEOPLE people. */
  readonly days: { day: string; events: number; hits: number | null }[];
  readonly missing: string[];
}

/**
 * What a text finds among the stored events, by day, in figures that are of nobody in particular. Throws `invalid-input` for a rule
 * that names somebody; `invalid-content`, `data-missing` as `backtest`.
 */
export async function backtestText(
  data: Pick<Data, 'events' | 'casework'>,
  text: string,
  { days, now, signal }: { days: number; now: Date; signal?: AbortSignal },
): Promise<Figures[]> {
  return await within(text, async (path) => {
    const collection = readFiles([path]);
    await refuseNames(data, text, collection);
    const { results } = await backtest(data.events, path, { days, people: true, ...(signal ? { signal } : {}) });
    const shown = results.map(figuresOf);
    const one = shown[0]!;
    const hits = new Set(shown.flatMap((each) => each.days.filter((day) => day.hits !== 0).map(({ day }) => day)));
    await saveBacktest(data.casework, {
      ...{ sha256: digestOf(text), ran_at: now, from_day: one.from, to_day: one.to, days_with_hits: hits.size },
      days_with_logs: one.days.filter(({ events }) => events > 0).length,
    });
    return shown;
  });
}

function figuresOf({ rule, logs, from, to, days, missing }: Backtest): Figures {
  return {
    ...{ rule, logs, from, to, missing: missing.map(({ field }) => field) },
    days: days.map(({ day, events, hits, people = 0 }) => ({
      ...{ day, events },
      hits: hits > 0 && people < LEAST_PEOPLE ? null : hits,
    })),
  };
}

/** A rule is about what is done. One that is about somebody would be a question about him, asked past those who may ask. */
async function refuseNames({ events }: Pick<Data, 'events'>, text: string, collection: Collection): Promise<void> {
  const about = (why: string) =>
    new Fault('invalid-input', `${why} A rule is about what is done, and is tried out on everybody.`, {
      place: 'text',
    });
  for (const document of collection.documents) {
    const shape = document.kind === 'rule' ? ownShape(document.logsource) : undefined;
    if (document.kind !== 'rule' || shape === undefined) continue;
    const { where, columns } = compile(document.matcher, shape);
    if ([where, ...columns.map(({ sql }) => sql)].some((sql) => /\bactor_user_uid\b/.test(sql))) {
      throw about('The rule selects by account.');
    }
  }
  const words = new Set(
    text.toLowerCase().match(/[\w.+-]+@[\w.-]+|[\p{L}\d_]+(?:[.~+-][\p{L}\d_]+)*|[\p{L}\d_]+/gu) ?? [],
  );
  const names = await knownNames(events);
  if (names.some(({ account, email }) => words.has(account.toLowerCase()) || (email !== '' && words.has(email)))) {
    throw about('The rule names an account or an address of somebody here.');
  }
}

/** The last backtest of each text, by its hash. */
export async function lastBacktests({ casework }: Pick<Data, 'casework'>, hashes: readonly string[]) {
  return new Map((await selectBacktests(casework, hashes)).map((row) => [row.sha256, row]));
}

/** Gives the text a file for as long as the work takes. */
function within<T>(text: string, work: (path: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-rule-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const path = join(folder, 'rule.yml');
  try {
    writeFileSync(path, text, { mode: 0o600 });
    const result = work(path);
    if (result instanceof Promise) return result.finally(remove) as T;
    remove();
    return result;
  } catch (error) {
    remove();
    throw error;
  }
}
