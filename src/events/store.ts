/** The events room's only SQL. */
import type { Events } from '../stores/clickhouse.ts';
import { type CsvPositions, IN_ORDER } from '../stores/csv.ts';
import { eventColumns, linesSql, type Reader } from './reader.ts';

/** A part of a log file, framed by whole lines and copied where the engine can read it. */
export interface Segment {
  reader: Reader;
  positions: CsvPositions;
  headerFields: number;
  file: string;
  position: number;
  digest: string;
  firstLine: number;
  /** Where the engine reads it. */
  path: string;
}

const parameters = (s: Segment) => ({ path: s.path, first_line: s.firstLine, header_fields: s.headerFields });

export async function segmentRows(events: Events, digest: string, logName: string): Promise<number | undefined> {
  const found = await events.rows<{ rows: number }>(
    `SELECT rows
     FROM segments
     WHERE log_name = {logName:String} AND digest = {digest:String}
     LIMIT 1`,
    { digest, logName },
  );
  return found[0]?.rows;
}

export interface SegmentExtent {
  rows: number;
  first_day: string;
  last_day: string;
}

/** How many lines a segment has and between which days they lie. */
export async function segmentExtent(events: Events, segment: Segment): Promise<SegmentExtent> {
  const [extent] = await events.rows<SegmentExtent>(
    `SELECT count() AS rows, 
       toDate(ifNull(min(parsed_time), toDateTime(0))) AS first_day,
       toDate(ifNull(max(parsed_time), toDateTime(0))) AS last_day
     FROM (${linesSql(segment.reader, segment.positions)})
     ${IN_ORDER}`,
    parameters(segment),
  );
  return extent!;
}

/**
 * Stores a segment's lines that are not stored yet. Safe to repeat at any time: after a crash between two
 * partitions' parts, or when the sender repeats a line, the anti-join leaves out what is there.
 */
export async function insertEvents(events: Events, segment: Segment, extent: SegmentExtent): Promise<void> {
  const columns = eventColumns(segment.reader);
  await events.run(
    `INSERT INTO events (${Object.keys(columns).join(', ')})
     SELECT ${Object.entries(columns)
       .map(([name, expression]) => `${expression} AS ${name}_`)
       .join(', ')}
     FROM (${linesSql(segment.reader, segment.positions)})
     WHERE uid_ NOT IN (
       SELECT uid
       FROM events
       WHERE log_name = {log_name:String}
         AND (day BETWEEN {first_day:Date} AND {last_day:Date} OR day = toDate(0))
     )
     LIMIT 1 BY uid_
     ${IN_ORDER}`,
    {
      ...parameters(segment),
      log_name: segment.reader.log_name,
      first_day: extent.first_day,
      last_day: extent.last_day,
    },
  );
}

export async function insertSegment(events: Events, segment: Segment, rows: number): Promise<void> {
  await events.run(
    `INSERT INTO segments (log_name, file, position, digest, rows)
     SELECT {log_name:String}, {file:String}, {position:UInt64}, {digest:String}, {rows:UInt64}`,
    {
      log_name: segment.reader.log_name,
      file: segment.file,
      position: segment.position,
      digest: segment.digest,
      rows,
    },
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
