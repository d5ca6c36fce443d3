/** Lines that arrived one by one, from any source: which reader reads them, and the statement that stores them. */

import type { Events } from '../../stores/clickhouse.ts';
import { lineReaders, readerNamed } from './catalog.ts';
import { insertSql, type LineParameters, UNKNOWN } from './compile.ts';
import type { LineReader } from './mapping.ts';
import { recognisedReaders, runInsert } from './store.ts';

/**
 * The statement that stores the lines of a segment which are of this reader ('unknown': of none) and not stored yet; its
 * parameters are LineParameters. With the parameter reader '' it takes the lines that are recognised as this reader's;
 * with the reader's name, all of them. Errors: not-found, invalid-content.
 */
export function intakeInsertSql(readerName: string, readers: readonly LineReader[] = lineReaders()): string {
  return insertSql(readerName === UNKNOWN ? undefined : readerNamed(readerName, readers), readers);
}

/**
 * Stores the lines of a segment: with the reader that is named, or each with the one that recognises it, and as unknown
 * what none does. Safe to repeat at any time. Returns the readers that had lines. Errors: not-found, those of a query.
 */
export async function storeIntake(
  events: Events,
  parameters: LineParameters,
  readers: readonly LineReader[] = lineReaders(),
): Promise<string[]> {
  const names = parameters.reader === '' ? await recognisedReaders(events, parameters, readers) : [parameters.reader];
  for (const name of names) await runInsert(events, intakeInsertSql(name, readers), parameters);
  return names;
}
