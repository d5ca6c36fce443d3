import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Calendar } from './calendar.ts';
import { HEADERS, LOGS } from './dirt.ts';
import { makeOrganisation } from './staff.ts';
import { type SimulateOptions, simulate } from './worlds.ts';

const base = mkdtempSync(join(tmpdir(), 'countersign-worlds-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));
let made = 0;
const folder = (): string => join(base, `${++made}`);

function files(out: string): string[] {
  return readdirSync(out, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.csv'))
    .sort();
}

function hash(out: string): string {
  const digest = createHash('sha256');
  for (const name of files(out)) digest.update(name).update(readFileSync(join(out, name)));
  return digest.digest('hex');
}

/** Rows of a table whose fields hold no quotes. */
function table(path: string): Record<string, string>[] {
  const [header, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  const names = header!.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((field, i) => [names[i]!, field])));
}

const iso = (date: string): string => `${date.slice(6, 10)}-${date.slice(0, 2)}-${date.slice(3, 5)}`;
const small: Omit<SimulateOptions, 'out'> = { people: 40, days: 21, seed: 11, start: '2026-01-19' };

test('the same options give the same bytes, another seed gives others', async () => {
  const [one, again, other] = [folder(), folder(), folder()];
  await simulate({ ...small, out: one, answers: folder() });
  await simulate({ ...small, out: again });
  await simulate({ ...small, seed: 12, out: other });
  expect(hash(again)).toBe(hash(one));
  expect(hash(other)).not.toBe(hash(one));
});

test('rows are on disk before the last day: only the current day is in memory', async () => {
  const out = folder();
  const sizes: number[] = [];
  const seen: number[] = [];
  const result = await simulate({
    ...small,
    people: 120,
    days: 28,
    out,
    onProgress: ({ rows, day }) => {
      seen.push(rows);
      if (day === 21) sizes.push(...LOGS.map((log) => statSync(join(out, `${log}.csv`)).size));
    },
  });
  expect(seen).toHaveLength(28);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect(seen.at(-1)).toBe(Object.values(result.rows).reduce((sum, count) => sum + count, 0));
  // A chunk of a megabyte may still wait; the rest of three weeks is written.
  const http = LOGS.indexOf('http');
  expect(sizes[http]! + (1 << 20)).toBeGreaterThan(statSync(join(out, 'http.csv')).size / 2);
  expect(sizes[http]!).toBeGreaterThan(1 << 20);
});

test('a stop request ends the simulation with a fault', async () => {
  const stop = new AbortController();
  const run = simulate({ ...small, out: folder(), signal: stop.signal, onProgress: () => stop.abort() });
  await expect(run).rejects.toMatchObject({ code: 'interrupted' });
});

test.each([
  ['people', { people: 2 }],
  ['days', { days: 1.5 }],
  ['seed', { seed: -1 }],
  ['start', { start: '2026-02-30' }],
  ['stories', { stories: ['Z'] }],
])('a wrong %s is refused by name', async (place, wrong) => {
  await expect(simulate({ ...small, out: folder(), ...wrong })).rejects.toMatchObject({ code: 'invalid-input', place });
});

test('answers inside the folder the product reads are refused', async () => {
  const out = folder();
  const run = simulate({ ...small, out, answers: join(out, 'truth') });
  await expect(run).rejects.toMatchObject({ code: 'invalid-input', place: 'answers' });
  expect(existsSync(out)).toBe(false);
});

const FORMS: Record<string, RegExp> = {
  logon: /^\{[0-9A-F]{12}\},\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d,\w+,(PC|LT|SH|SRV)-\d+,(Logon|Logoff)$/,
  device:
    /^\{[0-9A-F]{12}\},\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d,\w+,(PC|LT|SH|SRV)-\d+,R:\\(;R:\\[\w-]+)+,(Connect|Disconnect)$/,
  file: /^\{[0-9A-F]{12}\},[\d/]{10} [\d:]{8},\w+,(PC|LT|SH|SRV)-\d+,(\\\\\w+\\|C:\\|R:\\)[^,"]+,File (Open|Copy|Write|Delete|Print),(True|False),(True|False),[a-z -]*$/,
  email:
    /^\{[0-9A-F]{12}\},[\d/]{10} [\d:]{8},\w+,(PC|LT|SH|SRV)-\d+,[^,"]+,[^,"]*,,[^,"]+@[^,"]+,(Send|View),\d+,[^,"]*,[^,"]*$/,
  http: /^\{[0-9A-F]{12}\},[\d/]{10} [\d:]{8},\w+,(PC|LT|SH|SRV)-\d+,http:\/\/[^,"]+,WWW (Visit|Download|Upload),[^,"]*$/,
};

test('every world, whatever its options, keeps the format', async () => {
  const options = fc.record({
    people: fc.integer({ min: 8, max: 45 }),
    days: fc.integer({ min: 7, max: 16 }),
    seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    dirty: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(options, async (chosen) => {
      const out = folder();
      const result = await simulate({ ...chosen, start: '2026-02-23', out });
      const ids = new Map<string, string>();
      for (const log of LOGS) {
        const [header, ...lines] = readFileSync(join(out, `${log}.csv`), 'utf8')
          .trimEnd()
          .split('\n');
        expect(header).toBe(HEADERS[log]);
        expect(lines.length).toBe(result.rows[log]);
        let day = '';
        for (const line of lines) {
          expect(line).toMatch(FORMS[log]!);
          const found = iso(line.slice(15, 25));
          expect(found >= day).toBe(true);
          day = found;
          // An id comes back only with the same text: a duplicated row.
          expect(ids.get(line.slice(0, 14)) ?? `${log}${line}`).toBe(`${log}${line}`);
          if (!chosen.dirty) expect(ids.has(line.slice(0, 14))).toBe(false);
          ids.set(line.slice(0, 14), `${log}${line}`);
        }
      }
      const months = new Set<string>();
      for (let i = 0; i < chosen.days; i++) months.add(new Date(Date.UTC(2026, 1, 23 + i)).toISOString().slice(0, 7));
      expect(readdirSync(join(out, 'LDAP')).sort()).toEqual([...months].map((month) => `${month}.csv`));
      rmSync(out, { recursive: true });
    }),
    { numRuns: 12 },
  );
}, 60_000);

describe('a world with every story', () => {
  const [out, truth] = [join(base, 'full'), join(base, 'full-answers')];
  const days = 70;
  const calendar = new Calendar('2026-01-05', days);
  beforeAll(async () => {
    await simulate({ people: 160, days, seed: 4, out, answers: truth, start: '2026-01-05' });
  }, 60_000);

  test('has the compulsory stories and every other kind, each person in one part', () => {
    const insiders = table(join(truth, 'insiders.csv'));
    const scenarios = new Set(insiders.map((row) => row.scenario));
    expect([...scenarios].sort().join('')).toBe('ABCDEFGHIJ');
    const innocents = readFileSync(join(truth, 'lookalikes.csv'), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','));
    expect(new Set(innocents.map((row) => row[1])).size).toBeGreaterThanOrEqual(12);
    const players = [...insiders.map((row) => row.user!), ...innocents.map((row) => row[0]!)];
    expect(new Set(players).size).toBe(players.length);
    expect(insiders.filter((row) => row.label === 'turned_back').map((row) => row.scenario)).toEqual(['H']);
  });

  test('answers agree with the logs and the register', () => {
    const logged = new Map<string, string>();
    for (const log of LOGS) for (const row of table(join(out, `${log}.csv`))) logged.set(`${log}${row.id}`, row.user!);
    const levels = new Map(table(join(out, 'documents.csv')).map((row) => [row.path!, row.level!]));
    const insiders = table(join(truth, 'insiders.csv'));
    for (const insider of insiders) {
      const rows = table(join(truth, `${insider.scenario}-${insider.user}.csv`));
      expect(rows.length).toBeGreaterThan(0);
      expect(rows[0]!.date).toBe(insider.start);
      expect(rows.at(-1)!.date).toBe(insider.end);
      expect(rows.find((row) => row.when !== '')?.when ?? '').toBe(insider.first_loss);
      const allowed = [insider.user!, ...insider.accounts!.split(';')];
      for (const row of rows) {
        expect(allowed).toContain(row.user);
        if (row.id !== '') expect(logged.get(`${row.table}${row.id}`)).toBe(row.user);
        if (row.when !== '') expect(levels.get(row.path!)).toBe(row.level);
        else expect(row.path).toBe('');
      }
    }
    const curious = readdirSync(truth).filter((name) => name.startsWith('K-'));
    for (const name of curious)
      expect(table(join(truth, name)).every((row) => row.stage === 'curiosity' && row.when === '')).toBe(true);
  });

  test('nobody acts before joining or after leaving', () => {
    const last = new Map(table(join(out, 'departures.csv')).map((row) => [row.user_id!, row.last_day!]));
    const months = readdirSync(join(out, 'LDAP')).sort();
    const present = new Map(
      months.map((name) => [name.slice(0, 7), new Set(table(join(out, 'LDAP', name)).map((row) => row.user_id))]),
    );
    expect(last.size).toBeGreaterThan(0);
    const joined = new Map(
      makeOrganisation(160, days, 4).people.map((person) => [person.id, calendar.iso(Math.max(0, person.joins))]),
    );
    expect([...joined.values()].some((day) => day > calendar.start)).toBe(true);
    const offenders: string[] = [];
    for (const log of LOGS) {
      for (const row of table(join(out, `${log}.csv`))) {
        const day = iso(row.date!);
        const user = row.user!;
        const known = present.get(day.slice(0, 7))!.has(user);
        if (!known || day > (last.get(user) ?? '9999') || day < (joined.get(user) ?? ''))
          offenders.push(`${log} ${row.id}`);
      }
    }
    expect(offenders).toEqual([]);
  });

  test('side tables keep their dates in order and name people and documents that exist', () => {
    const people = new Set<string>();
    for (const name of readdirSync(join(out, 'LDAP')))
      for (const row of table(join(out, 'LDAP', name))) people.add(row.user_id!);
    const day = /^\d{4}-\d{2}-\d{2}$/;
    const paths = new Set<string>();
    const bases = new Set<string>();
    for (const row of table(join(out, 'documents.csv'))) {
      expect(row.registered_at).toMatch(day);
      expect(row.sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(['public', 'internal', 'confidential', 'secret', 'top_secret']).toContain(row.level);
      paths.add(row.path!);
      bases.add(row.path!.split('\\').at(-1)!);
    }
    expect(bases.size).toBe(paths.size);
    for (const row of table(join(out, 'decoys.csv'))) expect(paths.has(row.path!)).toBe(true);
    for (const row of table(join(out, 'clearances.csv'))) {
      expect(row.to === '' || row.to! >= row.from!).toBe(true);
      expect(people.has(row.user_id!)).toBe(true);
    }
    for (const row of table(join(out, 'travel.csv'))) {
      expect(row.to! >= row.from!).toBe(true);
      expect(row.country_code).toMatch(/^(Q[M-Z]|X[A-Z])$/);
      expect(['work', 'private']).toContain(row.purpose);
    }
    for (const row of table(join(out, 'departures.csv'))) expect(row.last_day! >= row.notice_given!).toBe(true);
    for (const row of table(join(out, 'contacts.csv'))) expect(people.has(row.user_id!)).toBe(true);
  });

  test('the collectors are as unreliable as the format says', () => {
    let [rows, duplicates, late] = [0, 0, 0];
    const seen = new Set<string>();
    let previous = '';
    for (const row of table(join(out, 'http.csv'))) {
      rows++;
      if (seen.has(row.id!)) duplicates++;
      seen.add(row.id!);
      const at = iso(row.date!) + row.date!.slice(10);
      if (at < previous) late++;
      else previous = at;
    }
    expect(duplicates / rows).toBeGreaterThan(0.0008);
    expect(duplicates / rows).toBeLessThan(0.0025);
    expect(late / rows).toBeGreaterThan(0.001);
    expect(late / rows).toBeLessThan(0.008);
  });
});

test('without stories nobody does wrong, and without dirt the logs are in order', async () => {
  const [out, truth] = [folder(), folder()];
  const result = await simulate({ ...small, out, answers: truth, stories: false, dirty: false });
  expect(result.insiders).toEqual({});
  expect(table(join(truth, 'insiders.csv'))).toEqual([]);
  expect(result.lookalikes).toBeGreaterThan(3);
  for (const log of LOGS) {
    const rows = table(join(out, `${log}.csv`));
    const times = rows.map((row) => iso(row.date!) + row.date!.slice(10));
    expect(times).toEqual([...times].sort());
    expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length);
  }
});

test('chosen stories alone are played, also in a small organisation', async () => {
  const result = await simulate({ ...small, days: 60, out: folder(), stories: ['A', 'J'] });
  expect(result.insiders).toEqual({ A: 1, J: 1 });
});
