/** What the detections have to beat: an isolation forest on counts of each person's day, and chance. */
import { growForest } from './forest.ts';
import { randomStream } from './random.ts';
import type { Alert } from './score.ts';
import { endOf } from './table.ts';

/** One person's day: what was counted on it. `day` counts from 1970. */
export interface PersonDay {
  readonly day: number;
  readonly user: string;
  readonly counts: readonly number[];
}

/** Fewer days than a tree draws teach nothing. */
const LEAST_PAST = 256;
/** A spread known from few days is drawn towards this one, as if it had been seen on so many days. */
const USUAL_VARIANCE = 0.25;
const USUAL_DAYS = 5;

/**
 * Scores each person's day by a forest that is grown anew each week over all the days before that week: no day is judged
 * by a later one. A point is the logarithm of each count, and beside it how far that lies from the person's own past.
 * `days` come in the order of days; nobody is scored before there is a past.
 */
export function forestAlerts(days: readonly PersonDay[], firstDay: number, seed: number): Alert[] {
  const alerts: Alert[] = [];
  const past: Float64Array[] = [];
  const own = new Map<string, Habit>();
  for (const [week, personDays] of byWeek(days, firstDay)) {
    const points = personDays.map(({ user, counts }) => pointOf(counts, own.get(user)));
    const forest = past.length < LEAST_PAST ? undefined : growForest(past, seed * 1000 + week);
    personDays.forEach(({ day, user, counts }, at) => {
      const point = points[at]!;
      if (forest) alerts.push({ time: endOf(day), user, score: forest.score(point) });
      past.push(point);
      if (!own.has(user)) own.set(user, new Habit(counts.length));
      own.get(user)!.add(point);
    });
  }
  return alerts;
}

/** Every person's day scored by lot. */
export function randomAlerts(days: readonly PersonDay[], seed: number): Alert[] {
  const random = randomStream(seed);
  return days.map(({ day, user }) => ({ time: endOf(day), user, score: random() }));
}

function byWeek(days: readonly PersonDay[], firstDay: number): [week: number, days: PersonDay[]][] {
  const weeks = new Map<number, PersonDay[]>();
  for (const one of days) {
    const week = Math.floor((one.day - firstDay) / 7);
    if (!weeks.has(week)) weeks.set(week, []);
    weeks.get(week)!.push(one);
  }
  return [...weeks].sort(([a], [b]) => a - b);
}

/** Mean and spread of a person's own days, in logarithms. */
class Habit {
  days = 0;
  readonly #sum: Float64Array;
  readonly #squares: Float64Array;

  constructor(features: number) {
    this.#sum = new Float64Array(features);
    this.#squares = new Float64Array(features);
  }

  add(point: Float64Array): void {
    this.days++;
    for (let i = 0; i < this.#sum.length; i++) {
      this.#sum[i]! += point[i]!;
      this.#squares[i]! += point[i]! ** 2;
    }
  }

  distance(feature: number, value: number): number {
    const mean = this.#sum[feature]! / this.days;
    const variance = Math.max(0, this.#squares[feature]! / this.days - mean ** 2);
    const drawn = (variance * this.days + USUAL_VARIANCE * USUAL_DAYS) / (this.days + USUAL_DAYS);
    return (value - mean) / Math.sqrt(drawn);
  }
}

function pointOf(counts: readonly number[], habit: Habit | undefined): Float64Array {
  const point = new Float64Array(2 * counts.length);
  counts.forEach((count, i) => {
    const value = Math.log1p(count);
    point[i] = value;
    point[counts.length + i] = habit ? habit.distance(i, value) : 0;
  });
  return point;
}
