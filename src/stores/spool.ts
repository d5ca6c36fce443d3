import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../base/fault.ts';
import type { Events } from './clickhouse.ts';

/** The folder from which the engine reads files. Errors: usage with a remote engine, which does not see our disk. */
export function spoolOf(events: Events): string {
  if (events.spool === undefined) throw new Fault('usage', 'loading a folder needs the embedded event engine');
  return events.spool;
}

/** Takes away what a load that was killed left behind; one load at a time holds the data directory's lock. */
export async function clearSpool(events: Events): Promise<void> {
  const spool = spoolOf(events);
  for (const name of await readdir(spool)) await rm(join(spool, name), { force: true });
}
