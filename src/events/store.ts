/** The events room's only SQL. */
import type { Events } from '../stores/clickhouse.ts';
import type { CsvPositions } from '../stores/csv.ts';
import { normaliseSql, type Reader } from './reader.ts';

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
}

/** Copies of a segment's lines where the engine can read them; it reads all of them at the same time. */
export interface Spooled {
  path: string;
  firstLine: number;
}

export interface JournalEntry {
  source: string;
  position: number;
  digest: string;
  rows: number;
}

/** The segments of a log that are stored. */
export function journal(events: Events, logName: string): Promise<JournalEntry[]> {
  return events.rows<JournalEntry>(
    `SELECT source, position, digest, rows
     FROM segments FINAL
     WHERE log_name = {logName:String} AND digest != ''
     LIMIT 10000000`,
    { logName },
  );
}

const IN_PARALLEL = 'SETTINGS max_threads = 2, max_insert_threads = 2';

/** Makes the tables in memory where a segment's lines stand while they are compared with what is stored. */
export async function makeStage(events: Events): Promise<void> {
  await dropStage(events);
  await events.run('CREATE TABLE stage AS events ENGINE = Memory');
  await events.run('CREATE TABLE stage_repeated (uid UInt128, first_line UInt32) ENGINE = Memory');
}

export async function dropStage(events: Events): Promise<void> {
  await events.run('DROP TABLE IF EXISTS stage SYNC');
  await events.run('DROP TABLE IF EXISTS stage_repeated SYNC');
}

/** Reads and normalises the segment's lines into the stage; returns their number. */
export async function stageLines(events: Events, file: LogFile, parts: Spooled[]): Promise<number> {
  await events.run('TRUNCATE TABLE stage');
  const values = parts.flatMap(({ path, firstLine }, i) => [
    [`path${i}`, path],
    [`first_line${i}`, firstLine],
  ]);
  await events.run(normaliseSql(file.reader, file.positions, 'stage', parts.length), {
    header_fields: file.headerFields,
    ...Object.fromEntries(values),
  });
  const [count] = await events.rows<{ rows: number }>('SELECT count() AS rows FROM stage');
  return count!.rows;
}

/**
 * Stores the staged lines that are not stored yet. Safe to repeat at any time: after a crash, or when a line comes
 * twice, what is there is left out. Of a line that is repeated within the segment the first one stays.
 */
export async function storeStaged(events: Events, logName: string): Promise<void> {
  await events.run('TRUNCATE TABLE stage_repeated');
  await events.run(
    `INSERT INTO stage_repeated
     SELECT uid, min(file_line)
     FROM stage
     GROUP BY uid
     HAVING count() > 1`,
  );
  await events.run(
    `INSERT INTO events
     SELECT *
     FROM stage
     WHERE uid NOT IN (
       SELECT uid
       FROM events
       WHERE log_name = {logName:String} AND (
         day = toDate(0)
         OR day BETWEEN (SELECT min(day) FROM stage WHERE class_uid != 0) AND (SELECT max(day) FROM stage)
       )
     ) AND (
       uid NOT IN (SELECT uid FROM stage_repeated)
       OR (uid, file_line) IN (SELECT uid, first_line FROM stage_repeated)
     )
     ${IN_PARALLEL}`,
    { logName },
  );
}

/** Merging parts while more are written takes the processor from the load; they merge when it is done. */
export async function holdMerges(events: Events, hold: boolean): Promise<void> {
  await events.run(`SYSTEM ${hold ? 'STOP' : 'START'} MERGES events`);
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
