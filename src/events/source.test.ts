import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Data, openData } from '../stores/data.ts';
import { eventRoutes, gapsTouching, loadLogs, type SourceState, sourceStates } from './events.ts';

const DAY_MS = 86_400_000;
const START = Date.UTC(2025, 0, 6); // a Monday
const DAYS = 56;
const HOLIDAY = '2025-02-26';
const root = mkdtempSync(join(tmpdir(), 'countersign-'));
let data: Data;
let sources: SourceState[];

/** What the collectors failed to bring: log, day, first and last hour, and which device (or all). */
const FAILURES = [
  { log: 'http', day: '2025-02-19', from: 9, to: 14, device: '' },
  { log: 'http', day: '2025-02-21', from: 8, to: 17, device: '3' },
  { log: 'logon', day: '2025-02-28', from: 12, to: 24, device: '' },
  { log: 'logon', day: '2025-03-01', from: 0, to: 24, device: '' },
  { log: 'logon', day: '2025-03-02', from: 0, to: 24, device: '' },
];

/** Ten machines, from 8 to 17 on working days, four rows an hour each in two logs; nobody comes on the holiday. */
function rows(log: string, activity: string): string[] {
  const lines: string[] = [];
  for (let d = 0; d < DAYS; d++) {
    const date = new Date(START + d * DAY_MS);
    const day = date.toISOString().slice(0, 10);
    const staff = day === HOLIDAY || date.getUTCDay() % 6 === 0 ? 1 : 10;
    for (let hour = 8; hour < 17; hour++)
      for (let device = 0; device < staff; device++)
        for (let n = 0; n < 4; n++) {
          const failed = FAILURES.some(
            (f) =>
              f.log === log &&
              f.day === day &&
              hour >= f.from &&
              hour < f.to &&
              (f.device === '' || f.device === `${device}`),
          );
          if (failed) continue;
          const time = `${day.slice(5, 7)}/${day.slice(8)}/${day.slice(0, 4)} ${String(hour).padStart(2, '0')}:${10 + n}:00`;
          const columns = log === 'http' ? 'http://news.example/,' : '';
          lines.push(
            `{${log}${d}-${hour}-${device}-${n}},${time},ABC000${device},PC-100${device},${columns}${activity}`,
          );
        }
  }
  return lines;
}

beforeAll(async () => {
  const folder = mkdtempSync(join(root, 'org-'));
  const logon = rows('logon', 'Logon');
  const http = rows('http', 'WWW Visit');
  const clockOf1999 = '{old},01/01/1999 00:00:00,ABC0001,PC-1001,Logon';
  const bad = ['nonsense of ABC0001', 'more of it'];
  writeFileSync(
    join(folder, 'logon.csv'),
    ['id,date,user,pc,activity', ...logon, logon[0], clockOf1999, ...bad, ''].join('\n'),
  );
  writeFileSync(join(folder, 'http.csv'), ['id,date,user,pc,url,activity', ...http, ''].join('\n'));
  data = await openData(join(root, 'data'), { create: true, memoryBytes: 700_000_000 });
  await loadLogs(data.events, folder);
  // A bad row of a side table, and somebody to hide.
  await data.events.run(
    `INSERT INTO events (uid, log_name, file_line, quarantine_reason, raw_data) VALUES (1, 'documents.csv', 7, 'no path', 'x')`,
  );
  await data.events.run(
    `INSERT INTO directory (uid, valid_from, user_uid, email) VALUES (1, '2025-01-01', 'ABC0001', 'ann@inside.example')`,
  );
  sources = await sourceStates(data.events);
});
afterAll(async () => {
  await data.close();
  rmSync(root, { recursive: true, force: true });
});

const source = (name: string) => sources.find((each) => each.name === name)!;

