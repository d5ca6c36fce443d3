/** What is asked of the engine about lines that arrived one by one. */
import type { Events } from '../../stores/clickhouse.ts';
import { IN_ORDER } from '../../stores/csv.ts';
import { type AnyReader, eventsSql, type LineParameters, READING, recognisedLines } from './compile.ts';
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
