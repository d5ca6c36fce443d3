/** The leads room's SQL: the queue in the casework store, what it is made from in the event store. */
import { type Insertable, sql } from 'kysely';
import { COUNTED, DECLARED_DAYS, FRESH, GAINS, SCORE_OF, TUNING } from '../detections/detections.ts';
import { personOf, QUEUE, type Sealed } from '../identities/identities.ts';
import type { Events } from '../stores/clickhouse.ts';
import type { CaseworkDb } from '../stores/postgres.ts';
import { statements } from '../stores/statements.ts';
import { type Explained, NOTHING_EXPLAINED, UNEXPLAINED } from './explained.ts';
import { type LeadLevel, MEMORY_DAYS, scoresOf } from './lead.ts';
import { inSight, type Sight } from './sight.ts';
import type { ExplainedSignalsTable, LeadRow, LeadsTable, LeadTriageTable, TriageRow } from './tables.ts';
import { type Decision, LEAST_EVIDENCE, type LeadStatus, NEWS_TO_RETURN, type Queue } from './triage.ts';

const query = statements(import.meta.url, { SCORE_OF, UNEXPLAINED, DECLARED_DAYS, FRESH, COUNTED, GAINS });
const STANDING = query('standing');
const ALERTS = query('alerts');

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
  evidence: number;
}

export function standingOn(events: Events, day: string, explained = NOTHING_EXPLAINED): Promise<StandingRow[]> {
  return events.rows<StandingRow>(STANDING, {
    ...explained,
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

export function alertsOn(events: Events, day: string, explained = NOTHING_EXPLAINED): Promise<AlertRow[]> {
  return events.rows<AlertRow>(ALERTS, {
    ...explained,
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
  /** Default: open. */
  status?: LeadStatus | undefined;
  viewer?: Viewer | undefined;
  /** Handed over to whom. */
  queue?: Queue | undefined;
  sort: (typeof SORTS)[number];
  offset: number;
  limit: number;
}

/** What the queue depends on besides its rows. */
export interface Viewer {
  /** The day it is, YYYY-MM-DD. */
  readonly today: string;
  /** Leads about which there is a case that the viewer is a member of. Nobody else can tell that there is one. */
  readonly inCase: readonly string[];
}

const NOBODY: Viewer = { today: '1970-01-01', inCase: [] };

export interface LeadState extends LeadRow {
  status: LeadStatus;
  /** It came back: the last decision no longer holds, because of news or because a watch has ended. */
  returned: boolean;
  decision: Decision | null;
  decision_reason: string | null;
  decision_until: string | null;
  decision_queue: Queue | null;
  decided_by: string | null;
  decided_at: Date | null;
}

/** The leads, each with where it is: the last decision counts, until there is news beyond what was decided upon. */
function leadStates({ today, inCase }: Viewer) {
  const news = sql`l.evidence - t.evidence * power(2, (t.as_of - l.as_of) / ${TUNING.halfLifeDays}::double precision)`;
  return sql<LeadState>`(
    SELECT
      s.*,
      -- What was handed over to the reviewers is theirs alone, as what is about administrators.
      s.by_nature OR coalesce(s.decision_queue = 'reviewers', false) AS administrator,
      CASE
        WHEN s.id = ANY(${[...inCase]}::text[]) THEN 'case'
        WHEN s.decision IS NULL OR s.decision = 'return' OR s.returned THEN 'open'
        ELSE CASE s.decision WHEN 'dismiss' THEN 'dismissed' WHEN 'watch' THEN 'watched' ELSE 'handed_over' END
      END AS status
    FROM (
      SELECT
        l.id, l.person_mark, l.first_day, l.last_day, l.score, l.signals, l.stages, l.detections, l.top, l.trend, l.as_of,
        l.evidence,
        l.administrator AS by_nature,
        t.decision,
        t.reason AS decision_reason,
        t.until AS decision_until,
        t.queue AS decision_queue,
        t.decided_by,
        t.decided_at,
        coalesce(t.decision IN ('dismiss', 'watch')
          AND (${news} >= ${NEWS_TO_RETURN} OR t.until < ${today}::date), false) AS returned
      FROM leads l
      LEFT JOIN LATERAL (SELECT * FROM lead_triage d WHERE d.lead = l.id ORDER BY d.n DESC LIMIT 1) t ON true
    ) s
  )`.as('leads');
}

export async function selectLeads(
  db: CaseworkDb,
  sight: Sight,
  filter: LeadFilter,
): Promise<{ total: number; leads: LeadState[] }> {
  let query = db
    .selectFrom(leadStates(filter.viewer ?? NOBODY))
    .where(inSight(sight))
    .where('status', '=', filter.status ?? 'open');
  if (filter.levels.length > 0)
    query = query.where((where) =>
      where.or(
        filter.levels.map((level) => {
          const { from, to } = scoresOf(level);
          return where.and([where('score', '>=', from), ...(Number.isFinite(to) ? [where('score', '<', to)] : [])]);
        }),
      ),
    );
  if (filter.queue !== undefined) query = query.where('decision_queue', '=', filter.queue);
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

/** A lead; `sight` is null where the program itself asks, or a case about the lead that one is a member of. */
export async function leadById(
  db: CaseworkDb,
  sight: Sight | null,
  id: string,
  viewer = NOBODY,
): Promise<LeadState | undefined> {
  const query = db.selectFrom(leadStates(viewer)).selectAll().where('id', '=', id);
  return await (sight === null ? query : query.where(inSight(sight))).executeTakeFirst();
}

/** How many leads are open. */
export async function countLeads(db: CaseworkDb, sight: Sight, viewer = NOBODY): Promise<number> {
  const row = await db
    .selectFrom(leadStates(viewer))
    .select((select) => select.fn.countAll<number>().as('n'))
    .where(inSight(sight))
    .where('status', '=', 'open')
    .executeTakeFirstOrThrow();
  return Number(row.n);
}

export async function insertTriage(db: CaseworkDb, row: Omit<Insertable<LeadTriageTable>, 'n'>): Promise<void> {
  await db.insertInto('lead_triage').values(row).execute();
}

/** What was decided about a lead, the first decision first. */
export async function selectTriage(db: CaseworkDb, lead: string): Promise<TriageRow[]> {
  return await db.selectFrom('lead_triage').selectAll().where('lead', '=', lead).orderBy('n').limit(1000).execute();
}

export async function insertExplained(db: CaseworkDb, row: ExplainedSignalsTable): Promise<void> {
  await db.insertInto('explained_signals').values(row).execute();
}

/** What was explained of everybody. */
export async function explainedSignals(data: Sealed): Promise<Explained> {
  const rows = await data.casework
    .selectFrom('explained_signals')
    .select((select) => ['lead', select.fn.max('until').as('until')])
    .groupBy('lead')
    .execute();
  const known = await Promise.all(
    rows.map(async ({ lead, until }) => ({ user: await personOf(data, QUEUE, lead), until })),
  );
  const found = known.filter(({ user }) => user !== undefined);
  if (found.length === 0) return NOTHING_EXPLAINED;
  return { explained_users: found.map(({ user }) => user!), explained_days: found.map(({ until }) => until) };
}
