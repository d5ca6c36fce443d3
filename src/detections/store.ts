/** The detections room's SQL: the statements of one day stand in sql/, the ones built from rules and the reads here. */
import { setTimeout } from 'node:timers/promises';
import { Fault } from '../base/fault.ts';
import { OWN_LINKS, PEOPLE_AS_OF, SERVICE_ACCOUNTS } from '../people/people.ts';
import type { Events } from '../stores/clickhouse.ts';
import { statements } from '../stores/statements.ts';
import { DECLARED_DAYS, FRESH } from './declared.ts';
import type { Rule } from './rule.ts';
import { TUNING } from './tuning.ts';

/** SQL: the score, 0 to 100, of so many bits of evidence. Parameter: scale. */
export const SCORE_OF = '(bits) -> 100 * (1 - exp2(-bits / {scale:Float64})) AS score_of';

/**
 * SQL: what so many bits of one person's day count for. They come from one and the same work and are not independent: what
 * goes beyond the first few counts with its square root, so that three odd days weigh more than one very odd one.
 * Parameter: least_bits.
 */
export const TOGETHER =
  '(bits) -> if(bits <= {least_bits:Float64}, bits, sqrt({least_bits:Float64} * bits)) AS together';

const sql = statements(import.meta.url, {
  ...{ PEOPLE: PEOPLE_AS_OF, OWN_LINKS, SERVICE_ACCOUNTS },
  ...{ SCORE_OF, TOGETHER, DECLARED_DAYS, FRESH },
});

const DAY_STATES = sql('day-states');
const STAFF = sql('staff');
const ACTS = sql('acts');
const TIES = [sql('ties-words'), sql('ties-names')];
const OBSERVATIONS = sql('observations');
const WORKING_HOURS = sql('working-hours');
const FIRST_SEEN = sql('first-seen');
const MEASURES = sql('measures');
const SPANS = sql('spans');
const STAIRS = sql('stairs');
const SIGNALS = sql('signals');
const STANDINGS = sql('standings');

const DERIVED = [
  'staff',
  'acts',
  'observations',
  'first_seen',
  'working_hours',
  'measures',
  'stairs',
  'signals',
  'standings',
  'computed_days',
];

/** What counts once, and what it weighs, for each way of measuring. */
const MEASURED: Record<Rule['measure'], string> = {
  documents: "multiIf(document != '', document, target != '', target, hex(event_uid)), toFloat64(weight)",
  compartments: 'compartment, 1.',
  acts: 'concat(hex(event_uid), destination), 1.',
};

async function insertMeasures(events: Events, rules: Rule[], day: string): Promise<void> {
  const matches = rules.map(
    (rule, i) => `if(${rule.condition.sql}, [({d${i}:String}, ${MEASURED[rule.measure]})], [])`,
  );
  const names = Object.fromEntries(rules.map((rule, i) => [`d${i}`, rule.id]));
  const conditions = Object.assign({}, ...rules.map((rule) => rule.condition.parameters));
  const sql = MEASURES.replace('$MATCHES', () => matches.join(', '));
  await events.run(sql, { day, ...names, ...conditions });
}

export interface DayContext {
  rules: Rule[];
  insideDomains: string[];
  /** Days before this one are too thin to learn from: everything is new at first. */
  learnFrom: string;
}

/** Counts who worked at which hours, for all days between two: it depends on nothing but the events. */
export async function countWorkingHours(events: Events, from: string, to: string): Promise<void> {
  await events.run(WORKING_HOURS, { from, to });
}

/**
 * Computes one day's observations, measures, signals and standings. Needs the working hours of the days up to it, and
 * every day before it to be computed.
 */
export async function computeDay(events: Events, day: string, context: DayContext): Promise<void> {
  const detections = context.rules.map((rule) => rule.id);
  const parameters = { day };
  await events.run(STAFF, parameters);
  await events.run(ACTS, { ...parameters, inside_domains: context.insideDomains });
  for (const ties of TIES) await events.run(ties, parameters);
  await events.run(OBSERVATIONS, { ...parameters, learn_from: context.learnFrom });
  await events.run(FIRST_SEEN, parameters);
  await insertMeasures(events, context.rules, day);
  await events.run(SPANS, parameters);
  await events.run(STAIRS, parameters);
  await events.run(SIGNALS, {
    ...parameters,
    learn_from: context.learnFrom,
    detections,
    stages: context.rules.map((rule) => rule.stage),
    history: TUNING.historyDays,
    k_own: TUNING.ownPrior,
    k_peers: TUNING.peersPrior,
    least_bits: TUNING.leastBits,
    most_bits: TUNING.mostBits,
    weights: context.rules.map((rule) => rule.weight),
    explainable: context.rules.filter((rule) => rule.explained_by === 'contact').map((rule) => rule.id),
  });
  await computeStandings(events, day);
}

