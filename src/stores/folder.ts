/** Side tables of an organisation folder: finding their files and loading those that are there. */
import { existsSync } from 'node:fs';
import type { Fault } from '../base/fault.ts';
import type { Events } from './clickhouse.ts';
import { loadSideTable, type SideTable } from './csv.ts';
import { fileFault, readHeader } from './header.ts';
import { clearSpool } from './spool.ts';

export interface SideReport {
  /** Rows that went to the quarantine. */
  bad: number;
  /** Tables that could not be read at all, and why. */
  unreadable: Fault[];
  /** The files that were read. */
  read: string[];
}

export interface SideOptions {
  /** Which of the files to read; all of them without. */
  wanted?: (file: string) => boolean;
  /** Leave a last line that lacks its end for later: somebody may be writing it. */
  ended?: boolean;
}

/** Loads each table whose file exists; a missing one is normal, an unreadable one does not stop the others. */
export async function loadSideTables(
  events: Events,
  tables: { table: SideTable; file: string }[],
  options: SideOptions = {},
): Promise<SideReport> {
  const report: SideReport = { bad: 0, unreadable: [], read: [] };
  await clearSpool(events);
  for (const { table, file } of tables) {
    if (!existsSync(file) || options.wanted?.(file) === false) continue;
    try {
      report.bad += await loadSideTable(events, table, file, (await readHeader(file)).header, options.ended);
      report.read.push(file);
    } catch (error) {
      report.unreadable.push(fileFault(error));
    }
  }
  return report;
}
