import type { Events } from '../stores/clickhouse.ts';
import type { Data } from '../stores/data.ts';
import { loadSideTables, type SideOptions, type SideReport } from '../stores/folder.ts';
import { copyVersions, lastVersionNumber, versionsAfter } from './directory/store.ts';
import { copyLinks, lastLinkNumber, linksAfter } from './links/store.ts';
import { peopleTables } from './tables.ts';

/** Rows in a statement: they travel in its address, which an engine bounds at a megabyte. */
const BATCH = 200;

/** Loads the directory and the declared facts of an organisation folder; rows that are stored already stay as they are. */
export function loadPeople(events: Events, folder: string, options?: SideOptions): Promise<SideReport> {
  return loadSideTables(events, peopleTables(folder), options);
}

/**
 * Brings the event store's copy of links and directory up to date with casework. Done before days are computed; after a kill
 * at any point it goes on where it stopped, because the copy itself says how far it is.
 */
export async function syncDirectory({ casework, events }: Pick<Data, 'casework' | 'events'>): Promise<void> {
  for (;;) {
    const versions = await versionsAfter(casework, await lastVersionNumber(events), BATCH);
    if (versions.length > 0) await copyVersions(events, versions);
    if (versions.length < BATCH) break;
  }
  for (;;) {
    const links = await linksAfter(casework, await lastLinkNumber(events), BATCH);
    if (links.length > 0) await copyLinks(events, links);
    if (links.length < BATCH) break;
  }
}
