/** What is asked of the engine about lines that arrived one by one. */
import type { Events } from '../../stores/clickhouse.ts';
import { IN_ORDER } from '../../stores/csv.ts';
import { type AnyReader, eventsSql, type LineParameters, READING, recognisedLines, UNKNOWN } from './compile.ts';
import type { LineReader } from './mapping.ts';

/** The readers that recognise lines of a segment, 'unknown' among them where none does. */
export async function recognisedReaders(
  events: Events,
  parameters: LineParameters,
  readers: readonly LineReader[],
): Promise<string[]> {
  const rows = await events.rows<{ name: string }>(
    `SELECT DISTINCT reader_name AS name FROM (${recognisedLines(readers)}) ORDER BY name LIMIT 1000 ${IN_ORDER}`,
    parameters,
  );
  return rows.map(({ name }) => name);
}

/** The reader that recognises each line, in their order. */
export async function recognisedBy(
  events: Events,
  parameters: LineParameters,
  readers: readonly LineReader[],
): Promise<string[]> {
  const rows = await events.rows<{ name: string }>(
    `SELECT reader_name AS name FROM (${recognisedLines(readers)}) ORDER BY file_line LIMIT 1000000 ${IN_ORDER}`,
    parameters,
  );
  return rows.map(({ name }) => name);
}

export async function runInsert(events: Events, sql: string, parameters: LineParameters): Promise<void> {
  await events.run(sql, parameters);
}

/** What a reader makes of lines, in their order, without storing anything. */
export function readLines(
  events: Events,
  reader: AnyReader,
  parameters: LineParameters,
): Promise<Record<string, unknown>[]> {
  return events.rows(
    `SELECT * EXCEPT (uid, source, received) FROM (${eventsSql(reader)}) ORDER BY file_line LIMIT 1000000 SETTINGS ${READING}`,
    parameters,
  );
}

export interface Arrivals {
  source: string;
  /** The log's name, 'unknown' for lines of no reader. */
  reader: string;
  rows: number;
  /** Lines that the reader could not read. */
  quarantined: number;
  /** ISO 8601 in UTC. */
  last_received: string;
}

/** What came in line by line: by who sent it, and what it was read as. */
export function arrivals(events: Events): Promise<Arrivals[]> {
  return events.rows<Arrivals>(
    `SELECT
       source,
       log_name AS reader,
       count() AS rows,
       countIf(class_uid = 0 AND log_name != {unknown:String}) AS quarantined,
       formatDateTime(max(received), '%Y-%m-%dT%H:%i:%SZ', 'UTC') AS last_received
     FROM events
     WHERE source != ''
     GROUP BY source, reader
     ORDER BY source, rows DESC, reader
     LIMIT 1000`,
    { unknown: UNKNOWN },
  );
}

/**
 * What lines of no reader look like: the keys of an object, or the line with words and numbers taken for signs. So many of
 * the lines are looked at.
 */
const SHAPES = `
  SELECT
    source,
    raw_data AS raw,
    received,
    JSONExtractKeys(raw_data) AS keys,
    if(
      notEmpty(keys),
      concat('{', arrayStringConcat(arraySlice(arraySort(keys), 1, 60), ', '), '}'),
      replaceRegexpAll(replaceRegexpAll(substringUTF8(raw_data, 1, 160), '\\\\p{L}+', 'a'), '[0-9]+', '1')
    ) AS shape,
    lower(hex(sipHash64(source, shape))) AS id
  FROM events
  WHERE day = toDate(0) AND log_name = {unknown:String} AND source != ''
  LIMIT 200000`;

export interface UnknownShape {
  id: string;
  source: string;
  shape: string;
  rows: number;
  last_received: string;
  /** The beginning of the newest line. */
  sample: string;
}

/** The shapes of lines that no reader recognises, commonest first. */
export function unknownShapes(events: Events): Promise<UnknownShape[]> {
  return events.rows<UnknownShape>(
    `SELECT
       id,
       any(source) AS source,
       any(substringUTF8(shape, 1, 600)) AS shape,
       count() AS rows,
       formatDateTime(max(received), '%Y-%m-%dT%H:%i:%SZ', 'UTC') AS last_received,
       substringUTF8(argMax(raw, received), 1, 600) AS sample
     FROM (${SHAPES})
     GROUP BY id
     ORDER BY rows DESC, id
     LIMIT 100
     SETTINGS max_execution_time = 20`,
    { unknown: UNKNOWN },
  );
}

/** Some lines of a shape, as they came. */
export async function linesOfShape(events: Events, id: string, limit: number): Promise<string[]> {
  const rows = await events.rows<{ raw: string }>(
    `SELECT raw FROM (${SHAPES}) WHERE id = {id:String} LIMIT {limit:UInt32} SETTINGS max_execution_time = 20`,
    { unknown: UNKNOWN, id, limit },
  );
  return rows.map(({ raw }) => raw);
}

export interface RawLine {
  source: string;
  reader: string;
  line: number;
  received: string;
  reason: string;
  raw: string;
}

/** Lines that came in and were not read, in which a text stands, whatever its capitals; the newest first. */
export function searchLines(
  events: Events,
  query: { text: string; source: string; limit: number },
): Promise<RawLine[]> {
  return events.rows<RawLine>(
    `SELECT
       source,
       log_name AS reader,
       file_line AS line,
       formatDateTime(events.received, '%Y-%m-%dT%H:%i:%SZ', 'UTC') AS received,
       quarantine_reason AS reason,
       substringUTF8(raw_data, 1, 2000) AS raw
     FROM events
     WHERE day = toDate(0) AND class_uid = 0 AND source != '' AND ({source:String} = '' OR source = {source:String})
       AND positionCaseInsensitiveUTF8(raw_data, {text:String}) > 0
     ORDER BY events.received DESC, uid
     LIMIT {limit:UInt32}
     SETTINGS max_execution_time = 20`,
    query,
  );
}
