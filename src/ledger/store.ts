/** The ledger's half in casework: salts of recorded rows, and the details that entries only commit to. */
import { sql } from 'kysely';
import type { CaseworkDb } from '../stores/postgres.ts';
import type { Json } from './entry.ts';

interface LedgerRowsTable {
  table_name: string;
  row_key: string;
  salt: string;
}

interface LedgerDetailsTable {
  entry_id: string;
  salt: string;
  details: string;
}

interface LedgerContentsTable {
  name: string;
  sha256: string;
}

declare module '../stores/postgres.ts' {
  interface Casework {
    ledger_contents: LedgerContentsTable;
    ledger_rows: LedgerRowsTable;
    ledger_details: LedgerDetailsTable;
  }
}

/**
 * A table whose rows change only through the program: every change leaves the hash of the row in the ledger.
 * A room declares it beside its SQL.
 */
export interface LedgeredTable {
  readonly table: string;
  /**
   * What the ledger calls it, if not by its name. A migration that changes what the columns hold gives a new one: the
   * rows are then taken in under it, and what older entries say of their former shape is not held against them.
   */
  readonly recordedAs?: string;
  /** The columns that name a row, an opaque id: it stands in the ledger in the clear. */
  readonly key: readonly string[];
  /** All that must not change unseen. */
  readonly columns: readonly string[];
  /** Those of `columns` that are timestamptz: they are compared as moments, whatever the session's time zone. */
  readonly times?: readonly string[];
}

/** The room's own: what rules and settings were last used. */
export const LEDGERED: readonly LedgeredTable[] = [
  { table: 'ledger_contents', key: ['name'], columns: ['name', 'sha256'] },
];

export interface HashedRow {
  readonly key: string;
  /** Null for a row that the program never recorded. */
  readonly hash: string | null;
}

export const recordedName = ({ table, recordedAs = table }: LedgeredTable) => recordedAs;

function keyOf({ key }: LedgeredTable) {
  // One column as it is, so that its index finds the row among many.
  if (key.length === 1) return sql<string>`t.${sql.ref(key[0]!)}::text`;
  return sql<string>`concat_ws('/', ${sql.join(key.map((column) => sql`t.${sql.ref(column)}`))})`;
}

/** The columns as a JSON list, made by the engine. */
function contentOf({ columns, times = [] }: LedgeredTable) {
  const values = columns.map((column) =>
    times.includes(column) ? sql`extract(epoch from t.${sql.ref(column)})` : sql`t.${sql.ref(column)}`,
  );
  return sql<string>`jsonb_build_array(${sql.join(values)})::text`;
}

/** SHA-256 over the salt and the columns. */
function hashOf(table: LedgeredTable) {
  return sql<string | null>`encode(sha256(convert_to(r.salt || ${contentOf(table)}, 'UTF8')), 'hex')`;
}

function hashedRows(table: LedgeredTable) {
  return sql`SELECT ${keyOf(table)} AS key, ${hashOf(table)} AS hash FROM ${sql.table(table.table)} t
    LEFT JOIN ledger_rows r ON r.table_name = ${recordedName(table)} AND r.row_key = ${keyOf(table)}`;
}

/** The rows of these keys that are there, with their hashes. */
export async function selectHashes(
  db: CaseworkDb,
  table: LedgeredTable,
  keys: readonly string[],
): Promise<HashedRow[]> {
  if (keys.length === 0) return [];
  const query = sql<HashedRow>`${hashedRows(table)} WHERE ${keyOf(table)} IN (${sql.join(keys)})`;
  return (await query.execute(db)).rows;
}

/** What it takes to show that a row is the one an entry speaks of: SHA-256 of salt and content is the entry's hash. */
export interface SaltedRow extends HashedRow {
  readonly salt: string;
  /** The columns as a JSON list, as text; times in seconds. */
  readonly content: string;
}

