/** What a rule would have found among the organisation's own events, day by day, before it goes live. */
import { Fault } from '../base/fault.ts';
import { type LineReader, lineReaders } from '../events/events.ts';
import type { Events } from '../stores/clickhouse.ts';
import { prepare, type Runnable } from './check.ts';
import { readCollection } from './collection.ts';
import { compile } from './compile.ts';
import { compileCorrelation, rulesOf, type Tree } from './correlate.ts';
import type { Problem } from './document.ts';
import { type ForeignShape, foreignShape } from './foreign.ts';
import { type OwnShape, ownLogSources, ownShape } from './own.ts';
import type { Pipeline } from './pipeline.ts';
import type { LogSource, Meta, Rule } from './rule.ts';
import { correlationsByDay, eventsByDay, FOREIGN_DAYS, hitsByDay, lastDay, readLogs } from './store.ts';

export interface BacktestDay {
  day: string;
  hits: number;
  /** Events of the rule's logs; 0: there is no log of that day, so that 0 hits say nothing. */
  events: number;
  /** How many accounts the hits are of, where `people` was asked for; 0 for a correlation, of which that is not known. */
  people?: number;
}

export interface Backtest {
  rule: string;
  file: string;
  /** Names of the organisation's logs that it looks at. */
  logs: string[];
  from: string;
  to: string;
  hits: number;
  days: BacktestDay[];
  /** Fields that the rule asks for and the logs do not have: they count as absent. */
  missing: { field: string; line: number }[];
}

