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
}

/** Loads each table whose file exists; a missing one is normal, an unreadable one does not stop the others. */
export async function loadSideTables(
  events: Events,
  tables: { table: SideTable; file: string }[],
): Promise<SideReport> {
  const report: SideReport = { bad: 0, unreadable: [] };
  await clearSpool(events);
  for (const { table, file } of tables) {
    if (!existsSync(file)) continue;
    try {
      report.bad += await loadSideTable(events, table, file, (await readHeader(file)).header);
    } catch (error) {
      report.unreadable.push(fileFault(error));
    }
  }
  return report;
}
