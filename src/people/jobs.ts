import type { Events } from '../stores/clickhouse.ts';
import { loadSideTables, type SideOptions, type SideReport } from '../stores/folder.ts';
import { peopleTables } from './tables.ts';

/** Loads the directory and the declared facts of an organisation folder; rows that are stored already stay as they are. */
export function loadPeople(events: Events, folder: string, options?: SideOptions): Promise<SideReport> {
  return loadSideTables(events, peopleTables(folder), options);
}
