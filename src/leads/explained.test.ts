import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { addDays } from '../base/day.ts';
import { computeStandings } from '../detections/detections.ts';
import { type Data, openData } from '../stores/data.ts';
import { NOTHING_EXPLAINED } from './explained.ts';
import { alertsOn, standingOn } from './store.ts';
import { contributionsOf, scoresOf } from './story.ts';

const FIRST = '2026-01-01';
const DAYS = 30;
let data: Data;

beforeAll(async () => {
  data = await openData(undefined);
});
afterAll(() => data.close());
afterEach(async () => {
  for (const table of ['signals', 'standings', 'computed_days']) await data.events.run(`TRUNCATE TABLE ${table}`);
});

interface Signal {
  readonly user: string;
  readonly day: number;
  readonly bits: number;
}

/** These signals, and every day's standings as computing the days would have left them. */
async function live(signals: readonly Signal[]): Promise<void> {
  const { events } = data;
  for (const { user, day, bits } of signals)
    await events.run(
      `INSERT INTO signals (day, user_uid, detection, stage, span, bits, counted, gains)
       SELECT {day:Date}, {user:String}, 'copies_off_hours', 'collect', 1, {bits:Float64}, {bits:Float64},
         [(toDateTime({day:Date}, 'UTC') + 36000, toFloat32({bits:Float64}))]`,
      { user, day: addDays(FIRST, day), bits },
    );
  for (let day = 0; day < DAYS; day++) {
    const of = addDays(FIRST, day);
    await computeStandings(events, of);
    await events.run(`INSERT INTO computed_days (day, state, events) SELECT {day:Date}, 'x', 1`, { day: of });
  }
}

const near = (value: unknown): unknown =>
  typeof value === 'number'
    ? Math.round(value * 20) / 20
    : Array.isArray(value)
      ? value.map(near)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, near(one)]))
        : value;

test('whoever has explained signals stands as one who never had them', async () => {
  const days = fc.uniqueArray(fc.integer({ min: 0, max: DAYS - 1 }), { minLength: 2, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(
      days,
      fc.integer({ min: 0, max: DAYS - 2 }),
      fc.integer({ min: 4, max: 20 }),
      async (on, until, bits) => {
        const both = on.map((day) => ({ user: 'explained', day, bits: bits + (day % 3) }));
        const later = both.filter(({ day }) => day > until).map((signal) => ({ ...signal, user: 'never' }));
        await live([...both, ...later]);
        const explained = { explained_users: ['explained'], explained_days: [addDays(FIRST, until)] };
        const of = (user: string) => (row: { user_uid: string }) => row.user_uid === user;
        const same = (rows: readonly { user_uid: string }[]) => {
          const [one, other] = ['explained', 'never'].map((user) =>
            rows.filter(of(user)).map(({ user_uid: _, ...rest }) => rest),
          );
          expect(near(one)).toEqual(near(other));
        };
        for (let day = until; day < DAYS; day += 3) {
          const at = addDays(FIRST, day);
          same(await alertsOn(data.events, at, explained));
          same(await standingOn(data.events, at, explained));
        }
        const last = addDays(FIRST, DAYS - 1);
        const told = async (user: string) => [
          await contributionsOf(data.events, user, last, explained),
          await scoresOf(data.events, user, last, explained),
        ];
        expect(near(await told('explained'))).toEqual(near(await told('never')));
        for (const table of ['signals', 'standings', 'computed_days']) await data.events.run(`TRUNCATE TABLE ${table}`);
      },
    ),
    { numRuns: 6 },
  );
}, 120_000);

test('without explained signals nothing changes', async () => {
  await live([
    { user: 'a', day: 3, bits: 12 },
    { user: 'b', day: 9, bits: 8 },
  ]);
  const somebody = { explained_users: ['nobody here'], explained_days: [addDays(FIRST, 20)] };
  for (const day of [3, 9, 12]) {
    const at = addDays(FIRST, day);
    expect(await alertsOn(data.events, at, somebody)).toEqual(await alertsOn(data.events, at, NOTHING_EXPLAINED));
    expect(await standingOn(data.events, at, somebody)).toEqual(await standingOn(data.events, at));
  }
});
