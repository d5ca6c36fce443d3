/** A data directory: one lock, two stores, one key. Whoever holds the lock is the only program that writes there. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Config, readConfig } from '../base/config.ts';
import { Fault } from '../base/fault.ts';
import { DEFAULT_SCHEME, wordsOf } from '../base/level.ts';
import { acquireLock } from '../base/lock.ts';
import { keyMark, sealSubjects } from './adopt.ts';
import { type Events, openEmbedded } from './clickhouse.ts';
import { migrate } from './migrate.ts';
import { type CaseworkDb, openCasework } from './postgres.ts';
import { openSealing, type Sealing } from './sealing.ts';
import { openServers } from './servers.ts';

export interface Data {
  readonly dir: string;
  readonly casework: CaseworkDb;
  readonly events: Events;
  /** For what casework must not hold in the clear. */
  readonly sealing: Sealing;
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
 * used and removed at close. Errors: data-missing, data-in-use, engine-stopped, migration-failed, key-missing, and those of
 * a bad configuration, which says where the key lies.
 */
export async function openData(dir: string | undefined, options: OpenOptions = {}): Promise<Data> {
  const place = dir === undefined ? mkdtempSync(join(tmpdir(), 'countersign-')) : resolve(dir);
  const servers = dir === undefined ? {} : serversOf(place);
  if (!existsSync(join(place, 'events')) && !servers.clickhouse_url && dir !== undefined && !options.create)
    throw new Fault('data-missing', 'the directory holds no data of this program', { place });
  mkdirSync(place, { recursive: true, mode: 0o700 });
  const lock = await acquireLock(place, options.purpose ?? 'countersign');
  const opened: { close(): Promise<void> }[] = [{ close: () => lock.release() }];
  const close = async () => {
    for (const part of opened.splice(0).reverse()) await part.close();
    if (dir === undefined) rmSync(place, { recursive: true, force: true });
  };
  try {
    const events = await openEvents(place, servers, options);
    opened.push(events);
    await migrateEvents(events);
    await nameLevels(events, place);
    const casework = await openCasework(servers.postgres_url ? { url: servers.postgres_url } : { dir: place });
    opened.push(casework);
    if (casework.engine === 'server') opened.push(await casework.lockAlone(options.purpose ?? 'countersign'));
    const sealing = await openSealing(keyFolder(dir, place), keyMark(casework.db));
    await sealSubjects(casework.db, sealing);
    return { dir: place, casework: casework.db, events, sealing, close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Servers = Partial<Pick<Config, 'postgres_url' | 'clickhouse_url' | 'clickhouse_cluster'>>;

/** A data directory of which the configuration says that its stores are on servers; a temporary one is embedded. */
function serversOf(place: string): Servers {
  return readConfig({ data: place, environment: process.env });
}

async function openEvents(place: string, servers: Servers, options: OpenOptions): Promise<Events> {
  if (!servers.clickhouse_url) return openEmbedded(place, options);
  const spool = join(place, 'spool');
  mkdirSync(spool, { recursive: true, mode: 0o700 });
  return openServers({ url: servers.clickhouse_url, cluster: servers.clickhouse_cluster, spool });
}

/** A temporary directory keeps its key with it: the configured one belongs to data that stay. */
function keyFolder(dir: string | undefined, place: string): string {
  const own = join(place, 'keys');
  if (dir === undefined) return own;
  return readConfig({ data: place, environment: process.env }).key_folder ?? own;
}

/** Brings the event store's tables up to date. */
export async function migrateEvents(events: Events): Promise<void> {
  for (const [index, node] of (events.shards?.nodes ?? [events]).entries()) await migrateNode(node, index === 0);
  await events.shards?.join();
}

const ROWS = /^\s*INSERT\s+INTO\s+(?!schema_migrations\b)/i;

/** Tables are made on every server; the rows that a migration brings go to the first alone, or there would be several of each. */
async function migrateNode(events: Events, isFirst: boolean): Promise<void> {
  await migrate({
    name: 'clickhouse',
    ledger: `CREATE TABLE IF NOT EXISTS schema_migrations
      (name String, checksum String, applied_at DateTime DEFAULT now()) ENGINE = MergeTree ORDER BY name`,
    atomic: false,
    run: async (sql) => (isFirst || !ROWS.test(sql) ? events.run(sql) : undefined),
    rows: (sql) => events.rows<Record<string, unknown>>(sql),
  });
}

/** Tells the event store by which words tables name levels. */
async function nameLevels(events: Events, place: string): Promise<void> {
  const { document_levels } = readConfig({ data: place, environment: process.env });
  const words = [['unknown', 0] as const, ...wordsOf(document_levels ?? DEFAULT_SCHEME)].sort();
  const there = await events.rows<{ word: string; level: number }>(
    'SELECT word, level FROM level_words ORDER BY word, level LIMIT 10000',
  );
  const known = there.map(({ word, level }) => [word, level] as const).sort();
  if (JSON.stringify(known) === JSON.stringify(words)) return;
  await events.run('TRUNCATE TABLE level_words');
  await events.run(
    `INSERT INTO level_words SELECT w.1, w.2 FROM (SELECT arrayJoin(arrayZip({words:Array(String)}, {levels:Array(UInt8)})) AS w)`,
    { words: words.map(([word]) => word), levels: words.map(([, level]) => level) },
  );
}
