/** Ways of finding people, each tried on known worlds and paid for in two ways. */
import { addDays } from '../base/day.ts';
import { type AlertDay, Budget, type Candidate } from '../leads/leads.ts';
import type { Answers } from './answers.ts';
import { type Alert, type Judgement, judge, type Ranking, rankByWeek } from './score.ts';
import { clockText, dayOf, wallClock } from './table.ts';

/** weekly: the week's best once it is over; daily: decided on each day, when no later day can help. */
export const WAYS = ['weekly', 'daily'] as const;
export type Way = (typeof WAYS)[number];

/** Ours, and what it is compared with. */
export const METHODS = ['countersign', 'forest', 'random'] as const;
export type Method = (typeof METHODS)[number];

/** One list of alerts: ranked by week, and what is raised of it day by day at a budget. */
export interface Trial {
  readonly ranking: Ranking;
  readonly raise: (budget: number) => Alert[];
}

/** A world with what was tried on it; what goes by lot is tried several times. */
export interface TriedWorld {
  readonly name: string;
  readonly answers: Answers;
  readonly trials: Readonly<Partial<Record<Method, readonly Trial[]>>>;
  /** Ours again, each time without one of the detections. */
  readonly without?: ReadonlyMap<string, Trial>;
}

export function judgeTrial(trial: Trial, answers: Answers, way: Way, budget: number): Judgement {
  const ranking = way === 'weekly' ? trial.ranking : rankByWeek(trial.raise(budget), answers);
  return judge(ranking, answers, budget);
}

/** Our own alerts, decided as `replay --budget` decides. */
export function trialOfDays(days: readonly AlertDay[], answers: Answers): Trial {
  const alertOf = ({ time, user_uid, score }: Candidate): Alert => ({ time: wallClock(time)!, user: user_uid, score });
  return {
    ranking: rankByWeek(
      days.flatMap(({ alerts }) => alerts.map(alertOf)),
      answers,
    ),
    raise(perThousand) {
      const budget = new Budget(perThousand);
      return days.flatMap((day) => budget.decide(day).map(alertOf));
    },
  };
}

/** Between these bits of evidence a list of alerts with a scale of its own is laid out: those of a lead, weak to strong. */
const [LEAST_EVIDENCE, MOST_EVIDENCE] = [4, 40];

/** Alerts of which only the score is known, taken for evidence: the same rule decides. */
export function trialOfAlerts(alerts: readonly Alert[], answers: Answers): Trial {
  const { firstDay, days, people } = answers;
  let [least, greatest] = [Infinity, -Infinity];
  for (const { score } of alerts) [least, greatest] = [Math.min(least, score), Math.max(greatest, score)];
  const byDay = Array.from({ length: days }, (): Candidate[] => []);
  for (const alert of alerts) {
    const day = dayOf(alert.time) - firstDay;
    const share = greatest > least ? (alert.score - least) / (greatest - least) : 1;
    const evidence = LEAST_EVIDENCE + share * (MOST_EVIDENCE - LEAST_EVIDENCE);
    byDay[day]?.push({ user_uid: alert.user, score: alert.score, evidence, time: clockText(alert.time) });
  }
  return {
    ranking: rankByWeek(alerts, answers),
    raise(perThousand) {
      const budget = new Budget(perThousand);
      return byDay.flatMap((alerts, dayNumber) =>
        budget
          .decide({ day: dayText(firstDay + dayNumber), dayNumber, people, alerts })
          .map(({ time, user_uid, score }) => ({ time: wallClock(time)!, user: user_uid, score })),
      );
    },
  };
}

/** A day counted from 1970 as YYYY-MM-DD. */
export const dayText = (day: number) => addDays('1970-01-01', day);
