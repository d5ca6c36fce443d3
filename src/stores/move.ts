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
const ROW = 'sipHash64(tuple(*))';

/** Copies all tables of the event store. Errors: interrupted, query-failed (also when the copy differs), disk-full. */
export async function moveEvents(from: Events, to: Events, { onRows, signal }: MoveOptions): Promise<Moved[]> {
  const columns = await from.rows<{ table: string; structure: string }>(
    `SELECT table, arrayStringConcat(groupArray(concat(name, ' ', type)), ', ') AS structure
     FROM (SELECT table, name, type FROM system.columns WHERE database = currentDatabase() ORDER BY table, position)
     WHERE table != 'schema_migrations'
     GROUP BY table
     ORDER BY table
     LIMIT 1000`,
  );
  const moved: Moved[] = [];
  for (const { table, structure } of columns) {
    const whole = await stateOf(from, table);
    const chunks = Math.max(1, Math.ceil(whole.rows / CHUNK_ROWS));
    let done = 0;
    for (let chunk = 0; chunk < chunks; chunk++) {
      if (signal.aborted) throw new Fault('interrupted', 'moving stopped', { place: table });
      const part = await stateOf(from, table, { chunk, chunks });
      if (part.rows > 0) await moveChunk(from, to, { table, structure, chunk, chunks }, part);
      done += part.rows;
      onRows(table, done, whole.rows);
    }
    const arrived = await stateOf(to, table);
    if (arrived.rows !== whole.rows || arrived.checksum !== whole.checksum) throw differs(table, whole, arrived);
    moved.push({ table, ...whole });
  }
  return moved;
}

const differs = (table: string, { rows }: { rows: number }, arrived: { rows: number }) =>
  new Fault('query-failed', `The copy of ${table} is not equal: ${arrived.rows} rows of ${rows}.`, { place: table });

interface Chunk {
  readonly chunk: number;
  readonly chunks: number;
}

async function stateOf(
  events: Events,
  table: string,
  part: Chunk = { chunk: 0, chunks: 1 },
): Promise<{ rows: number; checksum: string }> {
  const [row] = await events.rows<{ rows: number; checksum: string }>(
    `SELECT count() AS rows, hex(sum(${ROW})) AS checksum FROM ${table} WHERE ${ROW} % {chunks:UInt64} = {chunk:UInt64}`,
    { ...part },
  );
  return row!;
}

/** A part that is there already is left; one that came over half is taken away first. */
async function moveChunk(
  from: Events,
  to: Events,
  { table, structure, ...part }: Chunk & { table: string; structure: string },
  wanted: { rows: number; checksum: string },
): Promise<void> {
  const there = await stateOf(to, table, part);
  if (there.rows === wanted.rows && there.checksum === wanted.checksum) return;
  const chosen = `${ROW} % ${part.chunks} = ${part.chunk}`;
  if (there.rows > 0) await to.run(`ALTER TABLE ${table} DELETE WHERE ${chosen} SETTINGS mutations_sync = 1`);
  const path = join(spoolOf(from), `move-${table}-${part.chunk}.native`);
  const file = `file({path:String}, 'Native', ${literal(structure)})`;
  try {
    await from.run(
      `INSERT INTO FUNCTION ${file} SELECT * FROM ${table} WHERE ${chosen} SETTINGS engine_file_truncate_on_insert = 1`,
      { path },
    );
    await to.run(`INSERT INTO ${table} SELECT * FROM ${file}`, { path });
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
    await sql`
      do $$ declare s record; begin
        for s in
          select pg_get_serial_sequence(quote_ident(table_name), column_name) as name, table_name, column_name
          from information_schema.columns
          where table_schema = current_schema() and pg_get_serial_sequence(quote_ident(table_name), column_name) is not null
        loop
          execute format('select setval(%L, greatest(1, (select coalesce(max(%I), 0) from %I)), (select count(*) > 0 from %I))',
            s.name, s.column_name, s.table_name, s.table_name);
        end loop;
      end $$`.execute(tx);
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
