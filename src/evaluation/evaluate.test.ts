import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readAlerts } from './alerts.ts';
import { readAnswers } from './answers.ts';
import { randomAlerts } from './baseline.ts';
import { evaluate, resultOf } from './evaluate.ts';
import { evaluationJson } from './json.ts';
import { evaluationPage } from './page.ts';
import { dayOf } from './table.ts';
import { evaluationText } from './text.ts';
import { type TriedWorld, trialOfAlerts, trialOfDays } from './trial.ts';
import { worthOf } from './worth.ts';

const FIXTURES = fileURLToPath(new URL('./fixtures/', import.meta.url));
const answers = readAnswers(`${FIXTURES}world`);
const alerts = readAlerts(`${FIXTURES}alerts.csv`);

const days = Array.from({ length: answers.days }, (_, day) =>
  [...new Set(alerts.map(({ user }) => user))].map((user) => ({ day: answers.firstDay + day, user, counts: [] })),
).flat();
const world = (name: string, lots: number): TriedWorld => ({
  name,
  answers,
  trials: {
    countersign: [trialOfAlerts(alerts, answers)],
    random: Array.from({ length: lots }, (_, seed) => trialOfAlerts(randomAlerts(days, seed), answers)),
  },
});

describe('decided day by day', () => {
  const trial = trialOfAlerts(alerts, answers);

  test('no later day helps: without it the days before are decided the same', () => {
    const until = answers.firstDay + 40;
    const isEarly = ({ time }: { time: number }) => dayOf(time) < until;
    // The scale is that of the whole list: two alerts outside the world keep it.
    const scale = [0, 100].map((score) => ({ time: (answers.firstDay - 9) * 86_400, user: 'nobody', score }));
    const all = trialOfAlerts([...scale, ...alerts], answers)
      .raise(50)
      .filter(isEarly);
    const early = trialOfAlerts([...scale, ...alerts.filter(isEarly)], answers)
      .raise(50)
      .filter(isEarly);
    expect(early).toEqual(all);
    expect(early.length).toBeGreaterThan(10);
  });

  test('the scale of the scores does not matter', () => {
    const scaled = alerts.map((alert) => ({ ...alert, score: alert.score / 7 - 3 }));
    const names = (some: readonly { user: string; time: number }[]) => some.map(({ user, time }) => `${user} ${time}`);
    expect(names(trialOfAlerts(scaled, answers).raise(30))).toEqual(names(trial.raise(30)));
  });

  test('our own are decided by their evidence: who has been raised comes again when it has grown', () => {
    const stand = (day: string, dayNumber: number, evidence: number) => ({
      ...{ day, dayNumber, people: 1000 },
      alerts: [{ time: `${day} 09:00:00`, user_uid: 'USR001', score: 90, evidence, reasons: [] }],
    });
    const ours = trialOfDays(
      [stand('2026-01-05', 0, 10), stand('2026-01-13', 8, 11), stand('2026-01-20', 15, 30)],
      answers,
    );
    expect(ours.raise(5).map(({ time }) => dayOf(time) - answers.firstDay)).toEqual([0, 15]);
    expect(ours.ranking.flat()).toHaveLength(3);
  });
});

test('a detection is worth what is lost without it, the most first', () => {
  const harmless = trialOfAlerts(alerts, answers);
  const without = new Map([
    ['harmless', harmless],
    ['everything', trialOfAlerts([], answers)],
  ]);
  const [all, first, second, ...rest] = worthOf([{ ...world('one', 0), without }], 'weekly', 20);
  expect(all).toMatchObject({ without: undefined, caughtBeforeEnd: 3, lostMore: 0, caughtMore: 0 });
  expect(first).toMatchObject({ without: 'everything', lost: 1, caughtBeforeEnd: 0, caughtMore: -3 });
  expect(first!.lostMore).toBeCloseTo(1 - all!.lost!, 10);
  expect(second).toMatchObject({ without: 'harmless', lostMore: 0, caughtMore: 0 });
  expect(rest).toEqual([]);
});

