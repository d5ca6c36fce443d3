/** What adding one day costs: measured part by part, and shown as a table. */
import { computeDays } from '../src/detections/detections.ts';
import { loadDocuments } from '../src/documents/documents.ts';
import { loadLogs } from '../src/events/events.ts';
import { refreshLeads } from '../src/leads/leads.ts';
import { loadPeople } from '../src/people/people.ts';
import type { Events } from '../src/stores/clickhouse.ts';
import type { Data } from '../src/stores/data.ts';
import type { GrowingFolder } from './growing.ts';
import { cpuSeconds, watchMemory } from './usage.ts';

/** Seconds of each part of a day's cost, and of each statement within. */
export interface Cost {
  day: string;
  rows: number;
  parts: { tables: number; logs: number; days: number; leads: number };
  /** Processor seconds of this process and the engine for all parts: what others on the machine do not change. */
  cpu: number;
  statements: Map<string, number>;
  parentMb: number;
  engineMb: number;
}

export interface Point {
  /** Events and bytes of logs before the measured days. */
  events: number;
  bytes: number;
  days: number;
  costs: Cost[];
  /** Seconds of loading the folder once more, unchanged: what of `logs` is reading again what is known. */
  again: number;
}

/** The same event store, which notes how long each statement took, by the table that it writes. */
function timed(events: Events, statements: Map<string, number>): Events {
  const note = async <T>(sql: string, work: () => Promise<T>): Promise<T> => {
    const began = performance.now();
    try {
      return await work();
    } finally {
      const name = /INSERT INTO (\w+)/.exec(sql)?.[1] ?? 'reads';
      statements.set(name, (statements.get(name) ?? 0) + (performance.now() - began) / 1000);
    }
  };
  return {
    ...events,
    rows: <T>(sql: string, parameters?: Record<string, unknown>) => note(sql, () => events.rows<T>(sql, parameters)),
    run: (sql, parameters) => note(sql, () => events.run(sql, parameters)),
  };
}

export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

export async function loadTables(events: Events, folder: string): Promise<void> {
  await loadPeople(events, folder);
  await loadDocuments(events, folder);
}

/** Adds a day to the folder and measures what it takes until the leads are up to date. */
export async function measureDay(data: Data, world: GrowingFolder, day: string, rows: number): Promise<Cost> {
  const { events } = data;
  await world.append(day);
  const memory = watchMemory();
  const busy = cpuSeconds();
  const statements = new Map<string, number>();
  const parts = {
    tables: await seconds(() => loadTables(events, world.folder)),
    logs: await seconds(() => loadLogs(events, world.folder)),
    days: await seconds(() => computeDays(timed(events, statements))),
    leads: await seconds(() => refreshLeads(data)),
  };
  const cpu = cpuSeconds() - busy;
  const peaks = memory();
  return { day, rows, parts, cpu, statements, ...peaks };
}

export const total = ({ parts }: Cost) => parts.tables + parts.logs + parts.days + parts.leads;

export function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

/** Prints the table: a column for each length of history. */
export function report(people: string, done: Point[]): void {
  const line = (label: string, value: (point: Point) => number, digits: number) =>
    console.log(`${label.padEnd(34)}${done.map((point) => value(point).toFixed(digits).padStart(10)).join('')}`);
  const middle = (value: (cost: Cost) => number) => (point: Point) => median(point.costs.map(value));
  console.log(`\n${people} people, one more ordinary day: median of ${done[0]!.costs.length}, seconds`);
  line('history, million events', (point) => point.events / 1e6, 1);
  line('history, days', (point) => point.days, 0);
  line('history, GB of logs', (point) => point.bytes / 1e9, 2);
  line(
    'the day, thousand rows',
    middle((cost) => cost.rows / 1000),
    0,
  );
  line('END TO END', middle(total), 2);
  line(
    'processor seconds of it',
    middle((cost) => cost.cpu),
    2,
  );
  for (const [part, label] of [
    ['tables', 'tables: directory, register'],
    ['logs', 'logs: new rows become events'],
    ['days', 'days: events become signals'],
    ['leads', 'leads'],
  ] as const)
    line(
      `  ${label}`,
      middle((cost) => cost.parts[part]),
      2,
    );
  line('logs once more, unchanged', (point) => point.again, 2);
  const names = new Set(done.flatMap(({ costs }) => costs.flatMap(({ statements }) => [...statements.keys()])));
  for (const name of names)
    line(
      `  days: ${name}`,
      middle((cost) => cost.statements.get(name) ?? 0),
      2,
    );
  line('peak memory of the engine, MB', (point) => Math.max(...point.costs.map(({ engineMb }) => engineMb)), 0);
  line('peak memory of this process, MB', (point) => Math.max(...point.costs.map(({ parentMb }) => parentMb)), 0);
}
