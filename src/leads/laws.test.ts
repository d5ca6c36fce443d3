/** What must not change a lead, whatever the organisation: the order of rows, copies of rows, clocks' zones, names. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { changed, type Folder, LOGS, live, logRow, readFolder, writeFolder } from '../../test/folders.ts';
import { rules, TUNING } from '../detections/detections.ts';
import { personOf, QUEUE } from '../identities/identities.ts';
import { type Data, openData } from '../stores/data.ts';
import { simulate } from '../worlds/worlds.ts';
import type { Alert } from './jobs.ts';
import { MEMORY_DAYS } from './lead.ts';
import { contributionsOf, evidenceOf, lastDayOf, signalsOf } from './story.ts';
import type { LeadRow } from './tables.ts';

/** Nights on which somebody copies papers of others to a medium never seen before. */
const NIGHTS = ['02/09/2026', '02/10/2026', '02/11/2026'];
/** Moments of the second night's day at which somebody looks: everything later has not happened yet. */
const MOMENTS = ['09:50', '12:30', '20:08', '20:18'].map((time) => `2026-02-10 ${time}:59`);

interface Lived {
  alerts: Alert[];
  leads: (Omit<LeadRow, 'id' | 'person_mark'> & { user_uid: string })[];
}

let root: string;
let folder: Folder;
let data: Data;
/** What was told at each moment, and in the end, out of one data directory that kept growing. */
let momentary: Alert[][];
let whole: Lived;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'laws-'));
  const world = join(root, 'world');
  await simulate({ people: 24, days: 23, seed: 5, start: '2026-01-22', out: world, stories: false });
  folder = withBurst(readFolder(world));
  data = await openData(undefined);
  momentary = [];
  for (const moment of MOMENTS) {
    const before = changed(folder, (rows, name) =>
      LOGS.includes(name) ? rows.filter((row) => timeOf(row) <= moment) : rows,
    );
    momentary.push((await live(data, writeFolder(before, join(root, 'growing')))).alerts);
  }
  whole = { alerts: (await live(data, writeFolder(folder, join(root, 'whole')))).alerts, leads: await leadsOf(data) };
}, 240_000);
afterAll(async () => {
  await data.close();
  rmSync(root, { recursive: true, force: true });
});

/** Two people carry out twenty papers each; their rows arrive last of all. */
function withBurst(quiet: Folder): Folder {
  const papers = quiet.get('documents.csv')!.rows.map((row) => row.split(',')[0]!);
  const people = quiet.get('LDAP/2026-02.csv')!.rows.map((row) => row.split(',')[1]!);
  const thieves = people.filter((user) => !user.startsWith('svc_')).slice(3, 5);
  const { header } = quiet.get('file.csv')!;
  const added = thieves.flatMap((user, which) =>
    NIGHTS.flatMap((date, night) =>
      Array.from({ length: 20 }, (_, i) =>
        logRow(header, {
          id: `{B${which}${night}${String(i).padStart(9, '0')}}`,
          date: `${date} 20:${String(i).padStart(2, '0')}:30`,
          user,
          pc: 'PC-9999',
          filename: papers[(which * 97 + night * 31 + i * 7) % papers.length]!,
          activity: 'File Copy',
          to_removable_media: 'True',
          from_removable_media: 'False',
        }),
      ),
    ),
  );
  return changed(quiet, (rows, name) => (name === 'file.csv' ? [...rows, ...added] : rows));
}

/** A log row's time as YYYY-MM-DD HH:MM:SS. */
function timeOf(row: string): string {
  const [month, day, year] = row.split(',')[1]!.slice(0, 10).split('/');
  return `${year}-${month}-${day}${row.split(',')[1]!.slice(10)}`;
}

/** The whole queue, with the accounts in place of the pseudonyms, which are drawn by lot. */
async function leadsOf(from: Data): Promise<Lived['leads']> {
  const leads = await from.casework.selectFrom('leads').selectAll().execute();
  const named = leads.map(async ({ id, person_mark: _, ...lead }) => ({
    ...lead,
    user_uid: (await personOf(from, QUEUE, id))!,
  }));
  return (await Promise.all(named)).sort(byScore);
}

const byScore = (a: { score: number; user_uid: string }, b: { score: number; user_uid: string }) =>
  b.score - a.score || (a.user_uid < b.user_uid ? -1 : 1);
const byTime = (a: Alert, b: Alert) => a.date.localeCompare(b.date) || b.score - a.score || (a.user < b.user ? -1 : 1);

/** Lives through a folder from the beginning, in a program and an engine whose clocks stand in `zone`. */
async function lived(disturbed: Folder, zone: string): Promise<Lived> {
  const before = process.env.TZ;
  process.env.TZ = zone;
  const other = await openData(undefined);
  try {
    const [engine] = await other.events.rows<{ zone: string }>('SELECT serverTimezone() AS zone');
    expect([engine!.zone, Intl.DateTimeFormat().resolvedOptions().timeZone]).toEqual([zone, zone]);
    const { alerts } = await live(other, writeFolder(disturbed, mkdtempSync(join(root, 'disturbed-'))));
    return { alerts, leads: await leadsOf(other) };
  } finally {
    await other.close();
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  }
}

/** One value of an arbitrary, the same in every run. */
const drawn = <T>(arbitrary: fc.Arbitrary<T>, seed: number): T => fc.sample(arbitrary, { numRuns: 1, seed })[0]!;
const shuffled = <T>(all: T[], seed: number): T[] =>
  drawn(fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }), seed);

it('the world holds leads to speak of', () => {
  expect(whole.leads.length).toBeGreaterThan(0);
  expect(whole.alerts.length).toBeGreaterThan(50);
});

