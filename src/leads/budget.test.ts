import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Budget } from './budget.ts';

interface C {
  time: string;
  user_uid: string;
  score: number;
  evidence: number;
}
const candidate = (user_uid: string, score: number, evidence = score): C => ({
  time: '2025-01-01 12:00:00',
  user_uid,
  score,
  evidence,
});
const day = (dayNumber: number, people: number, alerts: C[]) => ({ day: '2025-01-01', dayNumber, people, alerts });

describe('a budget of alerts', () => {
  it('raises nobody in a week without a place', () => {
    const budget = new Budget<C>(1); // 300 people: a place in every third or fourth week
    expect(budget.decide(day(0, 300, [candidate('a', 99)]))).toEqual([]);
  });

  it('shows the same person again only for much more evidence', () => {
    const budget = new Budget<C>(10);
    expect(budget.decide(day(0, 1000, [candidate('a', 90, 20)]))).toHaveLength(1);
    expect(budget.decide(day(1, 1000, [candidate('a', 91, 25)]))).toEqual([]);
    expect(budget.decide(day(2, 1000, [candidate('a', 95, 31)]))).toHaveLength(1);
  });

  it('takes for news what nobody was told, however long it has stood', () => {
    const small = new Budget<C>(1); // for 300 people the first place comes in the fourth week
    const stands = candidate('stands', 10, 30);
    for (let number = 0; number < 21; number++) expect(small.decide(day(number, 300, [stands]))).toEqual([]);
    const came = [...Array(7).keys()].flatMap((number) =>
      small.decide(day(21 + number, 300, [stands, candidate('today', 60, 16)])),
    );
    expect(came.map((c) => c.user_uid)).toEqual(['stands']);
  });

  it('counts what is left of evidence that was told once', () => {
    const budget = new Budget<C>(2);
    expect(budget.decide(day(0, 500, [candidate('known', 90, 20)]))).toHaveLength(1);
    const week = [candidate('known', 90, 31), candidate('new', 70, 24)];
    // Told 20 a week ago, of which 15.7 are left: 31 are worth (31 + 3 * 15.3) / 4 = 19.2 bits, the others' news 24.
    const came = [...Array(7).keys()].flatMap((number) => budget.decide(day(7 + number, 500, week)));
    expect(came.map((c) => c.user_uid)).toEqual(['new']);
  });

  it('keeps a place early in the week from what would not have earned one before', () => {
    const budget = new Budget<C>(1);
    for (let week = 0; week < 4; week++) budget.decide(day(week * 7, 1000, [candidate(`old${week}`, 80)]));
    expect(budget.decide(day(28, 1000, [candidate('weak', 40)]))).toEqual([]);
    expect(budget.decide(day(29, 1000, [candidate('strong', 85)])).map((c) => c.user_uid)).toEqual(['strong']);
  });

  it('gives the last day of the week what is best so far', () => {
    const budget = new Budget<C>(1);
    for (let week = 0; week < 4; week++) budget.decide(day(week * 7, 1000, [candidate(`old${week}`, 80)]));
    budget.decide(day(28, 1000, [candidate('weak', 40), candidate('weaker', 30)]));
    expect(budget.decide(day(34, 1000, [])).map((c) => c.user_uid)).toEqual(['weak']);
  });

  const days = fc.array(
    fc.array(
      fc.record({ user: fc.integer({ min: 0, max: 30 }), score: fc.double({ min: 0, max: 100, noNaN: true }) }),
      {
        maxLength: 8,
      },
    ),
    { minLength: 1, maxLength: 70 },
  );

  it('never goes over the budget of any week, whatever comes', () => {
    fc.assert(
      fc.property(
        days,
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 10, max: 3000 }),
        (world, perThousand, people) => {
          const budget = new Budget<C>(perThousand);
          const raised = new Map<number, number>();
          world.forEach((today, number) => {
            const chosen = budget.decide(
              day(
                number,
                people,
                today.map(({ user, score }) => candidate(`u${user}`, score)),
              ),
            );
            const week = Math.floor(number / 7);
            raised.set(week, (raised.get(week) ?? 0) + chosen.length);
          });
          const upTo = (week: number) => Math.floor(((perThousand * people) / 1000) * week + 1e-9);
          for (const [week, count] of raised) expect(count).toBeLessThanOrEqual(upTo(week + 1) - upTo(week));
        },
      ),
    );
  });

  it('decides a day without knowing the days after it', () => {
    fc.assert(
      fc.property(days, fc.nat(70), (world, cut) => {
        const live = (length: number) => {
          const budget = new Budget<C>(20);
          return world.slice(0, length).map((today, number) =>
            budget.decide(
              day(
                number,
                400,
                today.map(({ user, score }) => candidate(`u${user}`, score)),
              ),
            ),
          );
        };
        expect(live(world.length).slice(0, cut)).toEqual(live(Math.min(cut, world.length)));
      }),
    );
  });
});