describe('an evaluation', () => {
  const single = evaluate([world('one', 3)], [5, 20]);
  const twice = evaluate([world('one', 3), world('two', 3)], [5, 20]);

  test('of two equal worlds has the fractions of one and twice its counts', () => {
    for (const way of ['weekly', 'daily'] as const) {
      const [one, two] = [single, twice].map((found) => resultOf(found, 'countersign', way, 20));
      expect(two!.lost).toBeCloseTo(one!.lost!, 10);
      expect(two!.falsePerThousandPerWeek).toBeCloseTo(one!.falsePerThousandPerWeek, 10);
      expect(two).toMatchObject({ cases: 14, caught: 2 * one!.caught, lookalikes: 30 });
      expect(resultOf(twice, 'countersign', way, 20, 'two')).toEqual(one);
    }
  });

  test('takes the mean of what goes by lot, over the same cases', () => {
    const lots = resultOf(single, 'random', 'weekly', 20);
    expect(lots.cases).toBe(7);
    const each = [0, 1, 2].map((seed) => {
      const trials = {
        countersign: world('one', 0).trials.countersign!,
        random: [world('one', 3).trials.random![seed]!],
      };
      return resultOf(evaluate([{ name: 'one', answers, trials }], [20]), 'random', 'weekly', 20).caught;
    });
    expect(lots.caught).toBeCloseTo(each.reduce((sum, caught) => sum + caught, 0) / 3, 10);
  });

  test('draws each case with what left and the first hits', () => {
    const [first] = single.timelines;
    expect(first).toMatchObject({ world: 'one', id: 'A1', scenario: 'A', days: 66 });
    expect(first!.losses).toHaveLength(24);
    expect(first!.start).toBeGreaterThanOrEqual(4);
    const hit = first!.firstHits.find(({ way, budget }) => way === 'weekly' && budget === 20);
    const lost = first!.losses.filter((day) => day <= hit!.day).length;
    expect(lost / 24).toBeCloseTo(resultOf(single, 'countersign', 'weekly', 20).scenarios.A!.lost!, 10);
  });

  test('leaves out what was not tried on every world', () => {
    const { trials, ...rest } = world('two', 0);
    const found = evaluate([world('one', 2), { ...rest, trials: { countersign: trials.countersign! } }], [5]);
    expect(found.methods).toEqual(['countersign']);
  });

  test('as text has a line for each method at each budget', () => {
    const text = evaluationText(twice);
    expect(text).toMatch(/^2 worlds, 240 people, 14 cases\./);
    expect(text).toMatch(/^20 +countersign +8 of 14 +6 of 14 +0\.79 +0\.73 +13\.3 +6 of 30$/m);
    expect(text.match(/^ +random +\S+ of 14/gm)).toHaveLength(4);
    expect(text).toContain('Decided day by day, by scenario');
  });

  test('as JSON names things like the API', () => {
    const json = JSON.parse(evaluationJson(single));
    expect(json.results[0]).toMatchObject({ method: 'countersign', way: 'weekly', budget: 5 });
    expect(json.results[0].summary).toMatchObject({ caught_before_end: 0, scenarios: { A: { cases: 1 } } });
    expect(Object.keys(json.results[0].summary.kinds)).toContain('night_shift');
    expect(evaluationJson(single)).not.toContain('USR003');
  });

  test('as a page needs nothing else, names nobody, and lets no name become markup', () => {
    const page = evaluationPage(evaluate([world('<script>x</script>', 2)], [5, 20]));
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/<script|(?:src|href)=|url\(|@import|style="/i);
    expect(page).not.toMatch(/USR0(?!40)/); // a case without a group is named by its account
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
    const plots = page.match(/<svg /g)!.length;
    expect(plots).toBe(2 + 4 + 7); // curves, bars at two budgets in two ways, cases
    expect(page.match(/<title id="[^"]+">[^<]+<\/title><desc id="[^"]+">[^<]+<\/desc>/g)).toHaveLength(plots);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