it('rows may come in any order over all days and several times, on machines in any time zone', async () => {
  const disturbed = changed(folder, (rows, name) => {
    const again = drawn(fc.subarray(rows, { maxLength: Math.ceil(rows.length / 10) }), name.length);
    return shuffled([...rows, ...again], rows.length);
  });
  const other = await lived(disturbed, 'Asia/Shanghai');
  expect(other.alerts).toEqual(whole.alerts);
  expect(other.leads).toEqual(whole.leads);
});

it('names of accounts, machines and media mean nothing', async () => {
  const accounts = distinct(folder, 'LDAP/2026-0', /^[^,]*,([^,]*),/);
  const emails = distinct(folder, 'LDAP/2026-0', /^[^,]*,[^,]*,([^,]+@[^,]*),/);
  const machines = distinct(folder, 'logon.csv', /^(?:[^,]*,){3}([^,]*),/);
  const media = distinct(folder, 'device.csv', /R:\\(\w+)/g);
  const names = new Map([
    ...shuffled(accounts, 1).map((user, i): [string, string] => [user, `u.${1000 + i}`]),
    ...shuffled(emails, 2).map((email, i): [string, string] => [email, `m${1000 + i}@${email.split('@')[1]}`]),
    ...shuffled(machines, 3).map((pc, i): [string, string] => [pc, `host${1000 + i}`]),
    ...shuffled(media, 4).map((top, i): [string, string] => [top, `X${1000 + i}`]),
  ]);
  const longestFirst = [...names.keys()].sort((a, b) => b.length - a.length);
  const known = new RegExp(`(?<![\\w.@-])(?:${longestFirst.join('|').replaceAll('.', '\\.')})(?![\\w@-])`, 'g');
  const renamed = changed(folder, (rows) => rows.map((row) => row.replace(known, (name) => names.get(name)!)));
  const other = await lived(renamed, 'America/Los_Angeles');
  // Equal scores stand in the order of account ids: the only place where a name shows, so order them alike.
  const user = (name: string) => names.get(name)!;
  expect(other.alerts.sort(byTime)).toEqual(whole.alerts.map((a) => ({ ...a, user: user(a.user) })).sort(byTime));
  const expected = whole.leads.map((lead) => ({ ...lead, user_uid: user(lead.user_uid) }));
  expect(other.leads).toEqual(expected.sort(byScore));
});

/** Everything that `pattern` captures in the tables whose names begin with `table`. */
function distinct(from: Folder, table: string, pattern: RegExp): string[] {
  const rows = [...from].filter(([name]) => name.startsWith(table)).flatMap(([, { rows }]) => rows);
  const all = rows.flatMap((row) => [...row.matchAll(new RegExp(pattern, 'g'))].map((match) => match[1]!));
  return [...new Set(all)].sort();
}

it('what is told at a moment knows nothing of the same day after it', () => {
  const told = (alerts: Alert[], moment: string) =>
    alerts.filter((alert) => alert.date <= moment).map(({ date, user, score }) => `${date} ${user} ${score}`);
  expect(told(whole.alerts, MOMENTS.at(-1)!).filter((alert) => alert > '2026-02-10 00:01').length).toBeGreaterThan(2);
  for (const [i, moment] of MOMENTS.entries()) expect(told(momentary[i]!, moment)).toEqual(told(whole.alerts, moment));
});

it('every lead is explained: its causes add up to its score, each signal has evidence and a way to be refuted', async () => {
  const { events } = data;
  const day = await lastDayOf(events);
  const all = new Map(rules().map((rule) => [rule.id, rule]));
  for (const lead of whole.leads) {
    const bits = lead.top.reduce((sum, [, one]) => sum + one, 0);
    expect(100 * (1 - 2 ** (-bits / TUNING.scoreScale)), lead.user_uid).toBeCloseTo(lead.score, 1);
    const contributions = await contributionsOf(events, lead.user_uid, day);
    expect(contributions.map((one) => [one.detection, one.bits.toFixed(6)])).toEqual(
      lead.top.filter(([, one]) => one >= 0.05).map(([detection, one]) => [detection, one.toFixed(6)]),
    );
    const signals = await signalsOf(events, lead.user_uid);
    expect(signals.length).toBe(lead.signals);
    for (const signal of signals) {
      const rule = all.get(signal.detection)!;
      expect(rule.falsepositives.length * rule.refute.length).toBeGreaterThan(0);
      const page = { from: back(signal.day, signal.span - 1), to: signal.day, offset: 0, limit: 1 };
      const [row] = await evidenceOf(events, lead.user_uid, page, rule);
      expect({ ...signal, evidence_count: row?.total ?? 0 }).toEqual(signal);
      expect(row?.raw).toContain(lead.user_uid);
    }
  }
});

it('a standing is the sum of its signals, and a signal the sum of what it gained in the day', async () => {
  const [sums] = await data.events.rows<Record<string, number>>(
    `SELECT
       count() AS standings,
       countIf(abs(fresh - counted) > 0.002) AS other_than_signals,
       countIf(abs(counted - gained) > 0.002) AS other_than_gains
     FROM standings
     LEFT JOIN (
       SELECT day, user_uid, sum(counted) AS counted, sum(arraySum(gain -> gain.2, gains)) AS gained
       FROM signals
       GROUP BY day, user_uid
     ) AS s USING (day, user_uid)
     WHERE day > {day:Date} - {memory:UInt16}`,
    { day: await lastDayOf(data.events), memory: MEMORY_DAYS },
  );
  expect(sums).toMatchObject({ other_than_signals: 0, other_than_gains: 0 });
  expect(sums!.standings).toBeGreaterThan(20);
});

/** The day so many days before. */
const back = (day: string, days: number) => new Date(Date.parse(day) - days * 86_400_000).toISOString().slice(0, 10);
