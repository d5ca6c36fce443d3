/** The events room's only SQL. */
import type { Events } from '../stores/clickhouse.ts';
import { type CsvPositions, IN_ORDER } from '../stores/csv.ts';
import { statements } from '../stores/statements.ts';
import { normaliseSql, type Reader } from './reader.ts';

const sql = statements(import.meta.url);
const DAYS = sql('days');
const SILENCES = sql('silences');

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
  bytes: number;
}

export interface JournalEntry {
  source: string;
  position: number;
  digest: string;
  rows: number;
  /** 0: not noted. */
  bytes: number;
}

/** The segments of a log that are stored. */
export function journal(events: Events, logName: string): Promise<JournalEntry[]> {
  return events.rows<JournalEntry>(
    `SELECT source, position, digest, rows, bytes
     FROM segments FINAL
     WHERE log_name = {logName:String} AND digest != ''
     ORDER BY source, position
     LIMIT 10000000`,
    { logName },
  );
}

/** The number of lines in a file that the engine can read. */
export async function countLines(events: Events, path: string): Promise<number> {
  const [count] = await events.rows<{ rows: number }>(
    `SELECT count() AS rows FROM file({path:String}, 'LineAsString', 'raw String')`,
    { path },
  );
  return count!.rows;
}

/**
 * Stores those lines of a segment, the first of which is line `firstLine` of its file, that are not stored yet. Safe to
 * repeat at any time: after a crash, or when a line comes twice, what is there is left out.
 */
export async function storeLines(events: Events, file: LogFile, path: string, firstLine: number): Promise<void> {
  await events.run(normaliseSql(file.reader, file.positions), {
    path,
    first_line: firstLine,
    header_fields: file.headerFields,
  });
}

/**
 * Forgets what was stored of line `line` of a file when it was still being written: the beginning of the line that now
 * stands whole in the file at `path`, after `index` others.
 */
export async function forgetHalfLine(
  events: Events,
  file: LogFile,
  whole: { path: string; index: number; line: number },
): Promise<void> {
  const found = await events.rows<{ uid: string }>(
    `WITH (
       SELECT trimRight(raw, '\\r')
       FROM file({path:String}, 'LineAsString', 'raw String')
       LIMIT 1 OFFSET {index:UInt64}
       ${IN_ORDER}
     ) AS whole
     SELECT toString(uid) AS uid
     FROM events
     WHERE log_name = {log_name:String} AND file_line = {line:UInt32} AND raw_data != ''
       -- A line that was cut inside a character ends in the sign for what is none.
       AND startsWith(whole, replaceRegexpOne(raw_data, '\uFFFD$', '')) AND raw_data != whole
     LIMIT 100`,
    { ...whole, log_name: file.reader.log_name },
  );
  if (found.length === 0) return;
  // A deletion waits for its turn among the merges, which a load holds back.
  await holdMerges(events, false);
  await events.run(
    `ALTER TABLE events DELETE WHERE file_line = {line:UInt32} AND toString(uid) IN {uids:Array(String)} SETTINGS mutations_sync = 1`,
    { line: whole.line, uids: found.map(({ uid }) => uid) },
  );
}

/** Merging parts while more are written takes the processor from the load; they merge when it is done. */
export async function holdMerges(events: Events, hold: boolean): Promise<void> {
  await events.run(`SYSTEM ${hold ? 'STOP' : 'START'} MERGES events`);
}

export async function insertSegment(events: Events, segment: Segment, rows: number): Promise<void> {
  const { file, position, digest, bytes } = segment;
  await events.run(
    `INSERT INTO segments (log_name, source, position, file, digest, rows, bytes)
     SELECT
       {log_name:String}, {source:String}, {position:UInt64}, {file:String}, {digest:String}, {rows:UInt64}, {bytes:UInt64}`,
    { log_name: file.reader.log_name, source: file.source, position, file: file.reader.file, digest, rows, bytes },
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
  /** Lines read; 0 for a side table, whose good rows stand elsewhere. */
  rows: number;
  bad: number;
  events: number;
  /** Days of the first and last event; '' without any. */
  first_day: string;
  last_day: string;
}

/** Per log: lines read (of what came in line by line, those stored), lines in quarantine, events stored; the rest of the lines were repeated ones. */
export function logTotals(events: Events): Promise<LogTotals[]> {
  return events.rows<LogTotals>(
    `SELECT
       log_name,
       sum(lines) AS rows,
       sum(quarantined) AS bad,
       sum(good) AS events,
       if(events = 0, '', toString(minIf(first, good > 0))) AS first_day,
       if(events = 0, '', toString(maxIf(last, good > 0))) AS last_day
     FROM (
       SELECT log_name, rows AS lines, 0 AS quarantined, 0 AS good, toDate(0) AS first, toDate(0) AS last
       FROM segments FINAL
       UNION ALL
       SELECT
         log_name,
         countIf(source != ''),
         countIf(class_uid = 0),
         countIf(class_uid != 0),
         minIf(day, class_uid != 0),
         maxIf(day, class_uid != 0)
       FROM events
       GROUP BY log_name
     )
     GROUP BY log_name
     ORDER BY log_name
     LIMIT 1000`,
  );
}

export interface DayCount {
  log_name: string;
  day: string;
  events: number;
  expected: number;
}

/** Every day from a log's first to the last of all, with what its own past makes one expect. */
export function dayCounts(events: Events): Promise<DayCount[]> {
  return events.rows<DayCount>(DAYS);
}

export interface Silence {
  log_name: string;
  from: string;
  to: string;
  whole: boolean;
  share: number;
  machines: number;
}

export function selectSilences(events: Events): Promise<Silence[]> {
  return events.rows<Silence>(SILENCES);
}

/** When rows of the logs were last taken in, ISO 8601 in UTC; '' before the first. */
export async function lastTakenIn(events: Events): Promise<string> {
  const [row] = await events.rows<{ at: string }>(
    `SELECT if(count() = 0, '', formatDateTime(max(loaded_at), '%Y-%m-%dT%H:%i:%SZ', 'UTC')) AS at
     FROM segments
     WHERE digest != ''`,
  );
  return row!.at;
}

/** How many rows are stored, known without reading any: changes whenever something is loaded. */
export async function countEvents(events: Events): Promise<number> {
  const [row] = await events.rows<{ n: number }>('SELECT count() AS n FROM events');
  return row!.n;
}

export interface BadLine {
  source: string;
  line: number;
  reason: string;
  raw: string;
}

/** Lines in quarantine, by log and line; of one log, or of all when `source` is ''. */
export async function quarantine(
  events: Events,
  page: { source: string; offset: number; limit: number },
): Promise<{ total: number; rows: BadLine[] }> {
  const from = `FROM events WHERE day = toDate(0) AND class_uid = 0 AND ({source:String} = '' OR log_name = {source:String})`;
  const [count] = await events.rows<{ total: number }>(`SELECT count() AS total ${from}`, page);
  const rows = await events.rows<BadLine>(
    `SELECT log_name AS source, file_line AS line, quarantine_reason AS reason, raw_data AS raw
     ${from}
     ORDER BY log_name, file_line, uid
     LIMIT {limit:UInt32} OFFSET {offset:UInt64}`,
    page,
  );
  return { total: count!.total, rows };
}

/** The number of stored events and a checksum that does not depend on their order: equal stores give equal values. */
export async function checksum(events: Events): Promise<{ events: number; checksum: string }> {
  const [row] = await events.rows<{ events: number; checksum: string }>(
    `SELECT count() AS events, hex(groupBitXor(uid)) AS checksum FROM events`,
  );
  return row!;
}
