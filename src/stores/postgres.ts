import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite, types } from '@electric-sql/pglite';
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { Fault } from '../base/fault.ts';
import { type MigrationEngine, migrate } from './migrate.ts';

/**
 * The tables of casework. A room adds its own beside the SQL that uses them, in its store.ts:
 * `declare module '../stores/postgres.ts' { interface Casework { accounts: AccountsTable } }`.
 *
 * Both engines give the same values: timestamptz as Date, date and timestamp as text without a zone, bigint as number
 * (nothing here counts past 2^53), numeric as text, json parsed. Pass json as JSON.stringify(value).
 */
// biome-ignore lint/suspicious/noEmptyInterface: the rooms fill it
export interface Casework {}

export type CaseworkDb = Kysely<Casework>;

export interface CaseworkStore {
  /** Inside `db.transaction()` use the handle it gives and nothing else: the embedded engine has one connection. */
  readonly db: CaseworkDb;
  readonly engine: 'embedded' | 'server';
  /** Takes a server's database for this program alone, as long as it lives. Throws `data-in-use`. */
  lockAlone(purpose: string): Promise<{ close(): Promise<void> }>;
  close(): Promise<void>;
}

export type CaseworkPlace =
  /** Embedded, in `casework/` of this data directory, whose lock the caller holds. */
  | { readonly dir: string; readonly waitMilliseconds?: number }
  /** A PostgreSQL server, as postgres://user@host/database. */
  | { readonly url: string }
  /** Embedded, and gone when it is closed: for tests. */
  | { readonly memory: true; readonly waitMilliseconds?: number };

/**
 * Opens the casework store and brings its tables up to date.
 * Throws `engine-stopped` if the engine cannot be reached, `migration-failed` for the tables.
 */
export async function openCasework(place: CaseworkPlace): Promise<CaseworkStore> {
  const [pool, engine] =
    'url' in place ? [serverPool(place.url), 'server' as const] : [await embeddedPool(place), 'embedded' as const];
  try {
    await migrateAlone(pool);
  } catch (error) {
    await pool.end();
    throw error;
  }
  // Kysely would end the pool only if it had run a query; we end it in any case, and once.
  const lent = { options: pool.options, connect: () => pool.connect(), end: async () => {} };
  const db = new Kysely<Casework>({ dialect: new PostgresDialect({ pool: lent }) });
  let closing: Promise<void> | undefined;
  const close = async () => {
    await db.destroy();
    await pool.end();
  };
  return {
    db,
    engine,
    lockAlone: (purpose) => lockAlone(pool, purpose),
    close() {
      closing ??= close();
      return closing;
    },
  };
}

/** Tells our locks from those of other programs in the same database. */
const LOCK = 0x43535031;

/**
 * Two programs that write down what is done would each miss what the other did: one at a time, whichever machine it is on.
 * The lock goes with the connection, so that a program that died holds none.
 */
async function lockAlone(pool: Pool, purpose: string): Promise<{ close(): Promise<void> }> {
  const client = await pool.connect();
  const release = async () => client.release(true);
  try {
    await client.query(`select set_config('application_name', $1, false)`, [purpose]);
    const { rows } = await client.query<{ taken: boolean }>(`select pg_try_advisory_lock(${LOCK}, 1) as taken`, []);
    if (rows[0]?.taken === true) return { close: release };
  } catch (error) {
    await release();
    throw error;
  }
  await release();
  throw new Fault('data-in-use', 'Another program works with the casework of this server.');
}

/** A pool whose clients also take several statements at once, which migrations need. */
interface Client extends PostgresPoolClient {
  exec(sql: string): Promise<void>;
}
interface Pool extends PostgresPool {
  connect(): Promise<Client>;
}

/** Two servers that start at the same moment on one PostgreSQL must not both migrate it. */
async function migrateAlone(pool: Pool): Promise<void> {
  const client = await pool.connect();
  const engine: MigrationEngine = {
    name: 'postgres',
    ledger: `create table if not exists schema_migrations
      (name text primary key, checksum text not null, applied_at timestamptz not null default now())`,
    atomic: true,
    run: (sql) => client.exec(sql),
    rows: async (sql) => (await client.query<Record<string, unknown>>(sql, [])).rows,
  };
  try {
    await client.query(`select pg_advisory_lock(${LOCK})`, []);
    await migrate(engine);
    await client.query(`select pg_advisory_unlock(${LOCK})`, []);
    client.release();
  } catch (error) {
    // Thrown away with its lock: it may stand in the middle of something.
    client.release(true);
    throw error;
  }
}

