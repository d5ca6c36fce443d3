/** From embedded stores to servers: every row of every table, counted and compared. Safe to repeat until it is done. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { Fault } from '../base/fault.ts';
import type { Events } from './clickhouse.ts';
import { literal } from './csv.ts';
import type { CaseworkDb } from './postgres.ts';
import { spoolOf } from './spool.ts';

export interface MoveOptions {
  /** Rows of a table that are done, of its total. */
  onRows: (table: string, done: number, total: number) => void;
  signal: AbortSignal;
}

export interface Moved {
  table: string;
  rows: number;
  /** Over all rows in any order: equal tables give equal values. */
  checksum: string;
}

/** Rows that are sent at once; a server keeps them in memory meanwhile. */
const CHUNK_ROWS = 200_000;

interface EventTable {
  readonly name: string;
  /** Name and type of each column, as a file's structure is written. */
  readonly structure: string;
  /** What is read: of a table that replaces older rows by newer ones, only the newest. */
  readonly source: string;
  /** SQL: a number made of all of a row. */
  readonly row: string;
}

/** Copies all tables of the event store. Errors: interrupted, query-failed (also when the copy differs), disk-full. */
export async function moveEvents(from: Events, to: Events, { onRows, signal }: MoveOptions): Promise<Moved[]> {
  const moved: Moved[] = [];
  for (const table of await eventTables(from)) {
    const whole = await stateOf(from, table);
    const chunks = Math.max(1, Math.ceil(whole.rows / CHUNK_ROWS));
    let done = 0;
    if (whole.rows > 0) onRows(table.name, 0, whole.rows);
    for (let chunk = 0; chunk < chunks; chunk++) {
      if (signal.aborted) throw new Fault('interrupted', 'moving stopped', { place: table.name });
      const wanted = await stateOf(from, table, { chunk, chunks });
      if (wanted.rows > 0) await moveChunk(from, to, table, { chunk, chunks }, wanted);
      done += wanted.rows;
      onRows(table.name, done, whole.rows);
    }
    const arrived = await stateOf(to, table);
    if (!equal(arrived, whole)) throw differs(table.name, whole, arrived);
    moved.push({ table: table.name, ...whole });
  }
  return moved;
}

async function eventTables(from: Events): Promise<EventTable[]> {
  const tables = await from.rows<{ name: string; engine: string; columns: [name: string, type: string][] }>(
    `SELECT c.table AS name, any(t.engine) AS engine, groupArray((c.name, c.type)) AS columns
     FROM (SELECT table, name, type FROM system.columns WHERE database = currentDatabase() ORDER BY table, position) AS c
     INNER JOIN (SELECT name, engine FROM system.tables WHERE database = currentDatabase()) AS t ON t.name = c.table
     WHERE c.table != 'schema_migrations'
     GROUP BY c.table
     ORDER BY c.table
     LIMIT 1000`,
  );
  return tables.map(({ name, engine, columns }) => ({
    name,
    structure: columns.map(([column, type]) => `${column} ${type}`).join(', '),
    source: engine.startsWith('Replacing') ? `${name} FINAL` : name,
    row: `sipHash64(tuple(${columns.map(([column]) => column).join(', ')}))`,
  }));
}

interface State {
  readonly rows: number;
  readonly checksum: string;
}
const equal = (one: State, other: State): boolean => one.rows === other.rows && one.checksum === other.checksum;

const differs = (table: string, { rows }: State, arrived: State) =>
  new Fault('query-failed', `The copy of ${table} is not equal: ${arrived.rows} rows of ${rows}.`, { place: table });

interface Chunk {
  readonly chunk: number;
  readonly chunks: number;
}

async function stateOf(events: Events, { source, row }: EventTable, part?: Chunk): Promise<State> {
  // A table may have columns of these names: what is counted has others.
  const [state] = await events.rows<{ moved_rows: number; moved_checksum: string }>(
    `SELECT count() AS moved_rows, hex(sum(${row})) AS moved_checksum
     FROM ${source}
     WHERE ${row} % {chunks:UInt64} = {chunk:UInt64}`,
    { chunk: 0, chunks: 1, ...part },
  );
  return { rows: state!.moved_rows, checksum: state!.moved_checksum };
}

/** A part that is there already is left; one that came over half is taken away first. */
async function moveChunk(
  from: Events,
  to: Events,
  table: EventTable,
  { chunk, chunks }: Chunk,
  wanted: State,
): Promise<void> {
  const there = await stateOf(to, table, { chunk, chunks });
  if (equal(there, wanted)) return;
  const { name, structure, source, row } = table;
  const chosen = `${row} % ${chunks} = ${chunk}`;
  if (there.rows > 0) await to.run(`ALTER TABLE ${name} DELETE WHERE ${chosen} SETTINGS mutations_sync = 1`);
  const path = join(spoolOf(from), `move-${name}-${chunk}.native`);
  const file = `file({path:String}, 'Native', ${literal(structure)})`;
  try {
    await from.run(
      `INSERT INTO FUNCTION ${file} SELECT * FROM ${source} WHERE ${chosen} SETTINGS engine_file_truncate_on_insert = 1`,
      { path },
    );
    await to.run(`INSERT INTO ${name} SELECT * FROM ${file}`, { path });
  } finally {
    await rm(path, { force: true });
  }
}

