/** The marks room's SQL: issues and their copies, and decoys. */
import type { LedgeredTable } from '../ledger/ledger.ts';
import type { Events } from '../stores/clickhouse.ts';
import type { CaseworkDb } from '../stores/postgres.ts';

export interface MarkIssuesTable {
  id: string;
  document: string;
  document_sha256: string;
  format: 'pdf' | 'docx';
  recipients: number;
  colluders: number;
  false_accusation: number;
  miss: number;
  length: number;
  codebook: string;
  commitment: string;
  issued_at: Date;
}

export interface MarkedCopiesTable {
  issue_id: string;
  copy_number: number;
  document: string;
  alias: string;
  commitment: string;
  sha256: string;
  issued_at: Date;
}

export interface DecoyDocumentsTable {
  id: string;
  sealed: string;
  placed: string;
  retired: string | null;
  made_at: Date;
}

declare module '../stores/postgres.ts' {
  interface Casework {
    mark_issues: MarkIssuesTable;
    marked_copies: MarkedCopiesTable;
    decoy_documents: DecoyDocumentsTable;
  }
}

/** What was issued, and what is a decoy, changes only with an entry in the ledger. */
export const LEDGERED: readonly LedgeredTable[] = [
  {
    table: 'mark_issues',
    key: ['id'],
    columns: [
      ...['id', 'document', 'document_sha256', 'format', 'recipients', 'colluders', 'false_accusation', 'miss'],
      ...['length', 'codebook', 'commitment', 'issued_at'],
    ],
    times: ['issued_at'],
  },
  {
    table: 'marked_copies',
    key: ['issue_id', 'copy_number'],
    columns: ['issue_id', 'copy_number', 'document', 'alias', 'commitment', 'sha256', 'issued_at'],
    times: ['issued_at'],
  },
  {
    table: 'decoy_documents',
    key: ['id'],
    columns: ['id', 'sealed', 'placed', 'retired', 'made_at'],
    times: ['made_at'],
  },
];

export async function insertIssue(
  tx: CaseworkDb,
  issue: MarkIssuesTable,
  copies: readonly MarkedCopiesTable[],
): Promise<void> {
  await tx.insertInto('mark_issues').values(issue).execute();
  for (let at = 0; at < copies.length; at += 1000)
    await tx
      .insertInto('marked_copies')
      .values(copies.slice(at, at + 1000))
      .execute();
}

/** One issue after the other, the latest first: codebooks are large. */
export async function issueIds(db: CaseworkDb): Promise<string[]> {
  const rows = await db.selectFrom('mark_issues').select('id').orderBy('issued_at', 'desc').orderBy('id').execute();
  return rows.map(({ id }) => id);
}

export async function issueById(db: CaseworkDb, id: string): Promise<MarkIssuesTable> {
  return await db.selectFrom('mark_issues').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

export async function copiesOf(db: CaseworkDb, issue: string): Promise<MarkedCopiesTable[]> {
  const copies = db.selectFrom('marked_copies').selectAll().where('issue_id', '=', issue);
  return await copies.orderBy('copy_number').execute();
}

export async function insertDecoy(tx: CaseworkDb, row: DecoyDocumentsTable): Promise<void> {
  await tx.insertInto('decoy_documents').values(row).execute();
}

export async function selectDecoys(db: CaseworkDb): Promise<DecoyDocumentsTable[]> {
  return await db.selectFrom('decoy_documents').selectAll().orderBy('placed').orderBy('id').execute();
}

/** False when it is retired already, or there is none. */
export async function retireDecoy(tx: CaseworkDb, id: string, day: string): Promise<boolean> {
  const update = tx.updateTable('decoy_documents').set({ retired: day }).where('id', '=', id);
  const result = await update.where('retired', 'is', null).executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export interface DecoyEvent {
  /** As the logs call the document. */
  readonly path: string;
  readonly placed: string;
  readonly retired?: string;
}

/** The document is a decoy for the detections from a day on, or until one. */
export async function insertDecoyEvent(events: Events, { path, placed, retired }: DecoyEvent): Promise<void> {
  await events.run(
    `INSERT INTO decoys (uid, path, placed, retired)
     SELECT
       reinterpretAsUInt128(sipHash128('decoy', {path:String}, {placed:Date}, {retired:Date})) AS uid_,
       {path:String}, {placed:Date}, {retired:Date}
     WHERE uid_ NOT IN (SELECT uid FROM decoys)`,
    { path, placed, retired: retired ?? '2149-06-06' },
  );
}

export interface DecoyRegistration {
  readonly path: string;
  /** 1 public to 5 top secret. */
  readonly level: number;
  readonly team: string;
  readonly project: string;
  readonly placed: string;
}

/** A decoy is a document of the register as others are: acts on it are known as acts on a document. */
export async function registerDocument(events: Events, registration: DecoyRegistration): Promise<void> {
  const { path, level, team, project, placed } = registration;
  await events.run(
    `INSERT INTO documents (uid, path, name, level, owner_team, project, registered)
     SELECT
       reinterpretAsUInt128(sipHash128('decoy', {path:String}, {placed:Date})) AS uid_,
       {path:String}, splitByChar('\\\\', replaceAll({path:String}, '/', '\\\\'))[-1],
       {level:UInt8}, {team:String}, {project:String}, {placed:Date}
     WHERE uid_ NOT IN (SELECT uid FROM documents)`,
    { path, level, team, project, placed },
  );
}

/** How many acts there were on the document, by anybody: whoever looks after decoys learns which are known now. */
export async function openings(events: Events, path: string): Promise<number> {
  const [row] = await events.rows<{ n: number }>('SELECT count() AS n FROM acts WHERE document = {path:String}', {
    path,
  });
  return row!.n;
}