/** The last step of a day: its signals, added to what is left of those before. */
export async function computeStandings(events: Events, day: string): Promise<void> {
  await events.run(STANDINGS, {
    day,
    half_life: TUNING.halfLifeDays,
    news: TUNING.newsWeight,
    growth: TUNING.growth,
    scale: TUNING.scoreScale,
  });
}

export interface DayState {
  day: string;
  events: number;
  /** A fingerprint of what the day's results depend on: its events and the facts known by then. */
  state: string;
  /** The fingerprint it was computed from; empty when it was not. */
  computed: string;
}

export const dayStates = (events: Events) => events.rows<DayState>(DAY_STATES);

export async function insertComputedDay(events: Events, { day, state, events: acts }: DayState): Promise<void> {
  await events.run(`INSERT INTO computed_days SELECT {day:Date}, {state:String}, {acts:UInt64}`, { day, state, acts });
}

/** Forgets everything derived from `day` on, also half-done days of a run that was ended. */
export async function deleteDerivedFrom(events: Events, day: string): Promise<void> {
  const holding: string[] = [];
  for (const table of DERIVED) {
    const [found] = await events.rows<{ n: number }>(`SELECT count() AS n FROM ${table} WHERE day >= {day:Date}`, {
      day,
    });
    if (found!.n > 0) holding.push(table);
  }
  // Each waits for the disk; they can wait together.
  for (const table of holding)
    await events.run(`ALTER TABLE ${table} DELETE WHERE day >= {day:Date} SETTINGS mutations_sync = 0`, { day });
  while (holding.length > 0 && (await deleting(events))) await setTimeout(20);
}

/** Whether rows are still being deleted. Errors: query-failed when the engine cannot. */
async function deleting(events: Events): Promise<boolean> {
  const [row] = await events.rows<{ pending: number; failed: string }>(
    `SELECT count() AS pending, max(latest_fail_reason) AS failed
     FROM system.mutations
     WHERE database = currentDatabase() AND NOT is_done`,
  );
  const { pending, failed } = row!;
  if (failed !== '') throw new Fault('query-failed', 'the event engine could not delete rows', { cause: failed });
  return pending > 0;
}

/** Mail domains of the organisation as known on a day: the directory's, or the one that most mail is sent from. */
export async function insideDomains(events: Events, day: string): Promise<string[]> {
  const rows = await events.rows<{ domain: string }>(
    `SELECT lower(splitByChar('@', email)[2]) AS domain
     FROM (
       SELECT user_uid, email, valid_from FROM directory
       UNION ALL
       SELECT user_uid, email, valid_from FROM directory_history
     )
     WHERE valid_from <= {day:Date} AND email != ''
     GROUP BY domain
     -- A contractor's address at a public provider does not make the provider one's own.
     HAVING uniqExact(user_uid) >= (
       SELECT uniqExact(user_uid) / 20
       FROM (
         SELECT user_uid FROM directory WHERE valid_from <= {day:Date} AND email != ''
         UNION ALL
         SELECT user_uid FROM directory_history WHERE valid_from <= {day:Date} AND email != ''
       )
     )
     LIMIT 1000`,
    { day },
  );
  if (rows.length > 0) return rows.map((row) => row.domain);
  const guess = await events.rows<{ domain: string }>(
    `SELECT splitByChar('@', email_from)[2] AS domain
     FROM events
     WHERE day <= {day:Date} AND day > {day:Date} - 30 AND class_uid = 4009 AND activity_name = 'Send'
     GROUP BY domain
     ORDER BY count() DESC
     LIMIT 1`,
    { day },
  );
  return guess.map((row) => row.domain);
}

/** The days that are computed, in order. */
export async function computedDays(events: Events): Promise<string[]> {
  const rows = await events.rows<{ day: string }>(`SELECT day FROM computed_days ORDER BY day LIMIT 100000`);
  return rows.map((row) => row.day);
}

/**
 * The day it is, as far as the records know: the last computed one with at least a fiftieth of a usual day's events. A
 * row from a machine whose clock stands in 2098 must not let every lead grow old. Undefined before the first day.
 */
export async function lastDay(events: Events): Promise<string | undefined> {
  const [row] = await events.rows<{ day: string; days: number }>(
    `SELECT max(day) AS day, count() AS days
     FROM computed_days
     WHERE events >= (SELECT quantileExactInclusive(0.5)(events) FROM computed_days) / 50`,
  );
  return row!.days > 0 ? row!.day : undefined;
}

/** The first day that is computed: the day from which weeks are counted. */
export async function firstDay(events: Events): Promise<string | undefined> {
  const [row] = await events.rows<{ day: string; days: number }>(
    `SELECT min(day) AS day, count() AS days FROM computed_days`,
  );
  return row!.days > 0 ? row!.day : undefined;
}
