/**
 * What one more day costs: an organisation's logs have grown by an ordinary working day, and rows become events, the
 * day's observations, measures and signals, and leads. Measured where the store holds the given millions of events, each
 * time for three days, so that one sees whether the cost grows with the history.
 *
 *   node bench/detect.ts [--people N] [--days N] [--points M,M,...] [--seed N] [--dir DIR] [--memory MB]
 *   node bench/detect.ts --people 500 --days 120 --points 0.5,1,2      (a minute or two)
 *
 * The history is whole: the simulator writes every day, all are loaded, and each is computed in its order as `ingest`
 * would. It is loaded in one go up to each point, which gives the same store as day by day. One thing is thinner than
 * in use: the history's events do not keep their raw line, which nothing measured here reads; those of the measured days
 * do. With five thousand people the whole takes an hour and 25 GB of the disk.
 */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { addDays } from '../src/base/day.ts';
import { computeDays } from '../src/detections/detections.ts';
import { loadDocuments } from '../src/documents/documents.ts';
import { loadLogs } from '../src/events/events.ts';
import { refreshLeads } from '../src/leads/leads.ts';
import { loadPeople } from '../src/people/people.ts';
import type { Events } from '../src/stores/clickhouse.ts';
import { type Data, openData } from '../src/stores/data.ts';
import { GrowingFolder } from './growing.ts';
import { cpuSeconds, watchMemory } from './usage.ts';

const START = '2026-01-05';
const MEASURED_DAYS = 3;
/** Days of history that an ordinary day is compared with. */
const USUAL_DAYS = 28;

const { values: given } = parseArgs({
  options: {
    people: { type: 'string', default: '5000' },
    days: { type: 'string', default: '520' },
    points: { type: 'string', default: '25,50,100' },
    seed: { type: 'string', default: '1' },
    dir: { type: 'string' },
    memory: { type: 'string' },
  },
});
const points = given.points.split(',').map((millions) => Number(millions) * 1e6);
const place = mkdtempSync(join(given.dir ?? tmpdir(), 'countersign-detect-'));
const say = (text: string) => console.error(`${clock()}  ${text}`);

