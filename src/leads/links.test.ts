/** One person behind two accounts: whatever is told of him is what would be told had he had one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { changed, type Folder, LOGS, live, logRow, readFolder, writeFolder } from '../../test/folders.ts';
import { manualClock } from '../base/clock.ts';
import { rules } from '../detections/detections.ts';
import { masker, personOf, QUEUE } from '../identities/identities.ts';
import { linkAccount, supervisorOf, unlinkAccount } from '../people/people.ts';
import { type Data, openData } from '../stores/data.ts';
import { simulate } from '../worlds/worlds.ts';
import { replay } from './leads.ts';
import type { LeadState } from './store.ts';
import { evidenceOf, lastDayOf, signalsOf } from './story.ts';
import { storyOfLead } from './telling.ts';

const NIGHTS = ['02/09/2026', '02/10/2026', '02/11/2026'];
const SECOND = 'adm-7';
let root: string;
let who: string;
let data: Data;
/** The folder in which one account does everything, and the one in which it is two accounts in turns, day by day. */
let one: Folder;
let two: Folder;
/** What is told of everybody when one account does everything. */
let whole: Awaited<ReturnType<typeof told>>;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'links-'));
  const world = join(root, 'world');
  await simulate({ people: 24, days: 23, seed: 5, start: '2026-01-22', out: world, stories: false });
  const quiet = readFolder(world);
  who = quiet
    .get('LDAP/2026-02.csv')!
    .rows.map((row) => row.split(',')[1]!)
    .filter((user) => !user.startsWith('svc_'))[4]!;
  one = withBurst(quiet);
  two = changed(one, (rows, name) => (LOGS.includes(name) ? rows.map(inTurns) : rows));
  const undivided = await openData(undefined);
  try {
    await live(undivided, writeFolder(one, join(root, 'one')));
    whole = await told(undivided);
  } finally {
    await undivided.close();
  }
  data = await openData(undefined);
  await live(data, writeFolder(two, join(root, 'two')));
}, 300_000);
afterAll(async () => {
  await data.close();
  rmSync(root, { recursive: true, force: true });
});

/** Three nights on which papers leave on a medium. */
function withBurst(quiet: Folder): Folder {
  const papers = quiet.get('documents.csv')!.rows.map((row) => row.split(',')[0]!);
  const { header } = quiet.get('file.csv')!;
  const added = NIGHTS.flatMap((date, night) =>
    Array.from({ length: 40 }, (_, i) =>
      logRow(header, {
        ...{ id: `{B0${night}${String(i).padStart(9, '0')}}`, date: `${date} 20:${String(i).padStart(2, '0')}:30` },
        ...{ user: who, pc: 'PC-9999', filename: papers[(97 + night * 43 + i * 7) % papers.length]! },
        ...{ activity: 'File Copy', to_removable_media: 'True', from_removable_media: 'False' },
      }),
    ),
  );
  return changed(quiet, (rows, name) => (name === 'file.csv' ? [...rows, ...added] : rows));
}

/** Every other day he signs in with his second account, written with capitals or without. */
function inTurns(row: string): string {
  const [id, date, user, ...rest] = row.split(',');
  if (user !== who || Number(date!.slice(3, 5)) % 2 === 1) return row;
  return [id, date, date!.endsWith('0') ? SECOND.toUpperCase() : SECOND, ...rest].join(',');
}

/** Everybody's standing, and what is told of him. */
async function told(from: Data) {
  const leads = await from.casework.selectFrom('leads').selectAll().execute();
  const named = leads.map(async ({ id, person_mark: _, ...lead }) => ({
    ...lead,
    // The order of rows in a sum shows in its last digit.
    evidence: Math.round(lead.evidence * 1e6),
    user_uid: (await personOf(from, QUEUE, id))!,
  }));
  const standings = await from.events.rows<{ day: string; user_uid: string; evidence: number }>(
    'SELECT day, user_uid, round(evidence, 4) AS evidence FROM standings ORDER BY day, user_uid',
  );
  const hours = await from.events.rows('SELECT * FROM working_hours ORDER BY day, user_uid, hour');
  const byName = (a: { user_uid: string }, b: { user_uid: string }) => (a.user_uid < b.user_uid ? -1 : 1);
  return { leads: (await Promise.all(named)).sort(byName), standings, hours };
}

