/** Lines that arrived one by one, from any source: which reader reads them, and the statement that stores them. */
import type { Events } from '../../stores/clickhouse.ts';
import { lineReaders, readerNamed } from './catalog.ts';
import { insertSql, type LineParameters, UNKNOWN } from './compile.ts';
import type { LineReader } from './mapping.ts';
import { recognisedReaders, runInsert } from './store.ts';

export interface IntakeOptions {
  /** An organisation's readers too; those of the program without. */
  readers?: readonly LineReader[];
  /** Only the lines that are recognised as this reader's, instead of all. */
  recognised?: boolean;
}

/**
 * The statement that stores the lines of a segment with this reader ('unknown': none) as far as they are not stored yet; its
 * parameters are LineParameters. Errors: not-found, invalid-content.
 */
export function intakeInsertSql(readerName: string, options: IntakeOptions = {}): string {
  const { readers = lineReaders(), recognised = false } = options;
  const reader = readerName === UNKNOWN ? undefined : readerNamed(readerName, readers);
  return insertSql(reader, recognised ? readers : undefined);
}

/**
 * Stores the lines of a segment: with the reader that is named, or, for '', each with the one that recognises it, and as
 * unknown what none does. Safe to repeat at any time. Returns the readers that had lines. Errors: not-found, those of a query.
 */
export async function storeIntake(
  events: Events,
  readerName: string,
  parameters: LineParameters,
  readers: readonly LineReader[] = lineReaders(),
): Promise<string[]> {
  const names = readerName === '' ? await recognisedReaders(events, parameters, readers) : [readerName];
  // A segment mostly holds the lines of one log: then nobody needs to look twice which of them are.
  const recognised = names.length > 1;
  for (const name of names) await runInsert(events, intakeInsertSql(name, { readers, recognised }), parameters);
  return names;
}
