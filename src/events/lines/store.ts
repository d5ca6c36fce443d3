/** What is asked of the engine about lines that arrived one by one. */
import type { Events } from '../../stores/clickhouse.ts';
import { IN_ORDER } from '../../stores/csv.ts';
import { type LineParameters, recognisedLines } from './compile.ts';
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

export async function runInsert(events: Events, sql: string, parameters: LineParameters): Promise<void> {
  await events.run(sql, parameters);
}
