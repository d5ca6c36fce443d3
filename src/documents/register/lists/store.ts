/** Questions that are asked of the whole register. */
import { type Selectable, sql } from 'kysely';
import type { CaseworkDb } from '../../../stores/postgres.ts';
import type { CopyRow, DocumentRow, ImportsTable } from '../store.ts';

export const STATES = [
  ...(['away', 'overdue', 'never_returned', 'missing', 'waiting'] as const),
  ...(['working', 'decoy', 'no_copies'] as const),
] as const;
export type ListState = (typeof STATES)[number];

export interface Filter {
  readonly levels: readonly number[];
  readonly owner?: string | undefined;
  readonly project?: string | undefined;
  readonly q?: string | undefined;
  readonly state?: ListState | undefined;
  /** The day it is, and the aliases of custodians who have left by then. */
  readonly today: string;
  readonly gone: readonly string[];
  /** Whoever holds a copy. */
  readonly holder?: string | undefined;
}

function conditions({ levels, owner, project, q, state, today, gone, holder }: Filter) {
  const held = (what: ReturnType<typeof sql>) =>
    sql`EXISTS (SELECT FROM register_copies c WHERE c.document = d.id AND ${what})`;
  const states: Record<ListState, ReturnType<typeof sql>> = {
    away: sql`d.away > 0`,
    overdue: held(sql`c.due < ${today}::date`),
    never_returned: held(sql`c.holder = ANY(${[...gone]}::text[])`),
    missing: sql`d.missing > 0`,
    waiting: sql`d.waiting <> '{}'`,
    working: sql`d.working`,
    decoy: sql`d.decoy`,
    no_copies: sql`d.copies = 0`,
  };
  const all = [
    sql`TRUE`,
    ...(levels.length > 0 ? [sql`d.level IN (${sql.join(levels)})`] : []),
    ...(owner === undefined ? [] : [sql`d.owner = ${owner}`]),
    ...(project === undefined ? [] : [sql`d.project = ${project}`]),
    ...(q === undefined ? [] : [sql`strpos(lower(d.path || ' ' || d.title), lower(${q})) > 0`]),
    ...(state === undefined ? [] : [states[state]]),
    ...(holder === undefined ? [] : [held(sql`c.holder = ${holder}`)]),
  ];
  return sql.join(all, sql` AND `);
}

export interface ListedDocument extends DocumentRow {
  next_due: string | null;
}

export async function listDocuments(
  db: CaseworkDb,
  filter: Filter,
  { offset, limit }: { offset: number; limit: number },
): Promise<{ total: number; documents: ListedDocument[] }> {
  const where = conditions(filter);
  const counted = await sql<{ n: number }>`SELECT count(*)::int AS n FROM register_documents d WHERE ${where}`.execute(
    db,
  );
  const { rows } = await sql<ListedDocument>`
    SELECT d.*, (SELECT min(c.due) FROM register_copies c WHERE c.document = d.id) AS next_due
    FROM register_documents d
    WHERE ${where}
    ORDER BY d.level DESC, d.path
    LIMIT ${limit} OFFSET ${offset}`.execute(db);
  return { total: counted.rows[0]!.n, documents: rows };
}

export interface Totals {
  documents: number;
  copies: number;
  away: number;
  overdue: number;
  missing: number;
  waiting: number;
}

export async function totals(db: CaseworkDb, today: string): Promise<Totals> {
  const { rows } = await sql<Totals>`
    SELECT count(*)::int AS documents, coalesce(sum(copies), 0)::int AS copies, coalesce(sum(away), 0)::int AS away,
      coalesce(sum(missing), 0)::int AS missing, (count(*) FILTER (WHERE waiting <> '{}'))::int AS waiting,
      (SELECT count(*)::int FROM register_copies WHERE due < ${today}::date) AS overdue
    FROM register_documents`.execute(db);
  return rows[0]!;
}

/** The owners and projects there are, for choosing one. */
export async function ownersAndProjects(db: CaseworkDb): Promise<{ owners: string[]; projects: string[] }> {
  const distinct = async (column: 'owner' | 'project') => {
    const { rows } = await sql<{ value: string }>`
      SELECT DISTINCT ${sql.ref(column)} AS value FROM register_documents WHERE ${sql.ref(column)} <> ''
      ORDER BY 1 LIMIT 1000`.execute(db);
    return rows.map(({ value }) => value);
  };
  return { owners: await distinct('owner'), projects: await distinct('project') };
}

/** Copies that somebody has: of everybody, those overdue first. */
export async function copiesAway(
  db: CaseworkDb,
  limit: number,
): Promise<(CopyRow & { path: string; level: number })[]> {
  const { rows } = await sql<CopyRow & { path: string; level: number }>`
    SELECT c.*, d.path, d.level
    FROM register_copies c JOIN register_documents d ON d.id = c.document
    WHERE c.holder IS NOT NULL
    ORDER BY c.due NULLS LAST, d.path, c.copy
    LIMIT ${limit}`.execute(db);
  return rows;
}

export async function holders(db: CaseworkDb): Promise<string[]> {
  const rows = db.selectFrom('register_copies').select('holder').distinct().where('holder', 'is not', null);
  return (await rows.execute()).map(({ holder }) => holder!);
}

export async function insertImport(tx: CaseworkDb, row: Omit<ImportsTable, 'at'> & { at: Date }): Promise<void> {
  await tx.insertInto('register_imports').values(row).execute();
}

export async function selectImports(db: CaseworkDb, limit: number): Promise<Selectable<ImportsTable>[]> {
  return await db.selectFrom('register_imports').selectAll().orderBy('at', 'desc').orderBy('id').limit(limit).execute();
}
