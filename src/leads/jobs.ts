/** Living through the days: each day's standings become alerts, and the queue of leads follows. */
import { readConfig } from '../base/config.ts';
import { daysBetween } from '../base/day.ts';
import { computeDays, computedDays, type DayProgress, lastDay } from '../detections/detections.ts';
import { aliases, aliasMark, QUEUE } from '../identities/identities.ts';
import { countPeople, holdersOf, syncDirectory } from '../people/people.ts';
import type { Events } from '../stores/clickhouse.ts';
import type { Data } from '../stores/data.ts';
import { Budget, type BudgetDay } from './budget.ts';
import type { Explained } from './explained.ts';
import { type AlertRow, alertsOn, explainedSignals, replaceLeads, standingOn } from './store.ts';

/** A computed day: who stood out on it, and how many people there were. */
export type AlertDay = BudgetDay<AlertRow>;

export interface Alert {
  /** When it was told, YYYY-MM-DD HH:MM:SS. */
  date: string;
  user: string;
  score: number;
  reason: string;
}

export interface ReplayOptions {
  /** The last day to live through, YYYY-MM-DD. */
  until?: string;
  /** Alerts per 1,000 people and week; without it every standing worth ranking is an alert. */
  budget?: number;
  onDay?: (progress: DayProgress) => void;
  /** Called with each day's alerts, in the order of days. */
  onAlerts?: (alerts: Alert[]) => void;
  signal?: AbortSignal;
}

/**
 * Computes the days that are not computed yet and tells each day's alerts, decided on that day. Days that were computed
 * before are told from the store; they are the same to the last digit. Errors: interrupted.
 */
export async function replay(data: Data, options: ReplayOptions = {}): Promise<void> {
  const { events } = data;
  await syncDirectory(data);
  await computeDays(events, {
    ...(options.until === undefined ? {} : { until: options.until }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.onDay === undefined ? {} : { onDay: options.onDay }),
  });
  if (options.onAlerts) await tellAlerts(data, options);
  await refreshLeads(data, options.until);
}

async function tellAlerts(data: Data, options: ReplayOptions): Promise<void> {
  const budget = options.budget === undefined ? undefined : new Budget<AlertRow>(options.budget);
  for await (const day of alertDays(data.events, options.until, await explainedSignals(data))) {
    const alerts = budget ? budget.decide(day) : day.alerts;
    if (alerts.length > 0) options.onAlerts?.(alerts.map(alertOf));
  }
}

/** The computed days in order, each with everybody who stood out on it. */
export async function* alertDays(events: Events, until?: string, explained?: Explained): AsyncGenerator<AlertDay> {
  const days = (await computedDays(events)).filter((day) => until === undefined || day <= until);
  for (const day of days) {
    const people = await countPeople(events, day);
    yield { day, dayNumber: daysBetween(days[0]!, day), people, alerts: await alertsOn(events, day, explained) };
  }
}

function alertOf({ time, user_uid, score, reasons }: AlertRow): Alert {
  const spans = (days: number) => (days === 1 ? '' : ` in ${days} days`);
  const reason = reasons.map(([detection, bits, span]) => `${detection} ${bits.toFixed(1)} bits${spans(span)}`);
  return { date: time, user: user_uid, score, reason: reason.join('; ') };
}

/** Rebuilds the queue of leads as of the last computed day (or an earlier one). Returns how many there are. */
export async function refreshLeads(data: Omit<Data, 'close'>, until?: string): Promise<number> {
  const last = await lastDay(data.events);
  if (last === undefined) return 0;
  const day = until !== undefined && until < last ? until : last;
  const standing = await standingOn(data.events, day, await explainedSignals(data));
  const alias = await aliases(
    data,
    QUEUE,
    standing.map((row) => row.user_uid),
  );
  const administrators = new Set(await holdersOf(data.events, administratorRoles(data.dir), day));
  await replaceLeads(
    data.casework,
    standing.map(({ user_uid, ...row }) => ({
      ...row,
      id: alias.get(user_uid)!,
      person_mark: aliasMark(data, QUEUE, user_uid),
      as_of: day,
      administrator: administrators.has(user_uid),
    })),
  );
  return standing.length;
}

/** The directory's roles of those who keep networks, servers and databases, as the settings name them. */
export function administratorRoles(dir: string): readonly string[] {
  return readConfig({ data: dir, environment: process.env }).administrator_roles;
}
