/** What a rule would have found among the organisation's own events, day by day, before it goes live. */
import { Fault } from '../base/fault.ts';
import type { Events } from '../stores/clickhouse.ts';
import { prepare, type Runnable } from './check.ts';
import { readCollection } from './collection.ts';
import { compile } from './compile.ts';
import { compileCorrelation, rulesOf, type Tree } from './correlate.ts';
import type { Problem } from './document.ts';
import { type OwnShape, ownLogSources, ownShape } from './own.ts';
import type { Pipeline } from './pipeline.ts';
import type { LogSource, Meta, Rule } from './rule.ts';
import { correlationsByDay, eventsByDay, hitsByDay, lastDay } from './store.ts';

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
  for (const [index, runnable] of chosen.entries()) {
    if (options.signal?.aborted) throw new Fault('interrupted', 'stopped by request', { place });
    const { title: rule, file, line } = metaOf(runnable);
    const foreign = ruleParts(runnable).find(({ logsource }) => ownShape(logsource) === undefined);
    if (foreign === undefined) report.results.push(await run(events, runnable, from, to, options.people));
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

async function run(events: Events, runnable: Runnable, from: string, to: string, people = false): Promise<Backtest> {
  const { title, file } = metaOf(runnable);
  const logs = [...new Set(ruleParts(runnable).map(({ logsource }) => shapeOf(logsource).log))];
  const { counts, missing } =
    runnable.kind === 'tree' ? await runTree(events, runnable, from, to) : await runRule(events, runnable, from, to);
  const hits = new Map(counts.map((one) => [one.day, one]));
  const seen = new Map((await eventsByDay(events, logs, from, to)).map(({ day, count }) => [day, count]));
  const days = daysFrom(from, to).map((day) => ({
    ...{ day, hits: hits.get(day)?.count ?? 0, events: seen.get(day) ?? 0 },
    ...(people ? { people: hits.get(day)?.people ?? 0 } : {}),
  }));
  const total = days.reduce((sum, day) => sum + day.hits, 0);
  return { rule: title, file, logs, from, to, hits: total, days, missing: [...missing] };
}

/** Only rules whose logs are the organisation's come here. */
function shapeOf(logsource: LogSource): OwnShape {
  const shape = ownShape(logsource);
  if (shape === undefined) throw new Fault('defect', `no log of ours is ${said(logsource)}`);
  return shape;
}

async function runRule(events: Events, { matcher, logsource }: Rule, from: string, to: string) {
  const compiled = compile(matcher, shapeOf(logsource));
  return { counts: await hitsByDay(events, compiled, { from, to }), missing: compiled.missing };
}

/** A window that ends on the first day looks at days before it. */
async function runTree(events: Events, tree: Tree, from: string, to: string) {
  const compiled = compileCorrelation(tree, shapeOf);
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
