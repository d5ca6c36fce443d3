/** Computing days in order, as they would have been lived. */
import { addDays, daysBetween } from '../base/day.ts';
import { Fault } from '../base/fault.ts';
import type { Events } from '../stores/clickhouse.ts';
import { rules } from './rule.ts';
import {
  computeDay,
  computedDays,
  countWorkingHours,
  type DayState,
  dayStates,
  deleteDerivedFrom,
  insertComputedDay,
  insideDomains,
} from './store.ts';
import { TUNING } from './tuning.ts';

export interface DayProgress {
  day: string;
  days: number;
  totalDays: number;
  /** Rows of the logs lived through so far, and of all the days to come. */
  rows: number;
  totalRows: number;
}

export interface ComputeOptions {
  /** The last day to compute, YYYY-MM-DD. */
  until?: string;
  /** Called after each day. */
  onDay?: (progress: DayProgress) => void;
  signal?: AbortSignal;
}

/**
 * Brings signals and standings up to date, day by day; a day whose events or facts have changed is computed again together with
 * all that follow. For day d only rows up to d are looked at. Errors: interrupted.
 */
export async function computeDays(events: Events, options: ComputeOptions = {}): Promise<number> {
  const days = (await dayStates(events)).filter(({ day }) => options.until === undefined || day <= options.until);
  const first = days.findIndex((state) => state.computed !== state.state);
  if (first < 0) return 0;
  await deleteDerivedFrom(events, days[first]!.day);
  const all = rules();
  const start = addDays(beginning(days.map(({ day }) => day)), TUNING.warmUpDays);
  const pending: DayState[] = days.slice(first);
  const totalRows = pending.reduce((sum, { events }) => sum + events, 0);
  let rows = 0;
  await countWorkingHours(events, pending[0]!.day, pending.at(-1)!.day);
  for (const [index, state] of pending.entries()) {
    const { day } = state;
    if (options.signal?.aborted) throw new Fault('interrupted', 'computing stopped', { place: day });
    await computeDay(events, day, { rules: all, insideDomains: await insideDomains(events, day), learnFrom: start });
    await insertComputedDay(events, state);
    rows += state.events;
    options.onDay?.({ day, days: index + 1, totalDays: pending.length, rows, totalRows });
  }
  return pending.length;
}

/** The first day that is learned from: before it everything is seen for the first time. */
export async function learnFrom(events: Events): Promise<string> {
  return addDays(beginning(await computedDays(events)), TUNING.warmUpDays);
}

/** The first day that another follows within a week: a row from a machine whose clock stands in 1999 begins nothing. */
function beginning(days: string[]): string {
  const steady = days.find((day, at) => at + 1 < days.length && daysBetween(day, days[at + 1]!) <= 7);
  return steady ?? days[0] ?? '1970-01-01';
}
