/** Trying the detections and what they are compared with on one replayed world. */
import { alertDays } from '../leads/leads.ts';
import type { Events } from '../stores/clickhouse.ts';
import type { Answers } from './answers.ts';
import { forestAlerts, randomAlerts } from './baseline.ts';
import type { Alert } from './score.ts';
import { personDays } from './store.ts';
import { type TriedWorld, trialOfAlerts, trialOfDays } from './trial.ts';

/** What goes by lot is tried with so many seeds. */
const FORESTS = 3;
const LOTS = 5;

const seeds = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

/**
 * Tries a world whose logs are loaded. Without `alerts` its days must be computed, and what they raised is judged;
 * otherwise the alerts given. Takes some seconds for 300 people and 210 days.
 */
export async function tryWorld(
  events: Events,
  world: { name: string; answers: Answers; alerts?: readonly Alert[] | undefined },
): Promise<TriedWorld> {
  const { name, answers, alerts } = world;
  const days = await personDays(events, answers.firstDay, answers.days);
  const lists = (some: Alert[][]) => some.map((list) => trialOfAlerts(list, answers));
  const ours = alerts ? trialOfAlerts(alerts, answers) : trialOfDays(await Array.fromAsync(alertDays(events)), answers);
  return {
    name,
    answers,
    trials: {
      countersign: [ours],
      forest: lists(seeds(FORESTS).map((seed) => forestAlerts(days, answers.firstDay, seed))),
      random: lists(seeds(LOTS).map((seed) => randomAlerts(days, seed))),
    },
  };
}

/** A list of alerts without the logs it was made from: there is nothing to compare it with. */
export function tryAlerts(name: string, answers: Answers, alerts: readonly Alert[]): TriedWorld {
  return { name, answers, trials: { countersign: [trialOfAlerts(alerts, answers)] } };
}
