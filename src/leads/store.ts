/** The leads room's SQL: the queue in the casework store, what it is made from in the event store. */
import { type Insertable, type Selectable, sql } from 'kysely';
import { SCORE_OF, TUNING } from '../detections/detections.ts';
import type { Events } from '../stores/clickhouse.ts';
import type { CaseworkDb } from '../stores/postgres.ts';
import { statements } from '../stores/statements.ts';
import { type LeadLevel, MEMORY_DAYS, scoresOf } from './lead.ts';
import { inSight, type Sight } from './sight.ts';

interface LeadsTable {
  id: string;
  user_uid: string;
  first_day: string;
  last_day: string;
  score: number;
  signals: number;
  stages: string[];
  detections: string[];
  top: [detection: string, bits: number][];
  trend: number[];
  as_of: string;
  /** Whether the directory says that he keeps networks, servers or databases. */
  administrator: boolean;
}

declare module '../stores/postgres.ts' {
  interface Casework {
    leads: LeadsTable;
  }
}

export type LeadRow = Selectable<LeadsTable>;

const query = statements(import.meta.url, { SCORE_OF });
const STANDING = query('standing');
const ALERTS = query('alerts');

/** The bits of evidence that make somebody a lead, a score of 40. Below it the queue would hold half the house. */
const LEAST_EVIDENCE = -Math.log2(1 - 0.4) * TUNING.scoreScale;
/** Less evidence than this, in bits, is not told again on days without news. */
const LEAST_KEPT = 3;
const BATCH = 500;

export interface StandingRow {
  user_uid: string;
  signals: number;
  first_day: string;
  last_day: string;
  stages: string[];
  detections: string[];
  top: [detection: string, bits: number][];
  trend: number[];
  score: number;
}

export function standingOn(events: Events, day: string): Promise<StandingRow[]> {
  return events.rows<StandingRow>(STANDING, {
    day,
    memory: MEMORY_DAYS,
    least_evidence: LEAST_EVIDENCE,
    half_life: TUNING.halfLifeDays,
    scale: TUNING.scoreScale,
  });
}

export interface AlertRow {
  /** When it could be told, YYYY-MM-DD HH:MM:SS. */
  time: string;
  user_uid: string;
  score: number;
  evidence: number;
  reasons: [detection: string, bits: number, span: number][];
}

export function alertsOn(events: Events, day: string): Promise<AlertRow[]> {
  return events.rows<AlertRow>(ALERTS, {
    day,
    memory: MEMORY_DAYS,
    half_life: TUNING.halfLifeDays,
    least_kept: LEAST_KEPT,
    news: TUNING.newsWeight,
    scale: TUNING.scoreScale,
  });
}

/** Replaces the queue by `leads`; a lead that faded away leaves it. One transaction: nobody sees half a queue. */
export async function replaceLeads(db: CaseworkDb, leads: Insertable<LeadsTable>[]): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await tx.deleteFrom('leads').execute();
    for (let at = 0; at < leads.length; at += BATCH) {
      const rows = leads
        .slice(at, at + BATCH)
        .map((lead) => ({ ...lead, top: sql<[]>`${JSON.stringify(lead.top)}::jsonb` }));
      await tx
        .insertInto('leads')
        .values(rows as Insertable<LeadsTable>[])
        .execute();
    }
  });
}

export const SORTS = ['-score', 'score', '-last_day', '-first_day', '-signals'] as const;

export interface LeadFilter {
  levels: LeadLevel[];
  detection?: string | undefined;
  /** Part of a pseudonym. */
  search?: string | undefined;
  sort: (typeof SORTS)[number];
  offset: number;
  limit: number;
}

export async function selectLeads(
  db: CaseworkDb,
  sight: Sight,
  filter: LeadFilter,
): Promise<{ total: number; leads: LeadRow[] }> {
  let query = db.selectFrom('leads').where(inSight(sight));
  if (filter.levels.length > 0)
    query = query.where((where) =>
      where.or(
        filter.levels.map((level) => {
          const { from, to } = scoresOf(level);
          return where.and([where('score', '>=', from), ...(Number.isFinite(to) ? [where('score', '<', to)] : [])]);
        }),
      ),
    );
  if (filter.detection !== undefined) query = query.where(sql<boolean>`${filter.detection} = any(detections)`);
  if (filter.search !== undefined)
    query = query.where('id', 'like', `%${filter.search.toUpperCase().replace(/[^0-9A-Z]/g, '')}%`);
  const counted = await query.select((select) => select.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  const descending = filter.sort.startsWith('-');
  const column = filter.sort.replace('-', '') as 'score' | 'last_day' | 'first_day' | 'signals';
  const leads = await query
    .selectAll()
    .orderBy(column, descending ? 'desc' : 'asc')
    .orderBy('id')
    .offset(filter.offset)
    .limit(filter.limit)
    .execute();
  return { total: Number(counted.total), leads };
}

export async function leadById(db: CaseworkDb, sight: Sight, id: string): Promise<LeadRow | undefined> {
  return await db.selectFrom('leads').selectAll().where('id', '=', id).where(inSight(sight)).executeTakeFirst();
}

export async function leadOfUser(db: CaseworkDb, sight: Sight, userUid: string): Promise<LeadRow | undefined> {
  return await db
    .selectFrom('leads')
    .selectAll()
    .where('user_uid', '=', userUid)
    .where(inSight(sight))
    .executeTakeFirst();
}

export async function countLeads(db: CaseworkDb, sight: Sight): Promise<number> {
  const row = await db
    .selectFrom('leads')
    .select((select) => select.fn.countAll<number>().as('n'))
    .where(inSight(sight))
    .executeTakeFirstOrThrow();
  return Number(row.n);
}
