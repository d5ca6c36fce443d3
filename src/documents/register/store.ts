/** The register's SQL: in casework its steps and what they make, in the event store what detection reads of it. */
import { type Selectable, sql } from 'kysely';
import type { LedgeredTable } from '../../ledger/ledger.ts';
import type { CaseworkDb } from '../../stores/postgres.ts';
import type { Copy } from '../custody.ts';
import type { DocumentRecord } from './record.ts';
import type { Done, Step } from './step.ts';

interface StepsTable {
  id: string;
  document: string;
  n: number;
  kind: string;
  step: string;
  taken_by: string;
  taken_at: Date;
}

interface DocumentsTable {
  id: string;
  path: string;
  title: string;
  level: number;
  owner: string;
  project: string;
  registered: string;
  origin: string;
  keep_until: string | null;
  working: boolean;
  decoy: boolean;
  sha256: string;
  copies: number;
  away: number;
  missing: number;
  waiting: string[];
  steps: number;
  published: number;
}

interface CopiesTable {
  document: string;
  copy: number;
  state: Copy['state'];
  holder: string | null;
  since: Date;
  due: string | null;
  last_seen: Date;
  missing: boolean;
  waiting: boolean;
}

export interface ImportsTable {
  id: string;
  source: string;
  place: string;
  report: string;
  by: string;
  at: Date;
}

declare module '../../stores/postgres.ts' {
  interface Casework {
    register_steps: StepsTable;
    register_documents: DocumentsTable;
    register_copies: CopiesTable;
    register_imports: ImportsTable;
    register_state: { name: string; value: string };
    register_told: { path: string; facts: string; more: string };
  }
}

export type DocumentRow = Selectable<DocumentsTable>;
export type CopyRow = Selectable<CopiesTable>;

/** Steps and imports are the record; the two other tables follow from them and are checked against them. */
export const LEDGERED: readonly LedgeredTable[] = [
  {
    table: 'register_steps',
    key: ['id'],
    columns: ['id', 'document', 'n', 'kind', 'step', 'taken_by', 'taken_at'],
    times: ['taken_at'],
  },
  {
    table: 'register_imports',
    key: ['id'],
    columns: ['id', 'source', 'place', 'report', 'by', 'at'],
    times: ['at'],
  },
];

export const stepId = (document: string, n: number) => `${document}/${n}`;

/** A document's new steps, and what it is after them. `isNew`: its first step is among them. */
export interface Written {
  readonly record: DocumentRecord;
  readonly added: readonly Done[];
  /** Detection knows of them already. */
  readonly isPublished: boolean;
}

export async function writeDocuments(tx: CaseworkDb, written: readonly Written[]): Promise<void> {
  const steps = written.flatMap(({ record, added }) =>
    added.map(({ step, by, at }, index) => {
      const n = record.steps - added.length + index + 1;
      return { id: stepId(record.id, n), document: record.id, n, kind: step.kind, step, taken_by: by, taken_at: at };
    }),
  );
  const documents = written.map(({ record, isPublished }) => rowOf(record, isPublished));
  const copies = written.flatMap(({ record, added }) => {
    const touched = new Set(added.flatMap(({ step }) => (step.kind === 'copy' ? [step.copy] : [])));
    return [...touched].map((copy) => copyRowOf(record.copies.get(copy)!));
  });
  await sql`INSERT INTO register_steps
    SELECT * FROM jsonb_populate_recordset(null::register_steps, ${JSON.stringify(steps)}::jsonb)`.execute(tx);
  await sql`INSERT INTO register_documents AS d
    SELECT * FROM jsonb_populate_recordset(null::register_documents, ${JSON.stringify(documents)}::jsonb)
    ON CONFLICT (id) DO UPDATE SET
      title = excluded.title, level = excluded.level, owner = excluded.owner, project = excluded.project,
      origin = excluded.origin, keep_until = excluded.keep_until, working = excluded.working, decoy = excluded.decoy,
      copies = excluded.copies, away = excluded.away, missing = excluded.missing, waiting = excluded.waiting,
      steps = excluded.steps, published = greatest(d.published, excluded.published)`.execute(tx);
  if (copies.length > 0)
    await sql`INSERT INTO register_copies
      SELECT * FROM jsonb_populate_recordset(null::register_copies, ${JSON.stringify(copies)}::jsonb)
      ON CONFLICT (document, copy) DO UPDATE SET
        state = excluded.state, holder = excluded.holder, since = excluded.since, due = excluded.due,
        last_seen = excluded.last_seen, missing = excluded.missing, waiting = excluded.waiting`.execute(tx);
}

/** What lists are asked of: it follows from the record. */
export function rowOf(record: DocumentRecord, isPublished: boolean): DocumentRow {
  const { needToKnow: _, downgrade, copies, at: __, ...about } = record;
  const here = [...copies.values()].filter(({ state }) => state !== 'destroyed');
  const waiting = [
    ...(downgrade ? ['downgrade'] : []),
    ...(here.some(({ proposed }) => proposed) ? ['destruction'] : []),
  ];
  return {
    ...about,
    copies: here.length,
    away: here.filter(({ holder }) => holder !== undefined).length,
    missing: here.filter(({ missing }) => missing).length,
    waiting,
    published: isPublished ? record.steps : 0,
  };
}

