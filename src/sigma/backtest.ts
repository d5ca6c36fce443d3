/** What a rule would have found among the organisation's own events, day by day, before it goes live. */
import { Fault } from '../base/fault.ts';
import type { Events } from '../stores/clickhouse.ts';
import { prepare, type Runnable } from './check.ts';
import { readCollection } from './collection.ts';
import { compile } from './compile.ts';
import { compileCorrelation, rulesOf, type Tree } from './correlate.ts';
import { type OwnShape, ownLogSources, ownShape } from './own.ts';
import type { Pipeline } from './pipeline.ts';
import type { LogSource } from './rule.ts';
import { correlationsByDay, eventsByDay, hitsByDay, lastDay } from './store.ts';

export interface BacktestDay {
  day: string;
  hits: number;
  /** Events of the rule's logs; 0: there is no log of that day, so that 0 hits say nothing. */
  events: number;
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
  signal?: AbortSignal;
}

const DAY_MS = 86_400_000;

/**
 * Runs each rule of a file or folder over the stored events. Errors: not-found; data-missing without events;
 * invalid-content for a rule that does not compile or whose log the organisation does not have.
 */
export async function backtest(events: Events, place: string, options: BacktestOptions): Promise<Backtest[]> {
  const { runnables, problems } = prepare(readCollection(place), options.pipelines ?? []);
  const [problem] = problems;
  if (problem !== undefined)
    throw new Fault('invalid-content', problem.message, { place: `${problem.file}:${problem.line}` });
  const to = await lastDay(events);
  if (to === '') throw new Fault('data-missing', 'no events are stored', { place });
  const from = dayBefore(to, options.days - 1);
  const results: Backtest[] = [];
  for (const runnable of standing(runnables)) {
    if (options.signal?.aborted) throw new Fault('interrupted', 'stopped by request', { place });
    results.push(await run(events, runnable, from, to));
  }
  return results;
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

async function run(events: Events, runnable: Runnable, from: string, to: string): Promise<Backtest> {
  const meta = runnable.kind === 'tree' ? runnable.correlation : runnable;
  const place = `${meta.file}:${meta.line}`;
  const shapeOf = (logsource: LogSource): OwnShape => {
    const shape = ownShape(logsource);
    if (shape !== undefined) return shape;
    const said = Object.entries(logsource).map(([key, value]) => `${key} ${value}`);
    const known = ownLogSources().join('; ');
    throw new Fault('invalid-content', `no log of ours is ${said.join(', ')}; these are: ${known}`, { place });
  };
  const rules = runnable.kind === 'tree' ? rulesOf(runnable) : [runnable];
  const logs = [...new Set(rules.map(({ logsource }) => shapeOf(logsource).log))];
  const { counts, missing } =
    runnable.kind === 'tree' ? await runTree(events, runnable, shapeOf, from, to) : await runRule();
  async function runRule() {
    const compiled = compile(rules[0]!.matcher, shapeOf(rules[0]!.logsource));
    return { counts: await hitsByDay(events, compiled, { from, to }), missing: compiled.missing };
  }
  const hits = new Map(counts.map(({ day, count }) => [day, count]));
  const seen = new Map((await eventsByDay(events, logs, from, to)).map(({ day, count }) => [day, count]));
  const days = daysFrom(from, to).map((day) => ({ day, hits: hits.get(day) ?? 0, events: seen.get(day) ?? 0 }));
  const total = days.reduce((sum, day) => sum + day.hits, 0);
  return { rule: meta.title, file: meta.file, logs, from, to, hits: total, days, missing: [...missing] };
}

/** A window that ends on the first day looks at days before it. */
async function runTree(
  events: Events,
  tree: Tree,
  shapeOf: (logsource: LogSource) => OwnShape,
  from: string,
  to: string,
) {
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
