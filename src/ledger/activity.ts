/** How much was done by whom on which day: what an auditor sees before he reads single entries. */
import type { Ledger } from './acts.ts';
import { decodeEntry } from './entry.ts';
import type { Log } from './log.ts';
import { TILE_WIDTH } from './tile.ts';

/** `record`: looked at or noted; `intent`: about to be done; `stopped`: refused or failed. */
export type ActivityKind = 'record' | 'intent' | 'stopped';

export interface ActivityCount {
  /** YYYY-MM-DD by the program's clock, in UTC. */
  readonly day: string;
  readonly actor: string;
  readonly kind: ActivityKind;
  readonly act: string;
  readonly count: number;
}

export interface Activity {
  readonly counts: readonly ActivityCount[];
  /** The entry from which on everything within the days is counted; 0 if nothing was left out. */
  readonly since: number;
  readonly size: number;
}

/** So many bundles are read anew for one answer; the next answer goes on where this one stopped. */
const MOST_BUNDLES = 400;

interface Summary {
  /** The latest day in it; empty if it holds nothing to count. */
  readonly last: string;
  readonly counts: readonly ActivityCount[];
}

/** Bundles that are full never change, so each is counted once as long as the program runs. */
const counted = new WeakMap<Log, Map<number, Summary>>();

/** Counts by day, actor, kind and act from the day `from` (inclusive) to the day `until` (exclusive). */
export async function activityOf({ log }: Ledger, from: string, until: string): Promise<Activity> {
  const tiles = log.tiles();
  const known = counted.get(log) ?? new Map<number, Summary>();
  counted.set(log, known);
  const found: ActivityCount[] = [];
  let number = Math.ceil(tiles.size / TILE_WIDTH) - 1;
  for (let read = 0; number >= 0 && read < MOST_BUNDLES; number--) {
    let summary = known.get(number);
    if (summary === undefined) {
      const entries = await tiles.entries(number);
      summary = summaryOf(entries);
      read += 1;
      if (entries.length === TILE_WIDTH) known.set(number, summary);
    }
    found.push(...summary.counts.filter(({ day }) => day >= from && day < until));
    // The clock may have been set back within a bundle, hardly over a whole one.
    if (summary.last !== '' && summary.last < from) {
      number = -1;
      break;
    }
  }
  return { counts: added(found), since: (number + 1) * TILE_WIDTH, size: tiles.size };
}

function summaryOf(bundle: readonly Uint8Array[]): Summary {
  const counts: ActivityCount[] = [];
  for (const bytes of bundle) {
    const entry = decodeEntry(bytes);
    const kind = entry?.kind === 'outcome' ? (entry.result === 'done' ? undefined : 'stopped') : entry?.kind;
    if (entry === undefined || kind === undefined) continue;
    counts.push({ day: entry.at.slice(0, 10), actor: entry.actor, kind, act: entry.act, count: 1 });
  }
  const days = counts.map(({ day }) => day).sort();
  return { last: days.at(-1) ?? '', counts: added(counts) };
}

function added(counts: readonly ActivityCount[]): ActivityCount[] {
  const sums = new Map<string, ActivityCount>();
  for (const one of counts) {
    const key = `${one.day} ${one.actor} ${one.kind} ${one.act}`;
    const sum = sums.get(key);
    sums.set(key, { ...one, count: (sum?.count ?? 0) + one.count });
  }
  return [...sums.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
}
