/** Trying the detections and what they are compared with on one replayed world. */
import { Fault } from '../base/fault.ts';
import { computeStandings, rules } from '../detections/detections.ts';
import { type AlertDay, alertDays, alertsOn } from '../leads/leads.ts';
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
  const baselines = {
    forest: lists(seeds(FORESTS).map((seed) => forestAlerts(days, answers.firstDay, seed))),
    random: lists(seeds(LOTS).map((seed) => randomAlerts(days, seed))),
  };
  if (alerts) return { name, answers, trials: { countersign: [trialOfAlerts(alerts, answers)], ...baselines } };
  const lived = await Array.fromAsync(alertDays(events));
  const ours =
    without.length === 0 ? lived : await livedWithout(events, lived, without, options.signal, () => undefined);
  return {
    name,
    answers,
    trials: { countersign: [trialOfDays(ours, answers)], ...baselines },
    ...(options.leaveOneOut ? { without: await leaveOneOut(events, lived, options) } : {}),
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
  lived: readonly AlertDay[],
  { answers, without = [], onDay, signal }: WorldOptions,
): Promise<Map<string, Trial>> {
  const each = rules().flatMap(({ id }) => (without.includes(id) ? [] : [id]));
  const trials = new Map<string, Trial>();
  for (const [at, id] of each.entries()) {
    const days = await livedWithout(events, lived, [...without, id], signal, (done) =>
      onDay?.(at * lived.length + done, each.length * lived.length, id),
    );
    trials.set(id, trialOfDays(days, answers));
  }
  return trials;
}

/** The same days without some detections. Signals are kept by detection, so that such a life begins at the standings. */
function livedWithout(
  events: Events,
  lived: readonly AlertDay[],
  detections: readonly string[],
  signal: AbortSignal | undefined,
  onDay: (done: number) => void,
): Promise<AlertDay[]> {
  return withoutSignals(events, detections, async (left) => {
    const days: AlertDay[] = [];
    for (const one of lived) {
      if (signal?.aborted) throw new Fault('interrupted', 'computing stopped', { place: one.day });
      await computeStandings(left, one.day);
      days.push({ ...one, alerts: await alertsOn(left, one.day) });
      onDay(days.length);
    }
    return days;
  });
}

/** A list of alerts without the logs it was made from: there is nothing to compare it with. */
export function tryAlerts(name: string, answers: Answers, alerts: readonly Alert[]): TriedWorld {
  return { name, answers, trials: { countersign: [trialOfAlerts(alerts, answers)] } };
}
