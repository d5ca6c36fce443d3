import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addDays } from '../base/day.ts';
import { type Events, openEmbedded } from '../stores/clickhouse.ts';
import { migrateEvents } from '../stores/data.ts';
import { rules } from './rule.ts';
import { computeDay, computeStandings, deleteDerivedFrom, lastDay } from './store.ts';
import { TUNING } from './tuning.ts';

const DAY = '2026-03-31';
const DETECTION = 'exfiltrate-removable-media';
const PEOPLE = 6;
let dir: string;
let events: Events;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'detections-'));
  events = await openEmbedded(dir);
  await migrateEvents(events);
  // Six translators; documents of two projects, of which they have one.
  await events.run(
    `INSERT INTO directory (valid_from, user_uid, email, role, projects, team)
     SELECT '2026-01-01', concat('P', toString(number)), concat('p', toString(number), '@house.example'), 'Translator', ['OWN'], 'T'
     FROM numbers(${PEOPLE})`,
  );
  await events.run(
    `INSERT INTO documents (path, name, level, owner_team, project, registered)
     SELECT concat('\\\\\\\\s\\\\', name), concat('d', toString(number)) AS name, 4, 'X', if(number < 50, 'OWN', 'OTHER'), '2026-01-01'
     FROM numbers(100)`,
  );
  await events.run(
    `INSERT INTO documents (path, name, level, owner_team, project, registered)
     VALUES ('\\\\\\\\s\\\\tomorrow', 'tomorrow', 5, 'X', 'OTHER', '2026-04-01')`,
  );
});
afterAll(async () => {
  await events.close();
  rmSync(dir, { recursive: true });
});
beforeEach(async () => {
  await deleteDerivedFrom(events, '2026-01-01');
  await events.run('TRUNCATE TABLE events');
});

interface Measured {
  user: number;
  daysAgo: number;
  value: number;
}

/** What a day's computation needs of the past: who worked on which day, and what was measured, with the sums it made. */
async function past(days: number, measured: Measured[]): Promise<void> {
  await events.run(
    `INSERT INTO working_hours
     SELECT toDate('${DAY}') - 1 - intDiv(number, ${PEOPLE}), concat('P', toString(number % ${PEOPLE})), 10, 20
     FROM numbers(${days * PEOPLE})`,
  );
  for (const { user, daysAgo } of measured)
    for (const span of [1, 7, 28]) {
      const summed = measured.filter((m) => m.user === user && m.daysAgo >= daysAgo && m.daysAgo < daysAgo + span);
      await events.run(
        `INSERT INTO measures (day, detection, span, user_uid, role, value, events)
         SELECT toDate('${DAY}') - {ago:UInt32}, '${DETECTION}', {span:UInt8}, {user:String}, 'Translator', {value:Float64}, 1`,
        { ago: daysAgo, user: `P${user}`, span, value: summed.reduce((sum, m) => sum + m.value, 0) },
      );
    }
  await events.run(
    `INSERT INTO stairs SELECT day, detection, span, role, step, count() FROM measures GROUP BY day, detection, span, role, step`,
  );
}

/** Copies to a medium on the day: `documents` of the register by number, or other file names. */
async function copies(user: number, names: string[]): Promise<void> {
  for (const [index, name] of names.entries())
    await events.run(
      `INSERT INTO events (uid, day, time, class_uid, activity_name, log_name, actor_user_uid, file_path, to_removable_media)
       SELECT {uid:UInt64}, '${DAY}', '${DAY} 10:00:00', 1001, 'Copy', 'file', {user:String}, concat('R:\\\\', {name:String}), true`,
      { uid: user * 1000 + index, user: `P${user}`, name },
    );
}

const compute = () =>
  computeDay(events, DAY, { rules: rules(), insideDomains: ['house.example'], learnFrom: '2026-01-01' });
