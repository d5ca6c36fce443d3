/**
 * How fast an organisation folder is loaded, beside what the same engine does with the same files when nothing is asked
 * of it: read as CSV and inserted as it stands (a), read as bare lines (a2). Each way runs several times in one
 * process, in turn, each time into a fresh directory; the table shows the median.
 *
 *   node bench/load.ts FOLDER [ROUNDS]
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadLogs } from '../src/events/events.ts';
import { type Events, openEmbedded } from '../src/stores/clickhouse.ts';
import { headerNames } from '../src/stores/csv.ts';
import { migrateEvents } from '../src/stores/data.ts';
import { readHeader } from '../src/stores/header.ts';
import { cpuSeconds, watchMemory } from './usage.ts';

const LOGS = ['logon', 'device', 'file', 'email', 'http'];
/** As the events table has them: a part is on disk before the statement is done. */
const DURABLE = 'SETTINGS fsync_after_insert = 1, fsync_part_directory = 1';
/** A last row that is cut off is no reason to stop. */
const LENIENT = 'SETTINGS input_format_csv_allow_variable_number_of_columns = 1';

const folder = resolve(process.argv[2] ?? '.');
const rounds = Number(process.argv[3] ?? 3);
const files = LOGS.map((name) => ({ name, path: join(folder, `${name}.csv`) })).filter(({ path }) => existsSync(path));
if (files.length === 0) throw new Error(`${folder} holds no log file`);

async function asCsv(events: Events): Promise<number> {
  let rows = 0;
  for (const { name, path } of files) {
    const { header } = await readHeader(path);
    const structure = headerNames(header).map((column) => `\`${column}\` String`);
    await events.run(
      `CREATE TABLE plain_${name} (${structure.join(', ')}) ENGINE = MergeTree ORDER BY tuple() ${DURABLE}`,
    );
    await events.run(
      `INSERT INTO plain_${name} SELECT * FROM file({path:String}, 'CSVWithNames', {structure:String}) ${LENIENT}`,
      { path, structure: structure.join(', ') },
    );
    rows += await count(events, `plain_${name}`);
  }
  return rows;
}

async function asLines(events: Events): Promise<number> {
  let rows = 0;
  for (const { name, path } of files) {
    await events.run(`CREATE TABLE lines_${name} (line String) ENGINE = MergeTree ORDER BY tuple() ${DURABLE}`);
    await events.run(`INSERT INTO lines_${name} SELECT * FROM file({path:String}, 'LineAsString', 'line String')`, {
      path,
    });
    rows += await count(events, `lines_${name}`);
  }
  return rows;
}

async function asEvents(events: Events): Promise<number> {
  const { logs } = await loadLogs(events, folder);
  return logs.reduce((sum, log) => sum + log.rows, 0);
}

async function count(events: Events, table: string): Promise<number> {
  const [row] = await events.rows<{ n: number }>(`SELECT count() AS n FROM ${table}`);
  return row!.n;
}

interface Run {
  rows: number;
  seconds: number;
  /** Processor seconds of this process and of the engine. */
  cpu: number;
  /** Highest resident memory of this process and of the engine, in MB. */
  parentMb: number;
  engineMb: number;
}

async function measure(work: (events: Events) => Promise<number>): Promise<Run> {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
  const events = await openEmbedded(dir);
  try {
    await migrateEvents(events);
    const memory = watchMemory();
    const [began, busy] = [performance.now(), cpuSeconds()];
    const rows = await work(events);
    const seconds = (performance.now() - began) / 1000;
    return { rows, seconds, cpu: cpuSeconds() - busy, ...memory() };
  } finally {
    await events.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const ways = [
  { label: 'a  read as CSV, insert', work: asCsv, runs: [] as Run[] },
  { label: 'a2 read as lines, insert', work: asLines, runs: [] as Run[] },
  { label: 'b  load as events', work: asEvents, runs: [] as Run[] },
];
for (let round = 0; round < rounds; round++)
  for (const way of ways) {
    const run = await measure(way.work);
    way.runs.push(run);
    console.error(`round ${round + 1}  ${way.label.padEnd(26)} ${run.seconds.toFixed(2)} s`);
  }

const rate = (runs: Run[]) => median(runs.map((run) => run.rows / run.seconds));
const base = rate(ways[0]!.runs);
console.log(`\n${folder}: ${ways[2]!.runs[0]!.rows} lines, median of ${rounds}`);
console.log(`${''.padEnd(26)}      rows/s  ratio  cpu s  parent MB  engine MB`);
for (const { label, runs } of ways) {
  const columns = [
    Math.round(rate(runs)).toString().padStart(12),
    (rate(runs) / base).toFixed(2).padStart(6),
    median(runs.map((run) => run.cpu))
      .toFixed(1)
      .padStart(6),
    Math.round(Math.max(...runs.map((run) => run.parentMb)))
      .toString()
      .padStart(10),
    Math.round(Math.max(...runs.map((run) => run.engineMb)))
      .toString()
      .padStart(10),
  ];
  console.log(`${label.padEnd(26)}${columns.join(' ')}`);
}
