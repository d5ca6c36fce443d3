/** The cases room's SQL. What somebody may see is asked in the query itself: a case that is not his is not there. */
import { type Selectable, sql } from 'kysely';
import type { Queue } from '../leads/leads.ts';
import type { LedgeredTable } from '../ledger/ledger.ts';
import type { CaseworkDb } from '../stores/postgres.ts';
import { type Done, type Step, StepShape } from './step.ts';

interface CasesTable {
  id: string;
  alias: string;
  lead: string;
  queue: Queue;
  opened_at: Date;
}

interface CaseStepsTable {
  case_id: string;
  n: number;
  kind: string;
  step: string;
  taken_by: string;
  taken_at: Date;
}

interface WatchListTable {
  case_id: string;
  effect: string;
  lead: string;
  since: string;
}

interface DestructionsTable {
  id: string;
  kind: string;
  covers: string[];
  certificate: string;
  digest: string;
  made_at: Date;
}

declare module '../stores/postgres.ts' {
  interface Casework {
    destructions: DestructionsTable;
    cases: CasesTable;
    case_steps: CaseStepsTable;
    watch_list: WatchListTable;
    copy_holds: Omit<WatchListTable, 'lead'>;
  }
}

export type CaseRow = Selectable<CasesTable>;

export const STEPS_TABLE: LedgeredTable = {
  table: 'case_steps',
  key: ['case_id', 'n'],
  columns: ['case_id', 'n', 'kind', 'step', 'taken_by', 'taken_at'],
  times: ['taken_at'],
};

export const CASES_TABLE: LedgeredTable = {
  table: 'cases',
  key: ['id'],
  columns: ['id', 'alias', 'lead', 'queue', 'opened_at'],
  times: ['opened_at'],
};

/** Cases and their steps change only through the program, and what it does because of them. */
export const LEDGERED: readonly LedgeredTable[] = [
  CASES_TABLE,
  STEPS_TABLE,
  { table: 'watch_list', key: ['case_id', 'effect'], columns: ['case_id', 'effect', 'lead', 'since'] },
  { table: 'copy_holds', key: ['case_id', 'effect'], columns: ['case_id', 'effect', 'since'] },
  {
    table: 'destructions',
    key: ['id'],
    columns: ['id', 'kind', 'covers', 'certificate', 'digest', 'made_at'],
    times: ['made_at'],
  },
];

/** Who looks: his account, and the lead that he himself is, if he is one. */
export interface Looking {
  readonly account: string;
  readonly ownLead: string | null;
}

/**
 * The cases that somebody may know of: he opened them or was admitted, is not recused, and is not who they are about.
 * Being admitted to a case about himself does not help anybody, and nobody is told why.
 */
function visible({ account, ownLead }: Looking) {
  return sql<CaseRow>`(
    SELECT c.* FROM cases c
    WHERE c.lead IS DISTINCT FROM ${ownLead}::text
      AND EXISTS (
        SELECT FROM case_steps s
        WHERE s.case_id = c.id
          AND ((s.kind = 'open' AND s.taken_by = ${account})
            OR (s.kind = 'admit' AND s.step ->> 'account' = ${account}))
      )
      AND NOT EXISTS (
        SELECT FROM case_steps s
        WHERE s.case_id = c.id AND s.kind = 'recuse' AND s.step ->> 'account' = ${account}
      )
  )`.as('c');
}

export async function visibleCases(db: CaseworkDb, looking: Looking): Promise<CaseRow[]> {
  return await db.selectFrom(visible(looking)).selectAll().orderBy('opened_at', 'desc').orderBy('id').execute();
}

export async function visibleCase(db: CaseworkDb, looking: Looking, id: string): Promise<CaseRow | undefined> {
  return await db.selectFrom(visible(looking)).selectAll().where('id', '=', id).executeTakeFirst();
}

