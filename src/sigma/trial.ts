/** Runs rules over the samples that test them, in an engine of its own that is gone afterwards. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../base/fault.ts';
import type { LineReader } from '../events/events.ts';
import { type Events, openEmbedded } from '../stores/clickhouse.ts';
import { migrateEvents } from '../stores/data.ts';
import { prepare, type Runnable } from './check.ts';
import { readCollection } from './collection.ts';
import { compile } from './compile.ts';
import { compileCorrelation, rulesOf } from './correlate.ts';
import type { Problem, Wrong } from './document.ts';
import type { Pipeline } from './pipeline.ts';
import type { Meta } from './rule.ts';
import { ancestors, readSampleFiles, readTests, type SampleFile, type SampleTest } from './samples.ts';
import { rawShape } from './shape.ts';
import { addRecords, correlationHits, createRecords, matchingRows, SAMPLE_SOURCE } from './store.ts';
import { countStored } from './stored.ts';

/** `unmapped`: nothing matched, and nobody says how this log names what the rule speaks of. */
export type Outcome = 'passed' | 'failed' | 'unmapped' | 'unread';

export interface TrialResult {
  /** Where the test stands. */
  file: string;
  line: number;
  rule: string;
  test: string;
  outcome: Outcome;
  why: string;
}

export interface TrialReport {
  total: number;
  passed: number;
  failed: number;
  unmapped: number;
  unread: number;
  results: TrialResult[];
  /** Rules and tests that cannot be read. */
  errors: Problem[];
}

export interface TrialOptions {
  pipelines?: readonly Pipeline[];
  /** A folder of samples that does not lie among the rules. */
  samples?: string | undefined;
  /** Take the samples in through readers, and look for them among the stored events as a backtest does. */
  stored?: readonly LineReader[] | undefined;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

interface Trial {
  readonly runnable: Runnable;
  readonly test: SampleTest;
}

/** Tests every rule below `place` that has samples. Errors: not-found, engine-stopped, interrupted. */
export async function testRules(place: string, options: TrialOptions = {}): Promise<TrialReport> {
  const { runnables, problems } = prepare(readCollection(place), options.pipelines ?? []);
  const errors = [...problems];
  const trials = gather(runnables, options.samples === undefined ? [place] : [place, options.samples], errors);
  const results: TrialResult[] = [];
  const dir = mkdtempSync(join(tmpdir(), 'countersign-'));
  const events = await openEmbedded(dir);
  try {
    await createRecords(events);
    if (options.stored) await migrateEvents(events);
    for (const [index, trial] of trials.entries()) {
      if (options.signal?.aborted) throw new Fault('interrupted', 'stopped by request', { place });
      results.push(await run(events, trial, index, options.stored));
      options.onProgress?.(index + 1, trials.length);
    }
  } finally {
    await events.close();
    rmSync(dir, { recursive: true, force: true });
  }
  const count = (outcome: Outcome) => results.filter((result) => result.outcome === outcome).length;
  return {
    total: results.length,
    passed: count('passed'),
    failed: count('failed'),
    unmapped: count('unmapped'),
    unread: count('unread'),
    results,
    errors,
  };
}

/** Tests in the rules, tests in files that name a rule, and tests in files that a rule names; each file once. */
function gather(runnables: readonly Runnable[], folders: readonly string[], errors: Problem[]): Trial[] {
  const byId = new Map(
    runnables.flatMap((runnable) => (metaOf(runnable).id === undefined ? [] : [[metaOf(runnable).id!, runnable]])),
  );
  const files = new Map<string, SampleFile>();
  const read = (folder: string): void => {
    const found = readSampleFiles(folder);
    errors.push(...found.problems);
    for (const file of found.files) files.set(file.file, file);
  };
  for (const folder of folders) read(folder);
  for (const { file, testsPath } of runnables.map(metaOf)) {
    if (testsPath === undefined) continue;
    const path = ancestors(file)
      .map((folder) => join(folder, testsPath))
      .find((candidate) => existsSync(candidate));
    if (path !== undefined && ![...files.keys()].some((known) => join(known) === path)) read(path);
  }
  const inRules = runnables.flatMap((runnable) => {
    const { tests, file } = metaOf(runnable);
    const wrong: Wrong[] = [];
    const read = readTests(tests, file, wrong);
    errors.push(...wrong.map(({ line, message }) => ({ file, line, message })));
    return read.map((test): Trial => ({ runnable, test }));
  });
  const inFiles = [...files.values()].flatMap(({ rules, tests, file }) =>
    rules.flatMap((id) => {
      const runnable = byId.get(id);
      if (runnable === undefined)
        errors.push({ file, line: 1, message: `there is no rule ${id}, or it does not compile` });
      return runnable === undefined ? [] : tests.map((test): Trial => ({ runnable, test }));
    }),
  );
  return [...inRules, ...inFiles];
}

function metaOf(runnable: Runnable): Meta {
  return runnable.kind === 'tree' ? runnable.correlation : runnable;
}

async function run(
  events: Events,
  { runnable, test }: Trial,
  sample: number,
  stored: readonly LineReader[] | undefined,
): Promise<TrialResult> {
  const about = { file: test.file, line: test.line, rule: metaOf(runnable).title, test: test.name };
  if (test.records === undefined) return { ...about, outcome: 'unread', why: test.why };
  const count = stored
    ? countStored(events, runnable, sample, test.records, stored)
    : addRecords(events, sample, test.records).then(() => countHits(events, runnable, sample));
  const found = await count.catch((error: unknown) => {
    if (error instanceof Fault && error.code === 'query-failed') return error.message;
    throw error;
  });
  if (typeof found === 'string') return { ...about, outcome: 'failed', why: found };
  if (typeof found === 'object') return { ...about, outcome: 'unmapped', why: found.why };
  // SigmaHQ's own samples hold more matching records than match_count says: it is a lower bound, and 0 means none.
  const passed = test.count === 0 ? found === 0 : found >= (test.count ?? 1);
  if (passed) return { ...about, outcome: 'passed', why: '' };
  const expected = test.count === 0 ? 'none' : `at least ${test.count ?? 1}`;
  const sources = runnable.kind === 'tree' ? rulesOf(runnable) : [runnable];
  const unmapped = sources.map(({ logsource }) => logsource).find((logsource) => !rawShape(logsource).mapped);
  if (found === 0 && unmapped !== undefined) {
    const source = Object.entries(unmapped)
      .map(([key, value]) => `${key} ${value}`)
      .join(', ');
    return { ...about, outcome: 'unmapped', why: `the log (${source}) is not mapped` };
  }
  return { ...about, outcome: 'failed', why: `${found} of ${test.records.length} records match, expected ${expected}` };
}

async function countHits(events: Events, runnable: Runnable, sample: number): Promise<number> {
  if (runnable.kind === 'rule') {
    const compiled = compile(runnable.matcher, rawShape(runnable.logsource, SAMPLE_SOURCE));
    return (await matchingRows(events, compiled, { sample })).length;
  }
  const compiled = compileCorrelation(runnable, (logsource) => rawShape(logsource, SAMPLE_SOURCE));
  return (await correlationHits(events, compiled, { sample })).length;
}
