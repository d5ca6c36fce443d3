/**
 * Which leads to raise, decided day by day: no later day can help. A week has as many places as the budget gives; a
 * place is taken early in the week only by a score that would have earned one in recent weeks, the last day takes what
 * is best. Unused places are not carried over, so that no week is flooded.
 */
export interface Candidate {
  /** When it became so, YYYY-MM-DD HH:MM:SS. */
  time: string;
  user_uid: string;
  score: number;
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
/** Nobody is raised only because a place is free. */
const LEAST_SCORE = 20;

export class Budget<C extends Candidate> {
  readonly #perThousand: number;
  #week = -1;
  #left = 0;
  #quota = 0;
  #open = new Map<string, C>();
  readonly #raised = new Map<string, number>();
  readonly #bars: number[] = [];
  /** The best score of each person in this week. */
  readonly #scores = new Map<string, number>();

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
      const best = this.#scores.get(candidate.user_uid) ?? 0;
      this.#scores.set(candidate.user_uid, Math.max(best, candidate.score));
      const before = this.#raised.get(candidate.user_uid);
      if (candidate.score < LEAST_SCORE || (before !== undefined && candidate.evidence < before * GROWTH)) continue;
      this.#open.set(candidate.user_uid, candidate);
      // Whoever else is open came below the bar, or when no place was left.
      if (candidate.score >= bar) raised.push(...this.#raise(bar, candidate.time));
    }
    return dayNumber % 7 === 6 ? [...raised, ...this.#raise(LEAST_SCORE, `${day} 23:59:59`)] : raised;
  }

  /** Gives the places that are left to the best of those who are open and reach `bar`. */
  #raise(bar: number, time: string): C[] {
    if (this.#left === 0) return [];
    const best = [...this.#open.values()].sort((a, b) => b.score - a.score || (a.user_uid < b.user_uid ? -1 : 1));
    const chosen = best.filter((candidate) => candidate.score >= bar).slice(0, this.#left);
    for (const candidate of chosen) {
      this.#left--;
      this.#open.delete(candidate.user_uid);
      this.#raised.set(candidate.user_uid, candidate.evidence);
    }
    return chosen.map((candidate) => ({ ...candidate, time }));
  }

  #begin(week: number, people: number): void {
    if (this.#week >= 0 && this.#scores.size > 0) {
      const sorted = [...this.#scores.values()].sort((a, b) => b - a);
      this.#bars.push(sorted[Math.min(sorted.length, Math.max(1, this.#quota)) - 1]!);
      if (this.#bars.length > WEEKS_REMEMBERED) this.#bars.shift();
    }
    this.#week = week;
    this.#scores.clear();
    this.#open = new Map([...this.#open].filter(([, candidate]) => candidate.score >= this.#bar()));
    const perWeek = (this.#perThousand * people) / 1000;
    this.#quota = Math.floor(perWeek * (week + 1) + 1e-9) - Math.floor(perWeek * week + 1e-9);
    this.#left = this.#quota;
  }

  /** The score that would have earned a place in the middle of recent weeks. */
  #bar(): number {
    const sorted = [...this.#bars].sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? LEAST_SCORE;
  }
}