interface Table {
  name: string;
  columns: string;
  refers: string[];
}

/**
 * Copies all tables of casework in one transaction. Errors: usage when there is something already that is not the same,
 * query-failed when the copy differs.
 */
export async function moveCasework(
  from: CaseworkDb,
  to: CaseworkDb,
  { onRows, signal }: MoveOptions,
): Promise<Moved[]> {
  const tables = inOrder(await tablesOf(from));
  const before = await Promise.all(tables.map(({ name }) => caseworkState(from, name)));
  const already = await Promise.all(tables.map(({ name }) => caseworkState(to, name)));
  if (already.every(({ checksum, rows }, at) => rows === before[at]!.rows && checksum === before[at]!.checksum))
    return tables.map(({ name }, at) => ({ table: name, ...before[at]! }));
  if (already.some(({ rows }) => rows > 0))
    throw new Fault('usage', 'The PostgreSQL database holds casework already; name an empty one.');
  await to.transaction().execute(async (tx) => {
    for (const [at, { name, columns }] of tables.entries()) {
      const total = before[at]!.rows;
      if (total > 0) onRows(name, 0, total);
      for (let done = 0; done < total; done += 2000) {
        if (signal.aborted) throw new Fault('interrupted', 'moving stopped', { place: name });
        const { rows } = await sql<{ rows: unknown }>`
          select coalesce(jsonb_agg(to_jsonb(t)), '[]') as rows
          from (select * from ${sql.table(name)} order by ctid limit 2000 offset ${done}) as t`.execute(from);
        await sql`
          insert into ${sql.table(name)} (${sql.raw(columns)}) overriding system value
          select ${sql.raw(columns)}
          from jsonb_populate_recordset(null::${sql.table(name)}, ${JSON.stringify(rows[0]!.rows)}::jsonb)`.execute(tx);
        onRows(name, Math.min(total, done + 2000), total);
      }
      const arrived = await caseworkState(tx, name);
      if (arrived.rows !== total || arrived.checksum !== before[at]!.checksum)
        throw differs(name, before[at]!, arrived);
    }
    for (const { name, value } of await sequencesOf(from))
      await sql`select setval(quote_ident(${name})::regclass, ${value}::bigint)`.execute(tx);
  });
  return tables.map(({ name }, at) => ({ table: name, ...before[at]! }));
}

async function tablesOf(db: CaseworkDb): Promise<Table[]> {
  const { rows } = await sql<Table>`
    select
      t.table_name::text as name,
      (select string_agg(quote_ident(c.column_name), ', ' order by c.ordinal_position)
       from information_schema.columns as c
       where c.table_schema = t.table_schema and c.table_name = t.table_name and c.is_generated = 'NEVER') as columns,
      array(select distinct r.relname::text
        from pg_constraint as f
        join pg_class as r on r.oid = f.confrelid
        where f.contype = 'f' and f.conrelid = (quote_ident(t.table_name))::regclass and r.relname != t.table_name) as refers
    from information_schema.tables as t
    where t.table_schema = current_schema() and t.table_type = 'BASE TABLE' and t.table_name != 'schema_migrations'
    order by 1`.execute(db);
  return rows;
}

/**
 * Where numbers go on, also of a sequence that belongs to no column: one that began anew would give numbers below those that
 * the event store has a copy of, and whoever copies all beyond the highest one would miss the rows.
 */
async function sequencesOf(db: CaseworkDb): Promise<{ name: string; value: string }[]> {
  const { rows } = await sql<{ name: string; value: string }>`
    select sequencename::text as name, last_value::text as value
    from pg_sequences
    where schemaname = current_schema() and last_value is not null`.execute(db);
  return rows;
}

/** Each after those that its rows refer to. */
function inOrder(tables: readonly Table[]): Table[] {
  const done: Table[] = [];
  const left = [...tables];
  while (left.length > 0) {
    const at = left.findIndex(({ refers }) => refers.every((name) => !left.some((other) => other.name === name)));
    done.push(...left.splice(Math.max(0, at), 1));
  }
  return done;
}

async function caseworkState(db: CaseworkDb, table: string): Promise<{ rows: number; checksum: string }> {
  // Times without their zone: both sides show them in UTC.
  const { rows } = await sql<{ rows: number; checksum: string }>`
    select count(*) as rows, md5(coalesce(string_agg(h, '' order by h), '')) as checksum
    from (select md5(to_jsonb(t)::text) as h from ${sql.table(table)} as t) as hashes`.execute(db);
  return { rows: Number(rows[0]!.rows), checksum: rows[0]!.checksum };
}