export interface BacktestOptions {
  /** Days, up to that of the newest event. */
  days: number;
  pipelines?: readonly Pipeline[];
  /** The readers of lines, an organisation's own too; those of the program without. */
  readers?: readonly LineReader[];
  /** Whether the days say how many accounts their hits are of. */
  people?: boolean;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

const DAY_MS = 86_400_000;

export interface BacktestReport {
  results: Backtest[];
  /** Rules that were not run: their log is none of the organisation's. */
  unmapped: { rule: string; file: string; line: number; logsource: string }[];
  /** What does not compile. */
  errors: Problem[];
}

/**
 * Runs each rule of a file or folder over the stored events. Errors: not-found; data-missing without events;
 * invalid-content when there is no rule that can be run.
 */
export async function backtest(events: Events, place: string, options: BacktestOptions): Promise<BacktestReport> {
  const { runnables, problems } = prepare(readCollection(place), options.pipelines ?? []);
  const to = await lastDay(events);
  if (to === '') throw new Fault('data-missing', 'no events are stored', { place });
  const from = dayBefore(to, options.days - 1);
  const report: BacktestReport = { results: [], unmapped: [], errors: [...problems] };
  const chosen = standing(runnables);
  const logs = await readLogs(events);
  const shapesOf = shapesOver((options.readers ?? lineReaders()).filter(({ log_name }) => logs.includes(log_name)));
  for (const [index, runnable] of chosen.entries()) {
    if (options.signal?.aborted) throw new Fault('interrupted', 'stopped by request', { place });
    const { title: rule, file, line } = metaOf(runnable);
    const foreign = ruleParts(runnable).find(({ logsource }) => shapesOf(logsource).length === 0);
    if (foreign === undefined)
      report.results.push(await run(events, runnable, shapesOf, { from, to, people: options.people ?? false }));
    else report.unmapped.push({ rule, file, line, logsource: said(foreign.logsource) });
    options.onProgress?.(index + 1, chosen.length);
  }
  if (report.results.length === 0) throw nothingRun(report, place);
  return report;
}

function nothingRun({ errors, unmapped }: BacktestReport, place: string): Fault {
  const [problem] = errors;
  const [foreign] = unmapped;
  if (problem !== undefined)
    return new Fault('invalid-content', problem.message, { place: `${problem.file}:${problem.line}` });
  if (foreign === undefined) return new Fault('invalid-content', 'there is no rule', { place });
  const known = ownLogSources().join('; ');
  return new Fault('invalid-content', `no log of ours is ${foreign.logsource}; these are: ${known}`, {
    place: `${foreign.file}:${foreign.line}`,
  });
}

const said = (logsource: LogSource): string =>
  Object.entries(logsource)
    .map(([key, value]) => `${key} ${value}`)
    .join(', ');

function metaOf(runnable: Runnable): Meta {
  return runnable.kind === 'tree' ? runnable.correlation : runnable;
}

function ruleParts(runnable: Runnable): Rule[] {
  return runnable.kind === 'tree' ? rulesOf(runnable) : [runnable];
}

/** Rules that a correlation is made of do not stand for themselves, unless it says so. */
function standing(runnables: readonly Runnable[]): Runnable[] {
  const parts = new Set<unknown>();
  const within = (tree: Tree): void => {
    for (const member of tree.members) {
      if (!tree.correlation.generate) parts.add(member.kind === 'tree' ? member.correlation : member);
      if (member.kind === 'tree') within(member);
    }
  };
  for (const runnable of runnables) if (runnable.kind === 'tree') within(runnable);
  return runnables.filter((runnable) => !parts.has(runnable.kind === 'tree' ? runnable.correlation : runnable));
}

/** Where the events lie that a logsource means: the logs of folders, and those that came in line by line. */
type ShapesOf = (logsource: LogSource) => (OwnShape | ForeignShape)[];

function shapesOver(readers: readonly LineReader[]): ShapesOf {
  return (logsource) => {
    const shapes = [ownShape(logsource), foreignShape(logsource, readers, FOREIGN_DAYS)];
    return shapes.filter((shape) => shape !== undefined);
  };
}

const logsOf = (shape: OwnShape | ForeignShape): readonly string[] => ('logs' in shape ? shape.logs : [shape.log]);

async function run(
  events: Events,
  runnable: Runnable,
  shapesOf: ShapesOf,
  { from, to, people }: { from: string; to: string; people: boolean },
): Promise<Backtest> {
  const { title, file } = metaOf(runnable);
  const parts = ruleParts(runnable).map(({ logsource }) => shapesOf(logsource).flatMap(logsOf));
  const { counts, missing } =
    runnable.kind === 'tree'
      ? await runTree(events, runnable, shapesOf, from, to)
      : await runRule(events, runnable, shapesOf, from, to);
  const hits = new Map<string, { count: number; people: number }>();
  for (const one of counts) {
    const before = hits.get(one.day) ?? { count: 0, people: 0 };
    // The same people may stand in several logs: at least so many are meant.
    hits.set(one.day, { count: before.count + one.count, people: Math.max(before.people, one.people ?? 0) });
  }
  const seen = await daysSeen(events, parts, from, to);
  const days = daysFrom(from, to).map((day) => ({
    ...{ day, hits: hits.get(day)?.count ?? 0, events: seen(day) },
    ...(people ? { people: hits.get(day)?.people ?? 0 } : {}),
  }));
  const total = days.reduce((sum, day) => sum + day.hits, 0);
  const logs = [...new Set(parts.flat())];
  return { rule: title, file, logs, from, to, hits: total, days, missing: [...missing] };
}

/** How many events there are on a day of what a rule looks at; of several rules, of the one that has fewest. */
async function daysSeen(events: Events, parts: readonly string[][], from: string, to: string) {
  const counts = await eventsByDay(events, [...new Set(parts.flat())], from, to);
  return (day: string): number => {
    const today = counts.filter((one) => one.day === day);
    const sums = parts.map((logs) =>
      today.filter(({ log_name }) => logs.includes(log_name)).reduce((sum, { count }) => sum + count, 0),
    );
    return Math.min(...sums);
  };
}

async function runRule(events: Events, { matcher, logsource }: Rule, shapesOf: ShapesOf, from: string, to: string) {
  const compiled = shapesOf(logsource).map((shape) => compile(matcher, shape));
  const counts = [];
  for (const one of compiled) counts.push(...(await hitsByDay(events, one, { from, to })));
  // A field that one of the logs has is not missing.
  const [first, ...others] = compiled.map(({ missing }) => missing);
  const missing = first!.filter(({ field }) => others.every((list) => list.some((one) => one.field === field)));
  return { counts, missing };
}

/** A window that ends on the first day looks at days before it. A rule within is looked for where events came last. */
async function runTree(events: Events, tree: Tree, shapesOf: ShapesOf, from: string, to: string) {
  const compiled = compileCorrelation(tree, (logsource) => shapesOf(logsource).at(-1)!);
  const reach = Math.ceil((timespans(tree) * 1000) / DAY_MS);
  const counts = await correlationsByDay(events, compiled, from, { from: dayBefore(from, reach), to });
  return { counts, missing: compiled.missing };
}

function timespans(tree: Tree): number {
  const below = tree.members.map((member) => (member.kind === 'tree' ? timespans(member) : 0));
  return tree.correlation.timespan + Math.max(0, ...below);
}

/** The table begins in 1970, and so does every window. */
function dayBefore(day: string, days: number): string {
  return new Date(Math.max(0, Date.parse(`${day}T00:00:00Z`) - days * DAY_MS)).toISOString().slice(0, 10);
}

function daysFrom(from: string, to: string): string[] {
  const days: string[] = [];
  for (let time = Date.parse(`${from}T00:00:00Z`); time <= Date.parse(`${to}T00:00:00Z`); time += DAY_MS)
    days.push(new Date(time).toISOString().slice(0, 10));
  return days;
}