export async function caseById(db: CaseworkDb, id: string): Promise<CaseRow | undefined> {
  return await db.selectFrom('cases').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Cases about a lead, whoever works on them. */
export async function casesAbout(db: CaseworkDb, lead: string): Promise<CaseRow[]> {
  return await db.selectFrom('cases').selectAll().where('lead', '=', lead).orderBy('opened_at').execute();
}

export async function allCases(db: CaseworkDb): Promise<CaseRow[]> {
  return await db.selectFrom('cases').selectAll().orderBy('opened_at').orderBy('id').execute();
}

/** Takes the case for this transaction: two steps come one after the other. */
export async function lockCase(tx: CaseworkDb, id: string): Promise<CaseRow | undefined> {
  return await tx.selectFrom('cases').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

export async function insertCase(tx: CaseworkDb, row: CaseRow): Promise<void> {
  await tx.insertInto('cases').values(row).execute();
}

export async function insertStep(tx: CaseworkDb, caseId: string, n: number, { step, by, at }: Done): Promise<void> {
  const row = { case_id: caseId, n, kind: step.kind, step: JSON.stringify(step), taken_by: by, taken_at: new Date(at) };
  await tx.insertInto('case_steps').values(row).execute();
}

/** The steps of a case in their order. */
export async function selectSteps(db: CaseworkDb, caseId: string): Promise<Done[]> {
  return (await selectStepsOf(db, [caseId])).get(caseId) ?? [];
}

/** The steps of several cases, each case's in their order. */
export async function selectStepsOf(db: CaseworkDb, caseIds: readonly string[]): Promise<Map<string, Done[]>> {
  const found = new Map<string, Done[]>(caseIds.map((id) => [id, []]));
  if (caseIds.length === 0) return found;
  const rows = await db
    .selectFrom('case_steps')
    .selectAll()
    .where('case_id', 'in', caseIds)
    .orderBy('case_id')
    .orderBy('n')
    .execute();
  for (const row of rows) found.get(row.case_id)!.push(doneOf(row));
  return found;
}

function doneOf({ step, taken_by, taken_at }: Selectable<CaseStepsTable>): Done {
  // The engine gives json parsed.
  return { step: StepShape.parse(step as unknown) as Step, by: taken_by, at: new Date(taken_at).toISOString() };
}

export async function insertEffect(tx: CaseworkDb, table: 'watch_list' | 'copy_holds', row: WatchListTable) {
  const { lead, ...rest } = row;
  if (table === 'watch_list') await tx.insertInto('watch_list').values(row).execute();
  else await tx.insertInto('copy_holds').values(rest).execute();
}

/** Which of the two tables the effect was in; undefined if in neither. */
export async function deleteEffect(tx: CaseworkDb, caseId: string, effect: string) {
  for (const table of ['watch_list', 'copy_holds'] as const) {
    const gone = tx.deleteFrom(table).where('case_id', '=', caseId).where('effect', '=', effect);
    if ((await gone.executeTakeFirst()).numDeletedRows > 0n) return table;
  }
  return undefined;
}

/** The cases whose copies are held: nothing of them goes. */
export async function casesWithHeldCopies(db: CaseworkDb): Promise<Set<string>> {
  const rows = await db.selectFrom('copy_holds').select('case_id').distinct().execute();
  return new Set(rows.map(({ case_id }) => case_id));
}

/** What the program watches because of a case. */
export async function selectWatches(db: CaseworkDb, caseIds: readonly string[]): Promise<WatchListTable[]> {
  if (caseIds.length === 0) return [];
  return await db.selectFrom('watch_list').selectAll().where('case_id', 'in', caseIds).orderBy('effect').execute();
}

/** The decisions about each lead whose last one, or the watch it began, ended before a time; none of a lead with a case. */
export async function agedTriage(db: CaseworkDb, before: Date): Promise<{ lead: string; ids: string[] }[]> {
  const day = before.toISOString().slice(0, 10);
  const { rows } = await sql<{ lead: string; ids: string[] }>`
    SELECT lead, array_agg(id ORDER BY n) AS ids
    FROM lead_triage t
    WHERE NOT EXISTS (SELECT FROM cases c WHERE c.lead = t.lead)
    GROUP BY lead
    HAVING max(decided_at) < ${before} AND coalesce((array_agg(until ORDER BY n DESC))[1], ${day}::date) <= ${day}::date
    ORDER BY lead`.execute(db);
  return rows;
}

/** Leaves the certificate and deletes what it covers: only in one transaction does the database let rows go. */
export async function destroyRows(
  tx: CaseworkDb,
  certificate: DestructionsTable,
  what: { caseId: string } | { triage: readonly string[] },
): Promise<void> {
  await tx.insertInto('destructions').values(certificate).execute();
  if ('triage' in what) {
    await tx.deleteFrom('lead_triage').where('id', 'in', what.triage).execute();
    return;
  }
  for (const table of ['watch_list', 'copy_holds', 'case_steps'] as const)
    await tx.deleteFrom(table).where('case_id', '=', what.caseId).execute();
  await tx.deleteFrom('cases').where('id', '=', what.caseId).execute();
}

/** The keys of all rows of a case, by the table they are in. */
export async function rowsOfCase(db: CaseworkDb, caseId: string): Promise<{ table: LedgeredTable; keys: string[] }[]> {
  const tables = LEDGERED.filter(({ key }) => key[0] === 'case_id');
  const found = tables.map(async (table) => {
    const rows = await sql<Record<string, unknown>>`
      SELECT * FROM ${sql.table(table.table)} WHERE case_id = ${caseId}`.execute(db);
    return { table, keys: rows.rows.map((row) => table.key.map((column) => String(row[column])).join('/')) };
  });
  return [{ table: CASES_TABLE, keys: [caseId] }, ...(await Promise.all(found))];
}

export async function selectDestructions(db: CaseworkDb): Promise<Selectable<DestructionsTable>[]> {
  return await db
    .selectFrom('destructions')
    .select(['id', 'kind', 'covers', 'certificate', 'digest', 'made_at'])
    .orderBy('made_at')
    .orderBy('id')
    .execute();
}