const measuresOf = (user: number) =>
  events.rows(
    `SELECT span, value, events, role FROM measures WHERE day = '${DAY}' AND user_uid = {user:String} AND detection = '${DETECTION}' ORDER BY span`,
    {
      user: `P${user}`,
    },
  );

describe('measures', () => {
  it('weigh each document once, by its level, and an unregistered file as one', async () => {
    await past(30, []);
    await copies(0, ['d1', 'd1', 'd60', 'holiday.jpg']);
    await compute();
    const today = { events: 4, role: 'Translator', value: 8 + 8 + 1 };
    expect(await measuresOf(0)).toEqual([1, 7, 28].map((span) => ({ span, ...today })));
  });

  it('add up over 7 and 28 days that end today', async () => {
    await past(
      40,
      [1, 6, 7, 27, 28].map((daysAgo) => ({ user: 0, daysAgo, value: daysAgo * 100 })),
    );
    await copies(0, ['note.txt']);
    await compute();
    const values = (await measuresOf(0)).map((row) => (row as { value: number }).value);
    expect(values).toEqual([1, 701, 4101]);
  });

  it('know of a document only from its registration on', async () => {
    await past(30, []);
    await copies(0, ['tomorrow']);
    await compute();
    expect(await events.rows(`SELECT registered, document_level, weight FROM observations`)).toEqual([
      { registered: false, document_level: 0, weight: 1 },
    ]);
  });

  it('tell own work from the work of others', async () => {
    await past(30, []);
    await copies(0, ['d1', 'd60']);
    await compute();
    expect(await events.rows(`SELECT document, need_to_know FROM observations ORDER BY document`)).toEqual([
      { document: '\\\\s\\d1', need_to_know: true },
      { document: '\\\\s\\d60', need_to_know: false },
    ]);
  });
});

describe('signals', () => {
  const bitsOf = async (user: number) => {
    const rows = await events.rows<{ bits: number; own_reached: number; peer_reached: number }>(
      `SELECT bits, own_days, own_reached, peer_days, peer_reached, peers FROM signals WHERE user_uid = {user:String} AND detection = '${DETECTION}'`,
      { user: `P${user}` },
    );
    return rows[0];
  };

  it('are as surprising as own past, peers and everybody make them', async () => {
    const days = 89; // since the records began
    await past(days, [
      { user: 1, daysAgo: 40, value: 500 },
      { user: 2, daysAgo: 50, value: 1 },
    ]);
    await copies(0, ['d1', 'd2', 'd3']);
    await compute();
    // One day of a peer was at least as high; nobody is outside the role, so everybody is the same as the peers.
    const peerDays = days * (PEOPLE - 1);
    const everybody = (1 + 0.5) / (peerDays + 1);
    const peers = (1 + TUNING.peersPrior * everybody) / (peerDays + TUNING.peersPrior);
    const own = (0 + TUNING.ownPrior * peers) / (days + TUNING.ownPrior);
    expect(await bitsOf(0)).toMatchObject({
      own_days: days,
      own_reached: 0,
      peer_days: peerDays,
      peer_reached: 1,
      peers: PEOPLE - 1,
    });
    expect((await bitsOf(0))!.bits).toBeCloseTo(-Math.log2(own), 2);
  });

  it('are none for what somebody does every day, however much it is', async () => {
    await past(
      89,
      Array.from({ length: 89 }, (_, i) => ({ user: 0, daysAgo: i + 1, value: 40 })),
    );
    await copies(0, ['d1', 'd2', 'd3']);
    await compute();
    expect(await bitsOf(0)).toBeUndefined();
  });

  it('do not compare a span with days inside it: a ramp is not its own excuse', async () => {
    const ramp = Array.from({ length: 27 }, (_, i) => ({ user: 0, daysAgo: i + 1, value: 1 }));
    await past(80, ramp);
    await copies(0, ['note.txt']);
    await compute();
    const [row] = await events.rows(
      `SELECT span, own_reached FROM signals WHERE user_uid = 'P0' AND detection = '${DETECTION}'`,
    );
    expect(row).toEqual({ span: 28, own_reached: 0 });
  });
});