/** The rows of these keys that are there and were recorded. */
export async function selectSalted(
  db: CaseworkDb,
  table: LedgeredTable,
  keys: readonly string[],
): Promise<SaltedRow[]> {
  if (keys.length === 0) return [];
  const query = sql<SaltedRow>`
    SELECT ${keyOf(table)} AS key, ${hashOf(table)} AS hash, r.salt, ${contentOf(table)} AS content
    FROM ${sql.table(table.table)} t
    INNER JOIN ledger_rows r ON r.table_name = ${table.table} AND r.row_key = ${keyOf(table)}
    WHERE ${keyOf(table)} IN (${sql.join(keys)})`;
  return (await query.execute(db)).rows;
}

/** All rows with their hashes. */
export async function selectAllHashes(db: CaseworkDb, table: LedgeredTable): Promise<HashedRow[]> {
  return (await sql<HashedRow>`${hashedRows(table)} ORDER BY 1`.execute(db)).rows;
}

/** The keys of rows without a salt, which the program never recorded. */
export async function selectUnsalted(db: CaseworkDb, table: LedgeredTable): Promise<string[]> {
  const query = sql<HashedRow>`${hashedRows(table)} WHERE r.salt IS NULL ORDER BY 1`;
  return (await query.execute(db)).rows.map(({ key }) => key);
}

/** Gives rows new salts. */
export async function saveSalts(db: CaseworkDb, rows: readonly LedgerRowsTable[]): Promise<void> {
  if (rows.length === 0) return;
  await db
    .insertInto('ledger_rows')
    .values([...rows])
    .onConflict((conflict) =>
      conflict.columns(['table_name', 'row_key']).doUpdateSet({ salt: sql<string>`excluded.salt` }),
    )
    .execute();
}

/** With its salt goes the last way of trying out what a deleted row held. */
export async function deleteSalts(db: CaseworkDb, table: string, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  await db.deleteFrom('ledger_rows').where('table_name', '=', table).where('row_key', 'in', keys).execute();
}

export async function isTableAdopted(db: CaseworkDb, table: string): Promise<boolean> {
  const found = db.selectFrom('ledger_rows').select('salt').where('table_name', '=', table).where('row_key', '=', '');
  return (await found.executeTakeFirst()) !== undefined;
}

export interface Details {
  readonly entryId: string;
  /** Hexadecimal. */
  readonly salt: string;
  readonly details: Json;
}

export async function insertDetails(db: CaseworkDb, { entryId, salt, details }: Details): Promise<void> {
  await db
    .insertInto('ledger_details')
    .values({ entry_id: entryId, salt, details: JSON.stringify(details) })
    .execute();
}

export async function selectDetails(db: CaseworkDb, entryIds: readonly string[]): Promise<Details[]> {
  if (entryIds.length === 0) return [];
  return (await db.selectFrom('ledger_details').selectAll().where('entry_id', 'in', entryIds).execute()).map(toDetails);
}

/** All details in the order of their entries' ids, a page at a time; `after` is the last id of the page before. */
export async function pageDetails(db: CaseworkDb, after: string, limit: number): Promise<Details[]> {
  const page = db.selectFrom('ledger_details').selectAll().where('entry_id', '>', after).orderBy('entry_id');
  return (await page.limit(limit).execute()).map(toDetails);
}

function toDetails(row: LedgerDetailsTable): Details {
  // The engine gives json parsed.
  return { entryId: row.entry_id, salt: row.salt, details: row.details as Json };
}

/** True if there were any. */
export async function deleteDetails(db: CaseworkDb, entryId: string): Promise<boolean> {
  const result = await db.deleteFrom('ledger_details').where('entry_id', '=', entryId).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

export async function selectContents(db: CaseworkDb): Promise<LedgerContentsTable[]> {
  return await db.selectFrom('ledger_contents').selectAll().orderBy('name').execute();
}

export async function saveContents(db: CaseworkDb, contents: readonly LedgerContentsTable[]): Promise<void> {
  if (contents.length === 0) return;
  await db
    .insertInto('ledger_contents')
    .values([...contents])
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ sha256: sql<string>`excluded.sha256` }))
    .execute();
}

export async function deleteContents(db: CaseworkDb, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await db.deleteFrom('ledger_contents').where('name', 'in', names).execute();
}
