import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { addDays } from '../base/day.ts';
import { computeStandings, TUNING } from '../detections/detections.ts';
import { type Data, openData } from '../stores/data.ts';
import { alertsOn, standingOn } from './store.ts';
import { contributionsOf, scoresOf } from './story.ts';

const FIRST = '2026-01-01';
const DAYS = 24;
const TABLES = ['signals', 'standings', 'declared_contacts'];
let data: Data;

beforeAll(async () => {
  data = await openData(undefined);
});
afterAll(() => data.close());
afterEach(forget);

async function forget(): Promise<void> {
  for (const table of TABLES) await data.events.run(`TRUNCATE TABLE ${table}`);
}

/** A signal at an hour of a day: what it counts for, and what would if a declared contact explained the others. */
interface Signal {
  readonly day: number;
  readonly hour: number;
  readonly counted: number;
  readonly declared: number;
}

async function live(user: string, signals: readonly Signal[]): Promise<void> {
  for (const [index, { day, hour, counted, declared }] of signals.entries())
    await data.events.run(
      `INSERT INTO signals (day, user_uid, detection, stage, span, bits, counted, gains, counted_declared, gains_declared)
       WITH toDateTime({day:Date}, 'UTC') + {hour:UInt32} * 3600 AS time
       SELECT {day:Date}, {user:String}, {detection:String}, 'collect', 1, 20, {counted:Float64}, [(time, {counted:Float64})],
         {declared:Float64}, if({declared:Float64} = 0, [], [(time, {declared:Float64})])`,
      { user, day: addDays(FIRST, day), hour, counted, declared, detection: `d${index}` },
    );
}

const declare = (user: string, day: number) =>
  data.events.run(
    `INSERT INTO declared_contacts (uid, user_uid, declared_on) SELECT rand64(), {user:String}, {day:Date}`,
    {
      user,
      day: addDays(FIRST, day),
    },
  );

async function compute(): Promise<void> {
  for (let day = 0; day < DAYS; day++) await computeStandings(data.events, addDays(FIRST, day));
}

const of = <Row extends { user_uid: string }>(user: string, rows: readonly Row[]) =>
  rows.filter(({ user_uid }) => user_uid === user);
const highest = (rows: readonly { score: number }[]) => Math.max(0, ...rows.map(({ score }) => score));

const signals = fc.array(
  fc.record({
    day: fc.integer({ min: 0, max: DAYS - 1 }),
    hour: fc.integer({ min: 6, max: 20 }),
    counted: fc.integer({ min: 1, max: 9 }),
    explained: fc.boolean(),
  }),
  { minLength: 2, maxLength: 7 },
);

/** What a score could be raised by: something told long ago that would no longer have been, or a step told at another time. */
const examples: [{ day: number; hour: number; counted: number; explained: boolean }[], number[]][] = [
  [
    [
      { day: 0, hour: 9, counted: 9, explained: true },
      { day: 16, hour: 9, counted: 9, explained: false },
    ],
    [0],
  ],
  [
    [
      { day: 3, hour: 8, counted: 10.5, explained: false },
      { day: 3, hour: 8, counted: 0.5, explained: true },
      { day: 3, hour: 9, counted: 2.2, explained: false },
    ],
    [0],
  ],
];

test('a declared contact never raises a score, an alert or anything in between', async () => {
  const declarations = fc.array(fc.integer({ min: 0, max: DAYS - 1 }), { minLength: 1, maxLength: 2 });
  await fc.assert(
    fc.asyncProperty(signals, declarations, async (drawn, days) => {
      // Of what is explained nothing is left; of a day's others at most what they count for.
      const lived = drawn.map(({ explained, ...rest }) => ({ ...rest, declared: explained ? 0 : rest.counted }));
      for (const user of ['silent', 'declaring', 'other']) await live(user, lived);
      for (const day of days) await declare('declaring', day);
      await compute();
      for (let day = 0; day < DAYS; day++) {
        const at = addDays(FIRST, day);
        const [alerts, standing] = [await alertsOn(data.events, at), await standingOn(data.events, at)];
        for (const rows of [alerts, standing] as { user_uid: string; score: number }[][]) {
          expect(highest(of('declaring', rows))).toBeLessThanOrEqual(highest(of('silent', rows)));
          const others = ['silent', 'other'].map((user) => of(user, rows).map(({ user_uid: _, ...rest }) => rest));
          expect(others[1]).toEqual(others[0]);
        }
        // An alert says what is behind it.
        for (const alert of alerts) expect(alert.reasons.length, `${alert.user_uid} ${alert.time}`).toBeGreaterThan(0);
      }
      const last = addDays(FIRST, DAYS - 1);
      const [silent, declaring] = await Promise.all(
        ['silent', 'declaring'].map((user) => scoresOf(data.events, user, last)),
      );
      for (const [index, { score }] of declaring!.entries()) expect(score).toBeLessThanOrEqual(silent![index]!.score);
      await forget();
    }),
    { numRuns: 12, examples },
  );
}, 240_000);

test('what it explains counts for nothing from the declaration on, and what it does not goes on counting', async () => {
  const lived = [
    { day: 2, hour: 9, counted: 4, declared: 0 },
    { day: 5, hour: 10, counted: 3, declared: 3 },
    { day: 9, hour: 11, counted: 4, declared: 0 },
  ];
  for (const user of ['silent', 'declaring']) await live(user, lived);
  await declare('declaring', 7);
  await compute();
  const detections = async (user: string, day: number) =>
    (await contributionsOf(data.events, user, addDays(FIRST, day)))
      .filter(({ bits }) => bits > 0)
      .map(({ detection }) => detection)
      .sort();
  // Nobody knew of it on the sixth.
  expect(await detections('declaring', 6)).toEqual(['d0', 'd1']);
  expect(await detections('declaring', 9)).toEqual(['d1']);
  expect(await detections('silent', 9)).toEqual(['d0', 'd1', 'd2']);
  const told = async (user: string) => of(user, await alertsOn(data.events, addDays(FIRST, 9))).map(({ time }) => time);
  expect(await told('silent')).toContain('2026-01-10 11:01:00');
  expect(await told('declaring')).not.toContain('2026-01-10 11:01:00');
});

test('it explains neither what came long before nor what comes long after', async () => {
  const far = [
    { day: 0, hour: 9, counted: 20, declared: 0 },
    { day: DAYS - 1, hour: 9, counted: 20, declared: 0 },
  ];
  for (const [user, days] of [
    ['early', -(TUNING.contactExplainsDays + 1)],
    ['late', TUNING.contactDeclaredWithinDays + 1],
  ] as const) {
    await live(user, user === 'early' ? far.slice(1) : far.slice(0, 1));
    await declare(user, user === 'early' ? DAYS - 1 + days : days);
  }
  await compute();
  const standing = await standingOn(data.events, addDays(FIRST, 31));
  for (const user of ['early', 'late']) expect(of(user, standing)[0]?.evidence ?? 0, user).toBeGreaterThan(0);
});