function clock(): string {
  const seconds = Math.round(performance.now() / 1000);
  return `${String(Math.floor(seconds / 60)).padStart(3)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** Seconds of each part of a day's cost, and of each statement within. */
interface Cost {
  day: string;
  rows: number;
  parts: { tables: number; logs: number; days: number; leads: number };
  /** Processor seconds of this process and the engine for all parts: what others on the machine do not change. */
  cpu: number;
  /** Loading the folder once more, unchanged: what of `logs` is reading again what is known. */
  again: number;
  statements: Map<string, number>;
  parentMb: number;
  engineMb: number;
}

interface Point {
  /** Events and bytes of logs before the measured days. */
  events: number;
  bytes: number;
  days: number;
  costs: Cost[];
}

/** Simulates the organisation into `folder`; rows of each of its days, the first day first. */
function makeWorld(folder: string): Promise<number[]> {
  const program = fileURLToPath(new URL('./world.ts', import.meta.url));
  const child = fork(program, [folder, given.people, given.days, given.seed, START]);
  return new Promise((resolve, reject) => {
    child.once('message', (rows) => child.once('exit', () => resolve(rows as number[])));
    child.once('exit', (code) => code !== 0 && reject(new Error('the simulator failed')));
  });
}

/** How many days it takes to have so many rows. */
function daysUntil(rows: number[], wanted: number): number {
  let sum = 0;
  for (const [index, count] of rows.entries()) {
    sum += count;
    if (sum >= wanted) return index + 1;
  }
  throw new Error(`the whole history has ${sum} rows: ask for more days or smaller points`);
}

/** A working day with about as many rows as a working day of the weeks before: no weekend, holiday or silent log. */
function isOrdinary(rows: number[], index: number): boolean {
  const recent = rows.slice(Math.max(0, index - USUAL_DAYS), index);
  const usual = median(recent.filter((count) => count > Math.max(...recent) / 2));
  return rows[index]! > 0.85 * usual && rows[index]! < 1.15 * usual;
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

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

async function loadTables(events: Events, folder: string): Promise<void> {
  await loadPeople(events, folder);
  await loadDocuments(events, folder);
}

/** Adds a day to the folder and measures what it takes until the leads are up to date. */
async function measureDay(data: Data, world: GrowingFolder, day: string, rows: number): Promise<Cost> {
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
  const again = await seconds(() => loadLogs(events, world.folder));
  return { day, rows, parts, cpu, again, statements, ...peaks };
}

/** Loads what the folder holds and computes it, without the raw lines of the events. */
async function bringUpToDate(data: Data, folder: string): Promise<void> {
  const { events } = data;
  await events.run('ALTER TABLE events MODIFY COLUMN raw_data String EPHEMERAL');
  await loadTables(events, folder);
  const loading = await seconds(() => loadLogs(events, folder));
  await events.run('ALTER TABLE events MODIFY COLUMN raw_data String');
  say(`loaded in ${loading.toFixed(0)} s`);
  await computeDays(events, {
    onDay: ({ day, days, totalDays }) => {
      if (days % 10 === 0 || days === totalDays) say(`computed ${day}, ${days} of ${totalDays}`);
    },
  });
}

async function measurePoint(
  data: Data,
  world: GrowingFolder,
  rows: number[],
  at: { from: number; to: number },
): Promise<{ point: Point; next: number }> {
  for (let index = at.from; index < at.to; index++) await world.append(addDays(START, index));
  await bringUpToDate(data, world.folder);
  const [count] = await data.events.rows<{ n: number }>('SELECT count() AS n FROM events');
  const point: Point = { events: count!.n, bytes: await world.size(), days: at.to, costs: [] };
  let next = at.to;
  for (; point.costs.length < MEASURED_DAYS; next++) {
    const day = addDays(START, next);
    if (rows[next] === undefined) throw new Error('the history ends before three ordinary days: ask for more days');
    const cost = await measureDay(data, world, day, rows[next]!);
    const ordinary = isOrdinary(rows, next);
    if (ordinary) point.costs.push(cost);
    say(`${day} ${ordinary ? 'measured' : 'no ordinary day'}: ${total(cost).toFixed(2)} s`);
  }
  return { point, next };
}

const total = ({ parts }: Cost) => parts.tables + parts.logs + parts.days + parts.leads;

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

async function run(): Promise<Point[]> {
  const world = new GrowingFolder(join(place, 'world'), join(place, 'days'));
  const rows = await makeWorld(world.folder);
  const ends = points.map((point) => daysUntil(rows, point));
  say(`simulated ${rows.length} days, ${rows.reduce((sum, count) => sum + count, 0)} rows`);
  await world.cut(addDays(START, ends[0]! - 1), addDays(START, rows.length - 1));
  say('cut into days');
  const memoryBytes = given.memory === undefined ? undefined : Number(given.memory) * 1e6;
  const data = await openData(join(place, 'data'), {
    create: true,
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
  });
  try {
    const done: Point[] = [];
    let from = ends[0]!;
    for (const end of ends) {
      const { point, next } = await measurePoint(data, world, rows, { from, to: Math.max(from, end) });
      done.push(point);
      from = next;
    }
    return done;
  } finally {
    await data.close();
  }
}

function report(done: Point[]): void {
  const line = (label: string, value: (point: Point) => number, digits: number) =>
    console.log(`${label.padEnd(34)}${done.map((point) => value(point).toFixed(digits).padStart(10)).join('')}`);
  const middle = (value: (cost: Cost) => number) => (point: Point) => median(point.costs.map(value));
  console.log(`\n${given.people} people, one more ordinary day: median of ${MEASURED_DAYS}, seconds`);
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
  line(
    'logs once more, unchanged',
    middle((cost) => cost.again),
    2,
  );
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

try {
  report(await run());
} finally {
  rmSync(place, { recursive: true, force: true });
}
