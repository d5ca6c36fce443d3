/**
 * Which leads to raise, decided day by day: no later day can help. A week has as many places as the budget gives; a
 * place is taken early in the week only by what would have earned one in most recent weeks, the last day takes what is
 * best. Unused places are not carried over, so that no week is flooded.
 */
import { TUNING } from '../detections/detections.ts';

export interface Candidate {
  /** When it became so, YYYY-MM-DD HH:MM:SS. */
  time: string;
  user_uid: string;
  score: number;
  /** In bits, decayed to this time. */
  evidence: number;
}

export interface BudgetDay<C extends Candidate> {
  /** YYYY-MM-DD. */
  day: string;
  /** Counted from the first day of the records (0). */
  dayNumber: number;
  people: number;
  /** The day's candidates in the order of time. */
  alerts: C[];
}

const WEEKS_REMEMBERED = 8;
/** A person who was raised comes again only when the evidence has grown by this much. */
const GROWTH = 1.5;
/** In so many of the recent weeks a place must have been worth less for one to be taken before the week's end. */
const BAR_QUANTILE = 0.7;
/** Nobody is raised only because a place is free: in bits, a score of 20. */
const LEAST_WORTH = -Math.log2(1 - 0.2) * TUNING.scoreScale;

/** Somebody who may be raised, and what telling it would be worth. */
interface Open<C> {
  candidate: C;
  worth: number;
  dayNumber: number;
}

export class Budget<C extends Candidate> {
  readonly #perThousand: number;
  #week = -1;
  #left = 0;
  #quota = 0;
  #open = new Map<string, Open<C>>();
  /** What was told of whom, and on which day. */
  readonly #told = new Map<string, { evidence: number; dayNumber: number }>();
  readonly #bars: number[] = [];
  /** What the best alert about each person was worth in this week. */
  readonly #best = new Map<string, number>();

  /** `perThousand`: alerts per 1,000 people and week. */
  constructor(perThousand: number) {
    this.#perThousand = perThousand;
  }

  /** Whom to raise on a day, each with the time at which that was decided: as he came, or at the day's start or end. */
  decide({ day, dayNumber, people, alerts }: BudgetDay<C>): C[] {
    const raised: C[] = [];
    const week = Math.floor(dayNumber / 7);
    if (week !== this.#week) {
      this.#begin(week, people);
      raised.push(...this.#raise(this.#bar(), `${day} 00:00:00`));
    }
    const bar = this.#bar();
    for (const candidate of alerts) {
      const worth = this.#worth(candidate, dayNumber);
      this.#best.set(candidate.user_uid, Math.max(this.#best.get(candidate.user_uid) ?? 0, worth));
      const told = this.#told.get(candidate.user_uid);
      if (worth < LEAST_WORTH || (told && candidate.evidence < told.evidence * GROWTH)) continue;
      this.#open.set(candidate.user_uid, { candidate, worth, dayNumber });
      // Whoever else is open came below the bar, or when no place was left.
      if (worth >= bar) raised.push(...this.#raise(bar, candidate.time));
    }
    return dayNumber % 7 === 6 ? [...raised, ...this.#raise(LEAST_WORTH, `${day} 23:59:59`)] : raised;
  }

  /**
   * What telling a candidate would be worth, in bits: his evidence, of which what goes beyond that told before weighs
   * more. A score's own news is measured by what he had shown, which in a small budget nobody may have been told.
   */
  #worth({ user_uid, evidence }: C, dayNumber: number): number {
    const told = this.#told.get(user_uid);
    const known = told ? told.evidence * 2 ** ((told.dayNumber - dayNumber) / (2 * TUNING.halfLifeDays)) : 0;
    return (evidence + TUNING.newsWeight * Math.max(0, evidence - known)) / (1 + TUNING.newsWeight);
  }

  /** Gives the places that are left to the best of those who are open and reach `bar`. */
  #raise(bar: number, time: string): C[] {
    if (this.#left === 0) return [];
    const chosen = [...this.#open.entries()]
      .filter(([, { worth }]) => worth >= bar)
      .sort(([a, x], [b, y]) => y.worth - x.worth || (a < b ? -1 : 1))
      .slice(0, this.#left);
    for (const [user, { candidate, dayNumber }] of chosen) {
      this.#left--;
      this.#open.delete(user);
      this.#told.set(user, { evidence: candidate.evidence, dayNumber });
    }
    return chosen.map(([, { candidate }]) => ({ ...candidate, time }));
  }

  #begin(week: number, people: number): void {
    if (this.#week >= 0 && this.#best.size > 0) {
      const sorted = [...this.#best.values()].sort((a, b) => b - a);
      this.#bars.push(sorted[Math.min(sorted.length, Math.max(1, this.#quota)) - 1]!);
      if (this.#bars.length > WEEKS_REMEMBERED) this.#bars.shift();
    }
    this.#week = week;
    this.#best.clear();
    this.#open = new Map([...this.#open].filter(([, { worth }]) => worth >= this.#bar()));
    const perWeek = (this.#perThousand * people) / 1000;
    this.#quota = Math.floor(perWeek * (week + 1) + 1e-9) - Math.floor(perWeek * week + 1e-9);
    this.#left = this.#quota;
  }

  /** What would have earned a place in most of the recent weeks. */
  #bar(): number {
    const sorted = [...this.#bars].sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length * BAR_QUANTILE)] ?? LEAST_WORTH;
  }
}