describe('what counts', () => {
  const countedOf = async () => {
    const rows = await events.rows<{ span: number; counted: number }>(
      `SELECT span, round(counted, 2) AS counted FROM signals WHERE day = '${DAY}' AND user_uid = 'P0' AND detection = '${DETECTION}'`,
    );
    return rows[0];
  };
  const earlier = (daysAgo: number, bits: number) =>
    events.run(
      `INSERT INTO signals (day, user_uid, detection, stage, span, bits, counted)
       SELECT toDate('${DAY}') - {ago:UInt8}, 'P0', '${DETECTION}', 'exfiltrate', 1, {bits:Float64}, 1`,
      { ago: daysAgo, bits },
    );

  it('of a burst is nothing on the ordinary day after it', async () => {
    await past(89, [
      { user: 0, daysAgo: 1, value: 400 },
      { user: 0, daysAgo: 40, value: 9 },
    ]);
    await copies(0, ['d1']);
    await compute();
    expect((await countedOf())!.span).toBeGreaterThan(1); // the sum alone would count
    await deleteDerivedFrom(events, DAY);
    await earlier(1, TUNING.mostBits);
    await compute();
    expect(await countedOf()).toBeUndefined();
  });

  it('of a sum is what it adds to the signals inside it', async () => {
    await past(
      89,
      Array.from({ length: 20 }, (_, i) => ({ user: 0, daysAgo: i + 1, value: 8 })),
    );
    await copies(0, ['d1']);
    await compute();
    const alone = await countedOf();
    await deleteDerivedFrom(events, DAY);
    await earlier(20, 8);
    await compute();
    const after = await countedOf();
    expect(alone!.span).toBe(28);
    const { weight } = rules().find(({ id }) => id === DETECTION)!;
    expect(after!.counted).toBeCloseTo(alone!.counted - weight * (8 - (TUNING.leastBits - 1)), 1);
  });

  it('if a contact were declared is what the day would count without the mail it explains', async () => {
    await past(89, []);
    await copies(0, ['d1', 'd60']);
    const countedToday = () =>
      events.rows<{ detection: string; counted: number; declared: number; same: boolean }>(
        `SELECT detection, counted, counted_declared AS declared, (gains = gains_declared)::Bool AS same
         FROM signals WHERE day = '${DAY}' AND user_uid = 'P0' ORDER BY detection`,
      );
    await compute();
    const copied = await countedToday();
    for (const one of copied) expect(one).toMatchObject({ declared: one.counted, same: true });
    await deleteDerivedFrom(events, DAY);
    // The same day, and beside it mail with an address that wrote here for the first time nine days ago.
    await events.run(
      `INSERT INTO first_seen (kind, who, what, day) SELECT 'destination', 'P0', 'new@outside.example', toDate('${DAY}') - 9`,
    );
    await events.run(
      `INSERT INTO events (uid, day, time, class_uid, activity_name, log_name, actor_user_uid, email_from, email_to)
       SELECT 9000 + number, '${DAY}', toDateTime('${DAY} 11:00:00') + number, 4009, 'Send', 'email', 'P0', 'p0@house.example',
         ['new@outside.example']
       FROM numbers(12)`,
    );
    await compute();
    const both = await countedToday();
    const mail = 'approach-new-correspondent';
    expect(both.find(({ detection }) => detection === mail)).toMatchObject({ declared: 0 });
    expect(both.find(({ detection }) => detection === mail)!.counted).toBeGreaterThan(0);
    const others = both.filter(({ detection }) => detection !== mail);
    expect(others.map(({ detection, declared }) => [detection, declared])).toEqual(
      copied.map(({ detection, counted }) => [detection, counted]),
    );
  });
});

