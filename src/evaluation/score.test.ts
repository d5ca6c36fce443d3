import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAlerts } from './alerts.ts';
import { type Answers, readAnswers } from './answers.ts';
import { type Alert, judge, rankByWeek, withinBudget } from './score.ts';
import { fractionLost, summarise } from './summary.ts';

const FIXTURES = fileURLToPath(new URL('./fixtures/', import.meta.url));
const answers = readAnswers(`${FIXTURES}world`);
const ranking = rankByWeek(readAlerts(`${FIXTURES}alerts.csv`), answers);

/** What the reference implementation of these rules says of the same files. */
interface Expected {
  budget: number;
  kept: number;
  verdicts: { hit: number; related: number; lookalike: number; false: number };
  false_per_1000_per_week: number;
  lookalikes: number;
  flagged: number;
  caught: number;
  caught_before_end: number;
  mean_lost_fraction: number;
  mean_classified_lost_fraction: number;
  scenarios: Record<string, { cases: number; caught: number; caught_before_end: number; lost_fraction: number }>;
  cases: Record<string, unknown[]>;
}
const expected = JSON.parse(readFileSync(`${FIXTURES}expected.json`, 'utf8')) as Expected[];

describe('the rules give what the reference gives', () => {
  test.for(expected)('at budget $budget', (one) => {
    const judged = judge(ranking, answers, one.budget);
    const { hits, related, lookalikeAlerts, falseAlerts, kept } = judged;
    expect({ kept, verdicts: { hit: hits, related, lookalike: lookalikeAlerts, false: falseAlerts } }).toEqual({
      kept: one.kept,
      verdicts: one.verdicts,
    });
    const cases = judged.cases.map((outcome) => [
      outcome.id,
      [
        ...[outcome.lost, outcome.documents, outcome.classifiedLost, outcome.classified],
        ...[outcome.caughtBeforeEnd, outcome.seen],
      ],
    ]);
    expect(Object.fromEntries(cases)).toEqual(one.cases);
  });

  test.for(expected)('summed up at budget $budget', (one) => {
    const sum = summarise([judge(ranking, answers, one.budget)], 1);
    expect(sum).toMatchObject({ caught: one.caught, caughtBeforeEnd: one.caught_before_end });
    expect(sum).toMatchObject({ lookalikes: one.lookalikes, lookalikesFlagged: one.flagged });
    expect(sum.lost).toBeCloseTo(one.mean_lost_fraction, 3);
    expect(sum.classifiedLost).toBeCloseTo(one.mean_classified_lost_fraction, 3);
    expect(sum.falsePerThousandPerWeek).toBeCloseTo(one.false_per_1000_per_week, 3);
    for (const [scenario, by] of Object.entries(one.scenarios)) {
      const found = sum.scenarios[scenario]!;
      expect(found).toMatchObject({ cases: by.cases, caught: by.caught, caughtBeforeEnd: by.caught_before_end });
      expect(found.lost).toBeCloseTo(by.lost_fraction, 3);
    }
  });
});

const DAY = 86_400;
const world: Answers = {
  people: 50,
  firstDay: 20_000,
  days: 40,
  cases: [
    {
      id: 'A1',
      scenario: 'A',
      malicious: true,
      label: 'malicious',
      people: new Map([['u0', 20_005 * DAY]]),
      accounts: ['u1'],
      start: 20_005 * DAY,
      end: 20_030 * DAY,
      losses: new Map(
        Array.from({ length: 12 }, (_, i) => [`d${i}`, { when: (20_006 + 2 * i) * DAY, level: 'secret' as const }]),
      ),
    },
  ],
  lookalikes: [{ user: 'u2', kind: 'audit', start: 20_010 * DAY, end: 20_012 * DAY }],
};

const anAlert: fc.Arbitrary<Alert> = fc.record({
  time: fc.integer({ min: 19_995 * DAY, max: 20_045 * DAY }),
  user: fc.integer({ min: 0, max: 9 }).map((n) => `u${n}`),
  score: fc.integer({ min: 0, max: 20 }),
});
const alerts = fc.array(anAlert, { maxLength: 120 });

describe('laws', () => {
  test('with all the budget of the world nothing ranked is left out, and with less a part of it', () => {
    fc.assert(
      fc.property(alerts, fc.double({ min: 0, max: 400, noNaN: true }), (some, budget) => {
        const ranked = rankByWeek(some, world);
        const kept = withinBudget(ranked, world.people, budget);
        const all = withinBudget(ranked, world.people, 1e6);
        expect(all).toHaveLength(ranked.flat().length);
        expect(kept.filter((alert) => !all.includes(alert))).toEqual([]);
        expect(kept.length).toBeLessThanOrEqual(Math.floor((budget * world.people * 6) / 1000 + 1e-6));
      }),
    );
  });

  test('twice the budget never loses more and never flags fewer look-alikes', () => {
    // Twice and not "more": the quota of one week may shrink by one when the budget grows a little.
    fc.assert(
      fc.property(alerts, fc.integer({ min: 20, max: 200 }), (some, budget) => {
        const ranked = rankByWeek(some, world);
        const [less, more] = [judge(ranked, world, budget), judge(ranked, world, 2 * budget)];
        expect(more.cases[0]!.lost).toBeLessThanOrEqual(less.cases[0]!.lost);
        expect(more.lookalikes.get('audit')!.flagged).toBeGreaterThanOrEqual(less.lookalikes.get('audit')!.flagged);
      }),
    );
  });

  test('the order of the alerts does not matter, nor does the scale of the scores', () => {
    const unlike = fc.uniqueArray(anAlert, { selector: ({ user, score }) => `${user} ${score}`, maxLength: 60 });
    fc.assert(
      fc.property(unlike, (some) => {
        const scaled = some.toReversed().map((alert) => ({ ...alert, score: alert.score * 3 + 1 }));
        const [a, b] = [some, scaled].map((list) => judge(rankByWeek(list, world), world, 40));
        expect(b).toEqual(a);
      }),
    );
  });

  test('every kept alert has one verdict', () => {
    fc.assert(
      fc.property(alerts, (some) => {
        const judged = judge(rankByWeek(some, world), world, 100);
        const { kept, hits, related, lookalikeAlerts, falseAlerts } = judged;
        expect(hits + related + lookalikeAlerts + falseAlerts).toBe(kept);
      }),
    );
  });
});

test('an alert on the day of the first act is a hit, the day before it is false', () => {
  const at = (day: number): Alert => ({ time: day * DAY + DAY - 1, user: 'u0', score: 1 });
  const outcome = (day: number) => judge(rankByWeek([at(day)], world), world, 1000);
  expect(outcome(20_005)).toMatchObject({ hits: 1, falseAlerts: 0 });
  expect(outcome(20_004)).toMatchObject({ hits: 0, falseAlerts: 1 });
});

test('what left at the second of the first hit is lost, and a case without documents has lost no fraction', () => {
  const hit: Alert = { time: 20_010 * DAY, user: 'u0', score: 1 };
  const [caught] = judge(rankByWeek([hit], world), world, 1000).cases;
  expect(caught).toMatchObject({ documents: 12, lost: 3, caughtBeforeEnd: true });
  expect(fractionLost({ documents: 12, lost: 3 })).toBe(0.25);
  expect(fractionLost({ documents: 0, lost: 0 })).toBeUndefined();
});
