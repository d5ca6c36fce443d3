/** The events room's only SQL. */
import type { Events } from '../stores/clickhouse.ts';
import { type CsvPositions, IN_ORDER } from '../stores/csv.ts';
import { eventColumns, linesSql, type Reader } from './reader.ts';

/** A log file that can be read. */
export interface LogFile {
  reader: Reader;
  path: string;
  /** Tells the file apart wherever it lies. */
  source: string;
  positions: CsvPositions;
  headerFields: number;
  /** Bytes of the header, and of the whole file. */
  start: number;
  size: number;
}

/** A part of a log file: whole lines from `position` on. */
export interface Segment {
  file: LogFile;
  position: number;
  digest: string;
  firstLine: number;
}

/** The number of lines of a segment that is stored, and whether it is journalled at this place of this file. */
export async function segmentRows(
  events: Events,
  { file, position, digest }: Segment,
): Promise<{ rows: number; here: boolean } | undefined> {
  const [found] = await events.rows<{ rows: number; here: boolean }>(
    `SELECT rows, source = {source:String} AND position = {position:UInt64} AS here
     FROM segments FINAL
     WHERE log_name = {log_name:String} AND digest = {digest:String}
     ORDER BY here DESC
     LIMIT 1`,
    { log_name: file.reader.log_name, source: file.source, position, digest },
  );
  return found;
}

/** Makes a table in memory for each worker, shaped like the events: a segment's lines stand there while they are compared. */
export async function makeStages(events: Events, workers: number[]): Promise<void> {
  for (const worker of workers) {
    await events.run(`DROP TABLE IF EXISTS stage_${worker} SYNC`);
    await events.run(`CREATE TABLE stage_${worker} AS events ENGINE = Memory`);
  }
}

/** Reads and normalises the segment's lines, which lie at `path`, into the worker's stage; returns their number. */
export async function stageSegment(events: Events, worker: number, segment: Segment, path: string): Promise<number> {
  const { reader, positions, headerFields } = segment.file;
  const columns = eventColumns(reader);
  await events.run(`TRUNCATE TABLE stage_${worker}`);
  await events.run(
    `INSERT INTO stage_${worker} (${Object.keys(columns).join(', ')})
     SELECT ${Object.entries(columns)
       .map(([name, expression]) => `${expression} AS ${name}_`)
       .join(', ')}
     FROM (${linesSql(reader, positions)})
     ${IN_ORDER}`,
    { path, first_line: segment.firstLine, header_fields: headerFields },
  );
  const [count] = await events.rows<{ rows: number }>(`SELECT count() AS rows FROM stage_${worker}`);
  return count!.rows;
}

/**
 * Stores the staged lines that are not stored yet. Safe to repeat at any time: after a crash, or when a line comes
 * twice, the anti-join leaves out what is there. Of repeated lines the first one stays.
 */
export async function storeStaged(events: Events, worker: number, logName: string): Promise<void> {
  const stage = `stage_${worker}`;
  await events.run(
    `INSERT INTO events
     SELECT *
     FROM ${stage}
     WHERE uid NOT IN (
       SELECT uid
       FROM events
       WHERE log_name = {log_name:String} AND (
         day = toDate(0)
         OR day BETWEEN (SELECT min(day) FROM ${stage} WHERE class_uid != 0) AND (SELECT max(day) FROM ${stage})
       )
     )
     LIMIT 1 BY uid
     ${IN_ORDER}`,
    { log_name: logName },
  );
  await events.run(`TRUNCATE TABLE ${stage}`);
}

export async function insertSegment(events: Events, { file, position, digest }: Segment, rows: number): Promise<void> {
  await events.run(
    `INSERT INTO segments (log_name, source, position, file, digest, rows)
     SELECT {log_name:String}, {source:String}, {position:UInt64}, {file:String}, {digest:String}, {rows:UInt64}`,
    { log_name: file.reader.log_name, source: file.source, position, file: file.reader.file, digest, rows },
  );
}

/** A file that was cut at other places before: its former segments no longer count. */
export async function forgetOtherSegments(events: Events, file: LogFile, positions: number[]): Promise<void> {
  const values = { log_name: file.reader.log_name, source: file.source, positions };
  const others = `
    FROM segments FINAL
    WHERE log_name = {log_name:String} AND source = {source:String} AND digest != ''
      AND position NOT IN {positions:Array(UInt64)}`;
  const [found] = await events.rows<{ n: number }>(`SELECT count() AS n ${others}`, values);
  if (found!.n === 0) return;
  await events.run(
    `INSERT INTO segments (log_name, source, position, file, digest, rows)
     SELECT log_name, source, position, file, '', 0 ${others}`,
    values,
  );
}

export interface LogTotals {
  log_name: string;
  rows: number;
  bad: number;
  events: number;
}

/** Per log: lines read, lines in quarantine, events stored; the rest of the lines were repeated ones. */
export function logTotals(events: Events): Promise<LogTotals[]> {
  return events.rows<LogTotals>(
    `SELECT log_name, sum(lines) AS rows, sum(quarantined) AS bad, sum(good) AS events
     FROM (
       SELECT log_name, rows AS lines, 0 AS quarantined, 0 AS good
       FROM segments FINAL
       UNION ALL
       SELECT log_name, 0, countIf(class_uid = 0), countIf(class_uid != 0)
       FROM events
       GROUP BY log_name
     )
     GROUP BY log_name
     ORDER BY log_name
     LIMIT 1000`,
  );
}

/** The number of stored events and a checksum that does not depend on their order: equal stores give equal values. */
export async function checksum(events: Events): Promise<{ events: number; checksum: string }> {
  const [row] = await events.rows<{ events: number; checksum: string }>(
    `SELECT count() AS events, hex(groupBitXor(uid)) AS checksum FROM events`,
  );
  return row!;
}
