/** A source is a log as it arrives. One that falls silent is a finding: an administrator can silence it. */
import type { Events } from '../stores/clickhouse.ts';
import { readers } from './reader.ts';
import { countEvents, dayCounts, logTotals, quarantine, type Silence, selectSilences } from './store.ts';

export interface SourceGap {
  /** Wall clock of the head office; `to` is the end of the last silent hour. */
  from: string;
  to: string;
  hours: number;
  /** Part of the log that is missing meanwhile, 0 to 1. */
  share: number;
  /** 'all', or how many. */
  devices: string;
}

export interface SourceState {
  name: string;
  first_day: string;
  last_day: string;
  events: number;
  duplicates: number;
  quarantined: number;
  days: { day: string; events: number; expected: number; gap: boolean }[];
  gaps: SourceGap[];
}

export interface TouchingGap {
  source: string;
  from: string;
  to: string;
  share: number;
}

/** Every log, and every side table that has bad rows. */
export async function sourceStates(events: Events): Promise<SourceState[]> {
  const totals = await logTotals(events);
  const counts = await dayCounts(events);
  const silences = await knownSilences(events);
  return totals.map((total) => {
    const gaps = silences.filter(({ log_name }) => log_name === total.log_name).map(gapOf);
    return {
      name: total.log_name,
      first_day: total.first_day,
      last_day: total.last_day,
      events: total.events,
      duplicates: Math.max(0, total.rows - total.bad - total.events),
      quarantined: total.bad,
      days: counts
        .filter(({ log_name }) => log_name === total.log_name)
        .map(({ day, events: count, expected }) => ({
          day,
          events: count,
          expected,
          gap: gaps.some(touches(day, day)),
        })),
      gaps,
    };
  });
}

/** Gaps of any log that touch the days from `day_from` to `day_to`, both included. */
export async function gapsTouching(
  events: Events,
  { day_from, day_to }: { day_from: string; day_to: string },
): Promise<TouchingGap[]> {
  const silences = await knownSilences(events);
  return silences
    .filter(touches(day_from, day_to))
    .map(({ log_name, from, to, share }) => ({ source: log_name, from, to, share }));
}

/** A gap that ends at midnight does not touch the day that begins then. */
function touches(first: string, last: string): (gap: { from: string; to: string }) => boolean {
  return ({ from, to }) => from.slice(0, 10) <= last && to > `${first} 00:00:00`;
}

const SECOND_MS = 1000;

function gapOf({ from, to, share, whole, machines }: Silence): SourceGap {
  const hours = (Date.parse(`${to.replace(' ', 'T')}Z`) - Date.parse(`${from.replace(' ', 'T')}Z`)) / SECOND_MS / 3600;
  return { from, to, hours, share, devices: whole ? 'all' : String(machines) };
}

/** Silences change only when something is loaded; looking for them reads every hour there is. */
const cache = new WeakMap<Events, { events: number; silences: Silence[] }>();

async function knownSilences(events: Events): Promise<Silence[]> {
  const count = await countEvents(events);
  const cached = cache.get(events);
  if (cached?.events === count) return cached.silences;
  const silences = withoutParts(await selectSilences(events));
  cache.set(events, { events: count, silences });
  return silences;
}

/** When a whole log is silent, so is every part of it: that needs no saying. */
export function withoutParts(silences: Silence[]): Silence[] {
  const wholes = silences.filter(({ whole }) => whole);
  return silences.filter(
    (part) =>
      part.whole ||
      !wholes.some((whole) => whole.log_name === part.log_name && whole.from < part.to && part.from < whole.to),
  );
}

export interface QuarantineRow {
  source: string;
  file: string;
  line: number;
  reason: string;
  raw: string;
}

/** Bad lines of a source, or of all when `source` is ''; by source and line. `raw` is as it came. */
export async function quarantinedLines(
  events: Events,
  page: { source: string; offset: number; limit: number },
): Promise<{ total: number; rows: QuarantineRow[] }> {
  const files = new Map(readers().map(({ log_name, file }) => [log_name, file]));
  const { total, rows } = await quarantine(events, page);
  return { total, rows: rows.map((row) => ({ ...row, file: files.get(row.source) ?? row.source })) };
}