describe('sources', () => {
  test('what was read is stored, repeated or in quarantine', () => {
    expect(sources.map(({ name }) => name)).toEqual(['documents.csv', 'http', 'logon']);
    expect(source('logon')).toMatchObject({
      first_day: '1999-01-01',
      last_day: '2025-02-28',
      duplicates: 1,
      quarantined: 2,
    });
    expect(source('documents.csv')).toMatchObject({
      events: 0,
      first_day: '',
      days: [],
      gaps: [],
      quarantined: 1,
      duplicates: 0,
    });
  });

  test('silence of a log and of a part of its devices is found; weekends and holidays are none', () => {
    expect(source('http').gaps).toEqual([
      { from: '2025-02-19 09:00:00', to: '2025-02-19 14:00:00', hours: 5, share: 1, devices: 'all' },
      {
        from: '2025-02-21 08:00:00',
        to: '2025-02-21 17:00:00',
        hours: 9,
        share: expect.closeTo(0.1, 1),
        devices: '1',
      },
    ]);
    expect(source('logon').gaps).toEqual([
      { from: '2025-02-28 12:00:00', to: '2025-03-02 17:00:00', hours: 53, share: 1, devices: 'all' },
    ]);
  });

  test('a day knows what was to be expected of it', () => {
    const day = (name: string, date: string) => source(name).days.find((each) => each.day === date);
    expect(day('http', '2025-02-19')).toEqual({ day: '2025-02-19', events: 160, expected: 360, gap: true });
    expect(day('http', '2025-02-22')).toEqual({ day: '2025-02-22', events: 36, expected: 36, gap: false });
    expect(day('http', HOLIDAY)).toMatchObject({ events: 36, expected: 360, gap: false });
    expect(day('logon', '2025-03-02')).toMatchObject({ events: 0, expected: 36, gap: true });
    expect(source('http').days[0]).toEqual({ day: '2025-01-06', events: 360, expected: 0, gap: false });
  });

  test('gaps that touch some days', async () => {
    const touching = (day_from: string, day_to: string) => gapsTouching(data.events, { day_from, day_to });
    expect(await touching('2025-02-20', '2025-02-20')).toEqual([]);
    expect((await touching('2025-02-19', '2025-02-21')).map(({ source: name }) => name)).toEqual(['http', 'http']);
    expect((await touching('2025-03-01', '2025-03-01'))[0]).toMatchObject({ source: 'logon', share: 1 });
  });
});

describe('routes', () => {
  const route = (path: string) => eventRoutes(data).find((each) => each.path === path)!;
  const call = (path: string, query: Record<string, string>) => {
    const { query: schema, handler, response } = route(path);
    const context = { request: new Request('http://localhost/'), headers: new Headers() };
    return Promise.resolve(handler({ params: {}, query: schema.parse(query), body: undefined }, context)).then(
      (answer) => response.parse(answer),
    );
  };

  test('are for analysts, reviewers and engineers; what comes in line by line for engineers alone', () => {
    expect(eventRoutes(data).map(({ audience }) => audience)).toEqual([
      ...['arrivals', 'shapes', 'nearest', 'search'].map(() => ['engineer']),
      ['analyst', 'reviewer', 'engineer'],
      ['analyst', 'reviewer', 'engineer'],
    ]);
  });

  test('sources answer as the contract says', async () => {
    expect(await call('/api/sources', {})).toEqual({ sources });
  });

  test('the quarantine shows pages of lines without names', async () => {
    const path = '/api/sources/quarantine';
    const all = (await call(path, {})) as {
      total: number;
      rows: { source: string; file: string; line: number; raw: string }[];
    };
    expect(all.total).toBe(3);
    expect(all.rows.map(({ source: name, file }) => `${name} ${file}`)).toEqual([
      'documents.csv documents.csv',
      'logon logon.csv',
      'logon logon.csv',
    ]);
    expect(all.rows[1]!.raw).toMatch(/^nonsense of \[\w+\]$/);
    const page = (await call(path, { source: 'logon', offset: '1', limit: '1' })) as typeof all;
    expect([page.total, page.rows.map(({ raw }) => raw)]).toEqual([2, ['more of it']]);
  });
});
