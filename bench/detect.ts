/**
 * What one more day costs: an organisation's logs have grown by an ordinary working day, and rows become events, the
 * day's observations, measures and signals, and leads. Measured where the store holds the given millions of events, each
 * time for three days, so that one sees whether the cost grows with the history.
 *
 *   node bench/detect.ts [--people N] [--days N] [--points M,M,...] [--seed N] [--dir DIR] [--memory MB] [--computed N]
 *   node bench/detect.ts --people 500 --days 120 --points 0.5,1,2      (two minutes)
 *   node bench/detect.ts --world DIR ...      (what world.ts has written there; it is used up)
 *
 * All rows of the history are there: the simulator writes every day, and all are loaded. The first N days are computed
 * in their order as `ingest` would, and the last few before each point; history.ts says what stands in the place of the
 * others. With as many computed days as there are (--computed 580) nothing stands in for them up to the first point,
 * and it takes much longer. The raw lines of the history are dropped once it is loaded, to save disk; those of the
 * measured days stay.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { addDays } from '../src/base/day.ts';
import { computeDays } from '../src/detections/detections.ts';
import { loadLogs } from '../src/events/events.ts';
import { type Data, openData } from '../src/stores/data.ts';
import { loadTables, measureDay, median, type Point, report, seconds, total } from './day.ts';
import { GrowingFolder } from './growing.ts';
import { skipDays } from './history.ts';

const START = '2026-01-05';
const MEASURED_DAYS = 3;
/** Three ordinary days are among so many, whatever the holidays. */
const SPARE_DAYS = 12;
/** Days of history that an ordinary day is compared with. */
const USUAL_DAYS = 28;

const { values: given } = parseArgs({
  options: {
    people: { type: 'string', default: '5000' },
    days: { type: 'string', default: '580' },
    points: { type: 'string', default: '25,50,100' },
    seed: { type: 'string', default: '1' },
    dir: { type: 'string' },
    world: { type: 'string' },
    memory: { type: 'string' },
    computed: { type: 'string', default: '49' },
  },
});
const points = given.points.split(',').map((millions) => Number(millions) * 1e6);
const place = mkdtempSync(join(given.dir ?? tmpdir(), 'countersign-detect-'));
const say = (text: string) => console.error(`${clock()}  ${text}`);

function clock(): string {
  const seconds = Math.round(performance.now() / 1000);
  return `${String(Math.floor(seconds / 60)).padStart(3)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** Simulates the organisation, unless it is there; rows of each of its days, the first day first. */
async function makeWorld(folder: string): Promise<number[]> {
  const program = fileURLToPath(new URL('./world.ts', import.meta.url));
  if (!existsSync(join(folder, 'rows.json')))
    await promisify(execFile)(process.execPath, [program, folder, given.people, given.days, given.seed]);
  return JSON.parse(readFileSync(join(folder, 'rows.json'), 'utf8')) as number[];
}

/** How many days it takes to have so many rows; where there are fewer, all days but those to be measured. */
function daysUntil(rows: number[], wanted: number): number {
  let sum = 0;
  for (const [index, count] of rows.entries()) {
    sum += count;
    if (sum >= wanted) return Math.min(index + 1, rows.length - SPARE_DAYS);
  }
  return rows.length - SPARE_DAYS;
}

/** A working day with about as many rows as a working day of the weeks before: no weekend, holiday or silent log. */
function isOrdinary(rows: number[], index: number): boolean {
  const recent = rows.slice(Math.max(0, index - USUAL_DAYS), index);
  const usual = median(recent.filter((count) => count > Math.max(...recent) / 2));
  return rows[index]! > 0.85 * usual && rows[index]! < 1.15 * usual;
}

/** Loads what the folder holds, drops the raw lines, and computes it; of the days up to `until` only the last few. */
async function bringUpToDate({ events }: Data, folder: string, until?: string): Promise<void> {
  await loadTables(events, folder);
  const loading = await seconds(() => loadLogs(events, folder));
  await events.run('ALTER TABLE events CLEAR COLUMN raw_data SETTINGS mutations_sync = 1');
  say(`loaded in ${loading.toFixed(0)} s`);
  if (until !== undefined) say(`${await skipDays(events, until)} days are not computed`);
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
  await bringUpToDate(data, world.folder, addDays(START, at.to - 1));
  const [count] = await data.events.rows<{ n: number }>('SELECT count() AS n FROM events');
  const point: Point = { events: count!.n, bytes: await world.size(), days: at.to, costs: [], again: 0 };
  let next = at.to;
  for (; point.costs.length < MEASURED_DAYS; next++) {
    const day = addDays(START, next);
    if (rows[next] === undefined) throw new Error('the history ends before three ordinary days: ask for more days');
    const cost = await measureDay(data, world, day, rows[next]!);
    const ordinary = isOrdinary(rows, next);
    if (ordinary) point.costs.push(cost);
    const parts = Object.entries(cost.parts).map(([part, taken]) => `${part} ${taken.toFixed(2)}`);
    say(`${day} ${ordinary ? 'measured' : 'no ordinary day'}: ${total(cost).toFixed(2)} s, ${parts.join(', ')}`);
  }
  point.again = await seconds(() => loadLogs(data.events, world.folder));
  return { point, next };
}

async function run(): Promise<void> {
  const world = new GrowingFolder(given.world ?? join(place, 'world'), join(place, 'days'));
  const rows = await makeWorld(world.folder);
  const ends = points.map((point) => daysUntil(rows, point));
  say(`simulated ${rows.length} days, ${rows.reduce((sum, count) => sum + count, 0)} rows`);
  const computed = Math.min(Number(given.computed), ends[0]!);
  await world.cut(addDays(START, computed - 1), addDays(START, rows.length - 1));
  say('cut into days');
  const memoryBytes = given.memory === undefined ? undefined : Number(given.memory) * 1e6;
  const data = await openData(join(place, 'data'), {
    create: true,
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
  });
  try {
    const done: Point[] = [];
    await bringUpToDate(data, world.folder);
    let from = computed;
    for (const end of ends) {
      const { point, next } = await measurePoint(data, world, rows, { from, to: Math.max(from, end) });
      done.push(point);
      report(given.people, done); // after each point: the next may be an hour away
      from = next;
    }
  } finally {
    await data.close();
  }
}

try {
  await run();
} finally {
  rmSync(place, { recursive: true, force: true });
}
