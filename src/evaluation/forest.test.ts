import { describe, expect, test } from 'vitest';
import { forestAlerts, type PersonDay, randomAlerts } from './baseline.ts';
import { averagePath, growForest } from './forest.ts';
import { randomStream } from './random.ts';
import { dayOf } from './table.ts';

/** Points around the origin in five dimensions, as normal as twelve dice make them. */
function cloud(count: number, seed: number): number[][] {
  const random = randomStream(seed);
  const normal = () => Array.from({ length: 12 }, random).reduce((sum, value) => sum + value, -6);
  return Array.from({ length: count }, () => Array.from({ length: 5 }, normal));
}

describe('the forest', () => {
  test.for([1, 2, 3, 4, 5])('puts planted outliers before nearly everybody, with seed %i', (seed) => {
    const ordinary = cloud(1000, seed);
    const planted = [
      [6, 6, 6, 6, 6],
      [-6, 6, -6, 6, 0],
      [0, 5, 5, 5, -5],
      [9, -9, 9, 0, 0],
    ];
    const forest = growForest([...ordinary, ...planted], seed);
    const scores = ordinary.map((point) => forest.score(point)).sort((a, b) => b - a);
    for (const point of planted) expect(forest.score(point)).toBeGreaterThan(scores[10]!);
  });

  test('scores lie between 0 and 1, and the same seed gives the same ones', () => {
    const points = cloud(300, 7);
    const [a, b, other] = [growForest(points, 1), growForest(points, 1), growForest(points, 2)];
    const scores = points.map((point) => a.score(point));
    expect(scores.every((score) => score > 0 && score < 1)).toBe(true);
    expect(points.map((point) => b.score(point))).toEqual(scores);
    expect(points.map((point) => other.score(point))).not.toEqual(scores);
  });

  test('points that are all alike are ordinary, and one point is enough to grow', () => {
    const alike = growForest(Array(500).fill([1, 2, 3]), 1);
    expect(alike.score([1, 2, 3])).toBeCloseTo(0.5, 10);
    expect(growForest([[1]], 1).score([1])).toBeGreaterThan(0);
  });

  test('the average path is that of a search tree', () => {
    expect([0, 1, 2].map(averagePath)).toEqual([0, 0, 1]);
    expect(averagePath(256)).toBeCloseTo(10.2448, 4);
  });
});

const FIRST = 20_000;
/** Twenty people for ten weeks with three counts; on day 50 one of them does `times` as much of all. */
function lives(times: number): PersonDay[] {
  const random = randomStream(3);
  return Array.from({ length: 70 }, (_, day) =>
    Array.from({ length: 20 }, (_, person) => ({
      day: FIRST + day,
      user: `u${person}`,
      counts: [10, 20, 30].map((usual) => {
        const count = usual + Math.floor(random() * usual) + Math.floor(random() * usual);
        return day === 50 && person === 7 ? times * count : count;
      }),
    })),
  ).flat();
}

describe('the baselines', () => {
  test('the burst is the first of its week, and nobody is scored before there is a past', () => {
    const alerts = forestAlerts(lives(20), FIRST, 1);
    const week = alerts.filter(({ time }) => Math.floor((dayOf(time) - FIRST) / 7) === 7);
    const [best] = week.toSorted((a, b) => b.score - a.score);
    expect({ user: best!.user, day: dayOf(best!.time) - FIRST }).toEqual({ user: 'u7', day: 50 });
    expect(Math.min(...alerts.map(({ time }) => dayOf(time) - FIRST))).toBe(14);
  });

  test('no day is judged by a later one', () => {
    const all = forestAlerts(lives(20), FIRST, 1);
    const until = lives(20).filter(({ day }) => day < FIRST + 40);
    expect(forestAlerts(until, FIRST, 1)).toEqual(all.filter(({ time }) => dayOf(time) < FIRST + 40));
  });

  test('the lot gives everybody the same chance, and another one with another seed', () => {
    const days = lives(1);
    const alerts = randomAlerts(days, 1);
    expect(alerts).toHaveLength(days.length);
    expect(alerts.reduce((sum, { score }) => sum + score, 0) / alerts.length).toBeCloseTo(0.5, 1);
    expect(randomAlerts(days, 1)).toEqual(alerts);
    expect(randomAlerts(days, 2)).not.toEqual(alerts);
  });
});