describe('standings', () => {
  const on = async (day: string, signals: [detection: string, stage: string, counted: number][]) => {
    for (const [detection, stage, counted] of signals)
      await events.run(
        `INSERT INTO signals (day, user_uid, detection, stage, span, bits, counted, gains)
         SELECT {day:Date}, 'P0', {detection:String}, {stage:String}, 1, 16, {counted:Float64},
           [(toDateTime({day:Date}) + 36000, {counted:Float64})]`,
        { day, detection, stage, counted },
      );
    await computeStandings(events, day);
    const [row] = await events.rows<{ fresh: number; evidence: number; raised: number; score: number }>(
      `SELECT round(fresh, 3) AS fresh, round(evidence, 3) AS evidence, round(raised, 3) AS raised, score
       FROM standings WHERE day = {day:Date}`,
      { day },
    );
    return row;
  };

  it("add up the day's signals", async () => {
    const standing = await on(DAY, [
      ['exfiltrate-removable-media', 'exfiltrate', 5],
      ['exfiltrate-print', 'exfiltrate', 4],
      ['collect-outside-need-to-know', 'collect', 3],
    ]);
    expect(standing).toMatchObject({ fresh: 5 + 4 + 3 });
  });

  it('decay by half in a half-life, and raise only what goes beyond before', async () => {
    await on(addDays(DAY, -TUNING.halfLifeDays), [[DETECTION, 'exfiltrate', 8]]);
    const later = await on(DAY, [[DETECTION, 'exfiltrate', 4]]);
    expect(later).toMatchObject({ fresh: 4, evidence: 4 + 8 / 2 });
    expect(later!.raised).toBeCloseTo(8 - 8 * 2 ** -0.5, 2);
  });

  it('tell when in the day the evidence grew, as far as it is worth telling', async () => {
    const at = (hour: number, counted: number) => `(toDateTime('${DAY}') + ${hour * 3600}, ${counted})`;
    await events.run(
      `INSERT INTO signals (day, user_uid, detection, stage, span, bits, counted, gains)
       SELECT '${DAY}', 'P0', detection, 'exfiltrate', 1, 16, arraySum(g -> g.2, gains), gains
       FROM values('detection String, gains Array(Tuple(DateTime, Float32))',
         ('one', [${at(9, 4)}, ${at(11, 0.1)}]), ('two', [${at(10, 4)}]))`,
    );
    await computeStandings(events, DAY);
    const [row] = await events.rows<{ steps: [string, number, number][] }>(`SELECT steps FROM standings`);
    expect(row!.steps.map(([time, evidence]) => [time.slice(11), evidence])).toEqual([
      ['09:00:00', 4],
      ['10:00:00', 8],
    ]);
    expect(row!.steps[1]![2]).toBeGreaterThan(row!.steps[0]![2]);
  });

  it('stay between 0 and 100, higher for more', async () => {
    const weak = await on('2026-01-10', [[DETECTION, 'exfiltrate', 2]]);
    const strong = await on('2026-03-30', [[DETECTION, 'exfiltrate', 11]]);
    expect(weak!.score).toBeGreaterThan(0);
    expect(strong!.score).toBeGreaterThan(weak!.score);
    expect(strong!.score).toBeLessThan(100);
  });
});

describe('the day it is', () => {
  const worked = async (day: string, acts: number) => {
    await events.run("INSERT INTO computed_days SELECT {day:Date}, 'x', {acts:UInt32}", { day, acts });
  };

  it('is the last with a usual number of events, whatever one clock says', async () => {
    expect(await lastDay(events)).toBeUndefined();
    for (const day of ['2026-03-02', '2026-03-03', '2026-03-04']) await worked(day, 1000);
    await worked('2026-03-07', 40); // a Saturday
    await worked('2098-12-31', 1);
    expect(await lastDay(events)).toBe('2026-03-07');
  });
});
