/** A data directory: one lock, two stores. Whoever holds the lock is the only program that writes there. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Fault } from '../base/fault.ts';
import { acquireLock } from '../base/lock.ts';
import { type Events, openEmbedded } from './clickhouse.ts';
import { migrate } from './migrate.ts';
import { type CaseworkDb, openCasework } from './postgres.ts';

export interface Data {
  readonly dir: string;
  readonly casework: CaseworkDb;
  readonly events: Events;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** Make the directory when it is missing; otherwise data-missing. */
  create?: boolean;
  /** What the holder is doing, for the message that another process gets. */
  purpose?: string;
  memoryBytes?: number;
}

/**
 * Opens (or makes) a data directory and brings both stores' tables up to date. Without `dir` a temporary directory is
 * used and removed at close. Errors: data-missing, data-in-use, engine-stopped, migration-failed.
 */
export async function openData(dir: string | undefined, options: OpenOptions = {}): Promise<Data> {
  const place = dir === undefined ? mkdtempSync(join(tmpdir(), 'countersign-')) : resolve(dir);
  if (!existsSync(join(place, 'events')) && dir !== undefined && !options.create)
    throw new Fault('data-missing', 'the directory holds no data of this program', { place });
  mkdirSync(place, { recursive: true, mode: 0o700 });
  const lock = await acquireLock(place, options.purpose ?? 'countersign');
  const opened: { close(): Promise<void> }[] = [{ close: () => lock.release() }];
  const close = async () => {
    for (const part of opened.splice(0).reverse()) await part.close();
    if (dir === undefined) rmSync(place, { recursive: true, force: true });
  };
  try {
    const events = await openEmbedded(place, options);
    opened.push(events);
    await migrateEvents(events);
    const casework = await openCasework({ dir: place });
    opened.push(casework);
    return { dir: place, casework: casework.db, events, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Brings the event store's tables up to date. */
export async function migrateEvents(events: Events): Promise<void> {
  await migrate({
    name: 'clickhouse',
    ledger: `CREATE TABLE IF NOT EXISTS schema_migrations
      (name String, checksum String, applied_at DateTime DEFAULT now()) ENGINE = MergeTree ORDER BY name`,
    atomic: false,
    run: (sql) => events.run(sql),
    rows: (sql) => events.rows<Record<string, unknown>>(sql),
  });
}
