/** The sigma room's only SQL besides what rules compile to. */

import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../base/fault.ts';
import type { Events, Parameters } from '../stores/clickhouse.ts';
import type { CaseworkDb } from '../stores/postgres.ts';
import type { Compiled } from './compile.ts';
import type { CompiledCorrelation } from './correlate.ts';

/** The records of one sample: `{sample}` is a parameter of every query over them. */
export const SAMPLE_SOURCE = '(SELECT * FROM sigma_records WHERE sample = {sample:UInt32})';

/** The organisation's own events of the days `{from}` to `{to}`; what no reader could make sense of is not among them. */
export const OWN_SOURCE = `(
  SELECT *, uid AS id
  FROM events
  WHERE class_uid != 0 AND day BETWEEN {from:Date} AND {to:Date}
)`;

/** Where logs say when: the first that is there and can be read. */
const TIMES = [
  "'Event', 'System', 'TimeCreated', '#attributes', 'SystemTime'",
  "'@timestamp'",
  "'UtcTime'",
  "'eventTime'",
  "'published'",
  "'createdDateTime'",
  "'timestamp'",
  "'time'",
]
  .map((path) => `parseDateTime64BestEffortOrNull(JSONExtractString(raw, ${path}), 3, 'UTC')`)
  .join(', ');

/** Makes the table for records in an embedded engine of its own; it lives in memory. */
export async function createRecords(events: Events): Promise<void> {
  await events.run(
    `CREATE TABLE IF NOT EXISTS sigma_records (id UInt64, sample UInt32, time DateTime64(3, 'UTC'), raw String)
     ENGINE = Memory`,
  );
}

/** Adds the records of a sample: raw log lines, or JSON as one line each. */
export async function addRecords(events: Events, sample: number, records: readonly string[]): Promise<void> {
  if (events.spool === undefined) throw new Fault('defect', 'samples are read by an embedded engine');
  const path = join(events.spool, `sigma-${randomUUID()}.jsonl`);
  await writeFile(path, records.map((raw, id) => `${JSON.stringify({ id, raw })}\n`).join(''), { mode: 0o600 });
  try {
    await events.run(
      `INSERT INTO sigma_records (id, sample, time, raw)
       SELECT id, {sample:UInt32}, coalesce(${TIMES}, toDateTime64(0, 3, 'UTC')), raw
       FROM file({path:String}, 'JSONEachRow', 'id UInt64, raw String')`,
      { sample, path },
    );
  } finally {
    await rm(path, { force: true });
  }
}

/** Ids of the rows that a rule matches. */
export async function matchingRows(
  events: Events,
  { source, columns, where, parameters }: Compiled,
  more: Parameters = {},
): Promise<number[]> {
  const computed = ['*', ...columns.map(({ name, sql }) => `${sql} AS ${name}`)].join(', ');
  const rows = await events.rows<{ id: number }>(
    `SELECT id FROM (SELECT ${computed} FROM ${source}) WHERE ${where} ORDER BY id LIMIT 1000000`,
    { ...parameters, ...more },
  );
  return rows.map(({ id }) => id);
}

export interface CorrelationHit {
  id: number;
  t: number;
  n: number;
  group: string[];
}

/** The hits of a correlation, in the order of time. */
export function correlationHits(
  events: Events,
  { sql, parameters }: CompiledCorrelation,
  more: Parameters = {},
): Promise<CorrelationHit[]> {
  return events.rows<CorrelationHit>(`SELECT * FROM (${sql}) ORDER BY t, id, group LIMIT 1000000`, {
    ...parameters,
    ...more,
  });
}

/** The day of the newest event, '' when there is none. */
export async function lastDay(events: Events): Promise<string> {
  const [row] = await events.rows<{ day: string }>(
    `SELECT if(count() = 0, '', toString(max(day))) AS day FROM events WHERE class_uid != 0`,
  );
  return row!.day;
}

export interface DayCount {
  day: string;
  count: number;
  /** How many accounts the events are of, where that was asked. */
  people?: number;
}

/** Of what came in line by line, the days `{from}` to `{to}`: a condition over the columns of the table events. */
export const FOREIGN_DAYS = 'day BETWEEN {from:Date} AND {to:Date}';

/** Of a sample that was taken in as lines: the same. */
export const FOREIGN_SAMPLE = 'source = {source:String}';

/** The logs that have events. */
export async function readLogs(events: Events): Promise<string[]> {
  const rows = await events.rows<{ log_name: string }>(
    'SELECT DISTINCT log_name FROM events WHERE class_uid != 0 ORDER BY log_name LIMIT 10000',
  );
  return rows.map(({ log_name }) => log_name);
}

/** How many events there are of each of some logs, on each day that has any. */
export function eventsByDay(
  events: Events,
  logs: readonly string[],
  from: string,
  to: string,
): Promise<(DayCount & { log_name: string })[]> {
  return events.rows<DayCount & { log_name: string }>(
    `SELECT log_name, toString(events.day) AS day, count() AS count
     FROM events
     WHERE class_uid != 0 AND log_name IN {logs:Array(String)} AND events.day BETWEEN {from:Date} AND {to:Date}
     GROUP BY log_name, day
     ORDER BY day, log_name
     LIMIT 100000`,
    { logs, from, to },
  );
}

/** How many events a rule matches, on each day that has any. */
export function hitsByDay(
  events: Events,
  { source, columns, where, parameters }: Compiled,
  more: Parameters,
): Promise<DayCount[]> {
  const computed = ['day', 'actor_user_uid', ...columns.map(({ name, sql }) => `${sql} AS ${name}`)].join(', ');
  return events.rows<DayCount>(
    `SELECT toString(day) AS day, count() AS count, toUInt32(uniqExact(actor_user_uid)) AS people
     FROM (SELECT ${computed} FROM ${source})
     WHERE ${where}
     GROUP BY day
     ORDER BY day
     LIMIT 100000`,
    { ...parameters, ...more },
  );
}

/** How many hits a correlation has, on each day from `first` that has any. */
export function correlationsByDay(
  events: Events,
  { sql, parameters }: CompiledCorrelation,
  first: string,
  more: Parameters,
): Promise<DayCount[]> {
  return events.rows<DayCount>(
    `SELECT toString(toDate(fromUnixTimestamp64Milli(t, 'UTC'))) AS day, count() AS count
     FROM (${sql})
     GROUP BY day
     HAVING day >= {first:String}
     ORDER BY day
     LIMIT 100000`,
    { ...parameters, ...more, first },
  );
}

export interface BacktestRow {
  /** Of the rule's text. */
  sha256: string;
  ran_at: Date;
  from_day: string;
  to_day: string;
  days_with_logs: number;
  days_with_hits: number;
}

declare module '../stores/postgres.ts' {
  interface Casework {
    rule_backtests: BacktestRow;
  }
}

export async function saveBacktest(db: CaseworkDb, row: BacktestRow): Promise<void> {
  const { sha256: _, ...rest } = row;
  await db
    .insertInto('rule_backtests')
    .values(row)
    .onConflict((conflict) => conflict.column('sha256').doUpdateSet(rest))
    .execute();
}

/** The last backtest of each of these texts. */
export async function selectBacktests(db: CaseworkDb, hashes: readonly string[]): Promise<BacktestRow[]> {
  if (hashes.length === 0) return [];
  return await db.selectFrom('rule_backtests').selectAll().where('sha256', 'in', hashes).execute();
}