const at = (day: string) => ({ casework: data.casework, clock: manualClock(`${day}T08:00:00Z`) });

it('without a link an account is its own person', async () => {
  expect(whole.leads.map(({ user_uid }) => user_uid)).toContain(who);
  const { standings } = await told(data);
  const users = new Set(standings.map(({ user_uid }) => user_uid.toLowerCase()));
  expect([...users]).toEqual(expect.arrayContaining([who.toLowerCase(), SECOND]));
});

it('with one, two accounts add up to one lead, the same as if he had had one account', async () => {
  await linkAccount(at('2026-02-20'), { account: SECOND, person: who, kind: 'own', from: '2026-01-01' });
  await replay(data);
  expect(await told(data)).toEqual(whole);
  const signal = (await signalsOf(data.events, who)).find(({ day }) => day === '2026-02-10')!;
  const page = { from: signal.day, to: signal.day, offset: 0, limit: 1000 };
  const behind = await evidenceOf(data.events, who, page, undefined);
  // Events keep the account as it came.
  expect(behind.filter(({ raw }) => raw.toLowerCase().includes(SECOND)).length).toBeGreaterThan(10);
  const mask = await masker(data, QUEUE);
  expect(await mask(`${SECOND.toUpperCase()},x`)).toBe(await mask(`${who},x`));
});

it('whose it was is asked as of the day, and a link that ends gives it back', async () => {
  await unlinkAccount(at('2026-02-20'), { account: SECOND, last: '2026-02-09' });
  await replay(data);
  const rows = await data.events.rows<{ day: string; user_uid: string }>(
    `SELECT DISTINCT toString(day) AS day, lower(user_uid) AS user_uid FROM acts
     WHERE lower(user_uid) IN ({who:String}, {second:String}) AND day >= '2026-02-08' ORDER BY day`,
    { who: who.toLowerCase(), second: SECOND },
  );
  expect(rows.filter(({ user_uid }) => user_uid === SECOND).map(({ day }) => day)).toContain('2026-02-10');
  expect(rows.filter(({ user_uid, day }) => user_uid === SECOND && day <= '2026-02-09')).toEqual([]);
});

it('what a shared account does is nobody’s, and what a program’s does is not judged', async () => {
  const parts = at('2026-02-20');
  for (const person of [who, 'someone-else'])
    await linkAccount(parts, { account: SECOND, person, kind: 'shared', from: '2026-02-10' });
  await replay(data);
  const day = await lastDayOf(data.events);
  const usersOf = async (on: string) =>
    (
      await data.events.rows<{ u: string }>('SELECT DISTINCT lower(user_uid) AS u FROM acts WHERE day = {on:Date}', {
        on,
      })
    ).map(({ u }) => u);
  // Whoever looks at a lead of it is told first of all that it is nobody's.
  const [lead] = await data.casework.selectFrom('leads').selectAll().execute();
  const story = (user: string) =>
    storyOfLead(
      data,
      new Map(rules().map((rule) => [rule.id, rule])),
      { ...lead!, last_day: '2026-02-11' } as LeadState,
      user,
    );
  const told = (await story(SECOND)).signals;
  expect(told.length).toBeGreaterThan(0);
  for (const { innocent, refute } of told) {
    expect(innocent[0]!.en).toMatch(/^2 people share this account/);
    expect(refute[0]!['zh-CN']).toContain('由谁使用');
  }
  for (const { innocent } of (await story(who)).signals) expect(innocent[0]!.en).not.toContain('share');
  const shared = await usersOf('2026-02-10');
  expect(shared).toContain(SECOND);
  expect(shared).not.toContain(who.toLowerCase());
  await linkAccount(parts, { account: SECOND, person: who, kind: 'service', from: '2026-02-10' });
  await replay(data);
  expect(await usersOf('2026-02-10')).not.toContain(SECOND);
  expect(await supervisorOf(data.events, who, day)).toBe('');
});
