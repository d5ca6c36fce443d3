/** Trying the detections and what they are compared with on one replayed world. */
import { Fault } from '../base/fault.ts';
import { computedDays, computeStandings, rules } from '../detections/detections.ts';
import { alertDays } from '../leads/leads.ts';
import type { Events } from '../stores/clickhouse.ts';
import type { Answers } from './answers.ts';
import { forestAlerts, randomAlerts } from './baseline.ts';
import type { Alert } from './score.ts';
import { personDays, withoutSignals } from './store.ts';
import { type Trial, type TriedWorld, trialOfAlerts, trialOfDays } from './trial.ts';

/** What goes by lot is tried with so many seeds. */
const FORESTS = 3;
const LOTS = 5;

const seeds = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

export interface WorldOptions {
  readonly name: string;
  readonly answers: Answers;
  /** Judged instead of what the computed days raised. */
  readonly alerts?: readonly Alert[] | undefined;
  /** Detections that are left out everywhere. */
  readonly without?: readonly string[];
  /** Also try it without each of the other detections. */
  readonly leaveOneOut?: boolean;
  /** Called after each computed day of all the lives without a detection. */
  readonly onDay?: (done: number, total: number, without: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Tries a world whose logs are loaded and, without `alerts`, whose days are computed. Takes some seconds for 300 people
 * and 210 days; leaving detections out computes the standings anew, but nothing before them. Errors: usage for a
 * detection that does not exist, interrupted.
 */
export async function tryWorld(events: Events, options: WorldOptions): Promise<TriedWorld> {
  const { name, answers, alerts, without = [] } = options;
  const days = await personDays(events, answers.firstDay, answers.days);
  const lists = (some: Alert[][]) => some.map((list) => trialOfAlerts(list, answers));
  const ours = alerts ? trialOfAlerts(alerts, answers) : await tryWithout(events, options, without, () => undefined);
  return {
    name,
    answers,
    trials: {
      countersign: [ours],
      forest: lists(seeds(FORESTS).map((seed) => forestAlerts(days, answers.firstDay, seed))),
      random: lists(seeds(LOTS).map((seed) => randomAlerts(days, seed))),
    },
    ...(options.leaveOneOut ? { without: await leaveOneOut(events, options, without) } : {}),
  };
}

/** Errors: usage for a detection that does not exist. */
export function checkDetections(names: readonly string[]): void {
  const known = rules().map((rule) => rule.id);
  for (const name of names)
    if (!known.includes(name)) throw new Fault('usage', `there is no detection ${name}`, { place: '--without' });
}

async function leaveOneOut(
  events: Events,
  options: WorldOptions,
  always: readonly string[],
): Promise<Map<string, Trial>> {
  const each = rules().flatMap(({ id }) => (always.includes(id) ? [] : [id]));
  const trials = new Map<string, Trial>();
  for (const [at, id] of each.entries()) {
    const onDay = (day: number, days: number) => options.onDay?.(at * days + day, each.length * days, id);
    trials.set(id, await tryWithout(events, options, [...always, id], onDay));
  }
  return trials;
}

/** Signals are kept by detection, so that a life without one begins at the standings. */
async function tryWithout(
  events: Events,
  { answers, signal }: WorldOptions,
  detections: readonly string[],
  onDay: (done: number, total: number) => void,
): Promise<Trial> {
  if (detections.length === 0) return trialOfDays(await Array.fromAsync(alertDays(events)), answers);
  return withoutSignals(events, detections, async (left) => {
    const days = await computedDays(events);
    for (const [at, day] of days.entries()) {
      if (signal?.aborted) throw new Fault('interrupted', 'computing stopped', { place: day });
      await computeStandings(left, day);
      onDay(at + 1, days.length);
    }
    return trialOfDays(await Array.fromAsync(alertDays(left)), answers);
  });
}

/** A list of alerts without the logs it was made from: there is nothing to compare it with. */
export function tryAlerts(name: string, answers: Answers, alerts: readonly Alert[]): TriedWorld {
  return { name, answers, trials: { countersign: [trialOfAlerts(alerts, answers)] } };
}
