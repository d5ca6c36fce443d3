/** What the event store knows of one person, for his page: reads only, each with a limit. */
import {
  COUNTED,
  DECLARED_DAYS,
  FRESH,
  lastDay,
  learnFrom,
  type Rule,
  SCORE_OF,
  TUNING,
} from '../detections/detections.ts';
import type { Events } from '../stores/clickhouse.ts';
import { statements } from '../stores/statements.ts';
import { NOTHING_EXPLAINED, UNEXPLAINED } from './explained.ts';
import { MEMORY_DAYS } from './lead.ts';

const query = statements(import.meta.url, { SCORE_OF, UNEXPLAINED, DECLARED_DAYS, FRESH, COUNTED });
const SIGNALS = query('signals');
const CONTRIBUTIONS = query('contributions');
const MEASURES = query('measures');
const ACTIVITY = query('activity');
const EVIDENCE = query('evidence');
const SCORES = query('scores');

export interface SignalRow {
  day: string;
  detection: string;
  stage: string;
  span: number;
  bits: number;
  value: number;
  evidence_count: number;
  own_days: number;
  peers: number;
  /** A contact that the person declared explains it: it counts for nothing. */
  declared: boolean;
  own_median: number;
  peer_median: number;
  peer_p95: number;
}

export async function signalsOf(events: Events, user: string): Promise<SignalRow[]> {
  const [day, from] = await Promise.all([lastDayOf(events), learnFrom(events)]);
  return events.rows<SignalRow>(SIGNALS, { user, day, history: TUNING.historyDays, learn_from: from });
}

export interface ContributionRow {
  detection: string;
  stage: string;
  bits: number;
  days: number;
}

export const contributionsOf = (events: Events, user: string, day: string, explained = NOTHING_EXPLAINED) =>
  events.rows<ContributionRow>(CONTRIBUTIONS, {
    ...explained,
    user,
    day,
    memory: MEMORY_DAYS,
    half_life: TUNING.halfLifeDays,
  });

export interface MeasureRow {
  day: string;
  value: number;
  own_low: number;
  own_median: number;
  own_high: number;
  peer_low: number;
  peer_median: number;
  peer_high: number;
  signal: number;
}

export const measuresOf = (events: Events, user: string, detection: string, from: string, to: string) =>
  events.rows<MeasureRow>(MEASURES, { user, detection, from, to });

export interface PointRow {
  time: string;
  class_uid: number;
  activity: string;
  document_level: number;
  signal: number;
}

/** `rules`: those with a signal of this person; an act that meets one of them on a day with its signal is marked. */
export function activityOf(
  events: Events,
  user: string,
  span: { from: string; to: string; limit: number },
  rules: Rule[],
): Promise<PointRow[]> {
  const marks = rules.map((rule, i) => `((${rule.condition.sql}) AND ({rule${i}:String}, day) IN signalled)`);
  const names = Object.fromEntries(rules.map((rule, i) => [`rule${i}`, rule.id]));
  const sql = ACTIVITY.replace('$SIGNAL', () => marks.join(' OR ') || 'false');
  return events.rows<PointRow>(sql, { user, ...span, ...names, ...conditions(rules) });
}

export interface EvidenceRow {
  uid: string;
  time: string;
  class_uid: number;
  activity: string;
  device: string;
  target: string;
  /** The document that is known to be in the file, by its words or the name it was given; empty for others. */
  tied_to: string;
  document_level: number;
  destination: string;
  log: string;
  line: number;
  raw: string;
  total: number;
}

/** The acts behind a signal, or all acts of the days when no rule is given. */
export function evidenceOf(
  events: Events,
  user: string,
  page: { from: string; to: string; offset: number; limit: number },
  rule: Rule | undefined,
): Promise<EvidenceRow[]> {
  const sql = EVIDENCE.replace('$CONDITION', () => rule?.condition.sql ?? 'true');
  return events.rows<EvidenceRow>(sql, { user, ...page, ...conditions(rule ? [rule] : []) });
}

export const scoresOf = (events: Events, user: string, day: string, explained = NOTHING_EXPLAINED) =>
  events.rows<{ day: string; score: number }>(SCORES, {
    ...explained,
    user,
    day,
    half_life: TUNING.halfLifeDays,
    scale: TUNING.scoreScale,
  });

const conditions = (rules: Rule[]): Record<string, unknown> =>
  Object.assign({}, ...rules.map((rule) => rule.condition.parameters));

/** The day as of which everything is told: the last one computed. Before the first there is nothing to tell. */
export const lastDayOf = async (events: Events) => (await lastDay(events)) ?? '1970-01-01';