export function copyRowOf({ proposed, certificate: _, lastSeen, holder, due, since, ...copy }: Copy): CopyRow {
  return {
    ...copy,
    ...{ holder: holder ?? null, due: due ?? null, waiting: proposed !== undefined },
    // ISO 8601 in UTC, which the engine reads as the moment it is.
    ...{ since: since as unknown as Date, last_seen: lastSeen as unknown as Date },
    missing: copy.missing && copy.state !== 'destroyed',
  };
}

/** Takes the document for this transaction: two steps come one after the other. */
export async function lockDocument(tx: CaseworkDb, id: string): Promise<DocumentRow | undefined> {
  return await tx.selectFrom('register_documents').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

export async function documentById(db: CaseworkDb, id: string): Promise<DocumentRow | undefined> {
  return await db.selectFrom('register_documents').selectAll().where('id', '=', id).executeTakeFirst();
}

export async function documentsByPath(db: CaseworkDb, paths: readonly string[]): Promise<DocumentRow[]> {
  if (paths.length === 0) return [];
  return (
    await sql<DocumentRow>`SELECT * FROM register_documents
      WHERE path = ANY(${[...paths]}::text[])`.execute(db)
  ).rows;
}

/** The steps of several documents, each one's in their order. They were checked when they were taken: an import reads many. */
export async function stepsOf(db: CaseworkDb, ids: readonly string[]): Promise<Map<string, Done[]>> {
  const found = new Map<string, Done[]>(ids.map((id) => [id, []]));
  if (ids.length === 0) return found;
  const { rows } = await sql<Selectable<StepsTable>>`SELECT * FROM register_steps
    WHERE document = ANY(${[...ids]}::text[])
    ORDER BY document, n`.execute(db);
  for (const { document, step, taken_by, taken_at } of rows)
    found.get(document)!.push({ step: step as unknown as Step, by: taken_by, at: new Date(taken_at).toISOString() });
  return found;
}

/** Documents a page at a time, by id. */
export async function pageOfDocuments(db: CaseworkDb, after: string, limit: number): Promise<DocumentRow[]> {
  return await db
    .selectFrom('register_documents')
    .selectAll()
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute();
}

export async function copiesOfDocuments(db: CaseworkDb, ids: readonly string[]): Promise<CopyRow[]> {
  if (ids.length === 0) return [];
  return await db.selectFrom('register_copies').selectAll().where('document', 'in', ids).execute();
}

/** Documents of which something waits for a second person. */
export async function waiting(db: CaseworkDb, limit: number): Promise<DocumentRow[]> {
  const { rows } = await sql<DocumentRow>`
    SELECT * FROM register_documents WHERE waiting <> '{}' ORDER BY path LIMIT ${limit}`.execute(db);
  return rows;
}

/** Documents of whose steps detection has not been told. */
export async function unpublished(db: CaseworkDb, limit: number): Promise<DocumentRow[]> {
  const { rows } = await sql<DocumentRow>`
    SELECT * FROM register_documents WHERE published < steps ORDER BY id LIMIT ${limit}`.execute(db);
  return rows;
}

export async function setPublished(
  db: CaseworkDb,
  counts: readonly { id: string; published: number }[],
): Promise<void> {
  await sql`UPDATE register_documents d SET published = greatest(d.published, p.published)
    FROM jsonb_to_recordset(${JSON.stringify(counts)}::jsonb) AS p(id text, published int)
    WHERE d.id = p.id`.execute(db);
}

export async function stateOf(db: CaseworkDb, name: string): Promise<string | undefined> {
  return (await db.selectFrom('register_state').select('value').where('name', '=', name).executeTakeFirst())?.value;
}

export async function saveState(db: CaseworkDb, name: string, value: string): Promise<void> {
  await db
    .insertInto('register_state')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}

export interface Digest {
  readonly path: string;
  readonly digest: string;
}

/** Those of the documents of which something else is told than when they were last looked at. */
export async function toldAnew(db: CaseworkDb, what: 'facts' | 'more', told: readonly Digest[]): Promise<Set<string>> {
  const paths = told.map(({ path }) => path);
  const { rows } = await sql<Digest>`SELECT path, ${sql.ref(what)} AS digest FROM register_told
    WHERE path = ANY(${paths}::text[])`.execute(db);
  const known = new Map(rows.map(({ path, digest }) => [path, digest]));
  return new Set(told.filter(({ path, digest }) => known.get(path) !== digest).map(({ path }) => path));
}

/** They have been looked at. */
export async function saveTold(db: CaseworkDb, what: 'facts' | 'more', told: readonly Digest[]): Promise<void> {
  const rows = told.map(({ path, digest }) => ({ path, facts: '', more: '', [what]: digest }));
  const column = sql.ref(what);
  await sql`INSERT INTO register_told SELECT * FROM jsonb_populate_recordset(null::register_told, ${JSON.stringify(rows)}::jsonb)
    ON CONFLICT (path) DO UPDATE SET ${column} = excluded.${column}`.execute(db);
}