const asText = (value: string) => value;
const PARSERS = {
  [types.INT8]: Number,
  [types.DATE]: asText,
  [types.TIMESTAMP]: asText,
  [types.NUMERIC]: asText,
};

/**
 * The embedded engine as a pool of one connection: whoever comes second waits. Waiting ends with a fault, because a
 * query on the outer handle inside an open transaction would otherwise wait for itself for ever.
 */
async function embeddedPool(place: { dir?: string; waitMilliseconds?: number }): Promise<Pool> {
  const database = await openEmbedded(place.dir);
  const turns = new Turns(place.waitMilliseconds ?? 15_000);
  return {
    options: {},
    async connect() {
      const release = await turns.next();
      return {
        exec: async (sql) => {
          await database.exec(sql);
        },
        async query<R>(sql: unknown, parameters?: readonly unknown[]) {
          const result = await database.query<R>(String(sql), [...(parameters ?? [])], { parsers: PARSERS });
          const command = (result.command ?? 'SELECT') as 'SELECT';
          return { command, rowCount: result.rowCount ?? result.affectedRows ?? 0, rows: result.rows };
        },
        release,
      } as Client;
    },
    async end() {
      const release = await turns.next();
      await database.close();
      release();
    },
  };
}

async function openEmbedded(dir: string | undefined): Promise<PGlite> {
  if (dir === undefined) return await PGlite.create();
  const folder = join(dir, 'casework');
  try {
    if (!existsSync(folder)) await layOut(folder);
    return await PGlite.create(folder);
  } catch (cause) {
    throw new Fault('engine-stopped', 'The casework store did not open.', { place: folder, cause });
  }
}

/** Laying out a new store takes seconds; whoever kills the program meanwhile must not leave half a store behind. */
async function layOut(folder: string): Promise<void> {
  const unfinished = `${folder}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  const database = await PGlite.create(unfinished);
  await database.close();
  renameSync(unfinished, folder);
}

/** First come, first served; each waits at most `milliseconds`. */
class Turns {
  readonly #milliseconds: number;
  readonly #waiting: (() => void)[] = [];
  #taken = false;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  /** Resolves when it is the caller's turn; the caller must call the function it gets. */
  async next(): Promise<() => void> {
    if (this.#taken) await this.#wait();
    this.#taken = true;
    let over = false;
    return () => {
      if (over) return;
      over = true;
      const following = this.#waiting.shift();
      if (following === undefined) this.#taken = false;
      else following();
    };
  }

  #wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        const why = 'a transaction stayed open, or a query inside it did not use its handle';
        reject(new Fault('query-too-slow', `The casework store was busy for too long: ${why}.`));
      }, this.#milliseconds);
      this.#waiting.push(enter);
    });
  }
}

function serverPool(url: string): Pool {
  const { builtins } = pg.types;
  const parsers = new Map<number, (value: string) => unknown>([
    [builtins.INT8, Number],
    [builtins.DATE, asText],
    [builtins.TIMESTAMP, asText],
  ]);
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 15_000,
    statement_timeout: 30_000,
    idle_in_transaction_session_timeout: 60_000,
    application_name: 'countersign',
    types: { getTypeParser: (id, format) => parsers.get(id) ?? pg.types.getTypeParser(id, format) },
  });
  // An idle connection that breaks is replaced at the next query; without a listener it would end the process.
  pool.on('error', () => {});
  return {
    options: {},
    async connect() {
      // The cause is kept for the log, which leaves its message out: it may quote the address with its password.
      const client = await pool.connect().catch((cause) => {
        throw new Fault('engine-stopped', 'The PostgreSQL server does not answer or refuses us.', { cause });
      });
      return Object.assign(client, {
        async exec(sql: string) {
          await client.query(sql);
        },
      }) as unknown as Client;
    },
    end: () => pool.end(),
  };
}
