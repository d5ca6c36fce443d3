import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countersign } from './run.ts';

/** The road as an operator walks it: a folder, its leads, its alerts; a damaged folder; a plain CERT folder. */
let root: string;
let world: string;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'road-'));
  world = join(root, 'world');
  const made = await countersign('simulate', '--people', '40', '--days', '28', '--seed', '2', '--out', world);
  expect(made.code).toBe(0);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('ingest loads a folder and lives through it; leads lists who stands out, under pseudonyms', async () => {
  const data = join(root, 'data');
  const first = await countersign('ingest', world, '--data', data);
  expect(first).toMatchObject({ code: 0, stdout: '' });
  expect(first.stderr).toMatch(/file +[\d,]+ events/);
  const listed = await countersign('leads', '--data', data);
  expect(listed.stdout).toMatch(/^Subject [0-9A-Z]{5} +\d+ +\w+ +\d{4}-\d\d-\d\d +\S/m);
  const json = JSON.parse((await countersign('leads', '--data', data, '--json')).stdout);
  expect(json.leads.length).toBe(Math.min(20, json.total));
  const again = await countersign('ingest', world, '--data', data);
  expect(again.code).toBe(0);
  expect(JSON.parse((await countersign('leads', '--data', data, '--json')).stdout)).toEqual(json);
});

test('the demo does not mix its people with real ones', async () => {
  const { code, stderr } = await countersign('demo', '--data', join(root, 'data'), '--port', '0');
  expect(code).toBe(2);
  expect(stderr).toContain('holds other records');
});

test('replay writes a person once for each time, ends where it is told, and keeps a budget', async () => {
  const [all, few, early] = ['all.csv', 'few.csv', 'early.csv'].map((name) => join(root, name));
  const data = ['--data', join(root, 'data')];
  expect((await countersign('replay', world, '--alerts', all!, ...data)).code).toBe(0);
  expect((await countersign('replay', world, '--alerts', few!, '--budget', '50', ...data)).code).toBe(0);
  expect((await countersign('replay', world, '--alerts', early!, '--until', '2026-01-22', ...data)).code).toBe(0);
  const rows = (file: string) => readFileSync(file, 'utf8').trimEnd().split('\n');
  expect(rows(all!)[0]).toBe('date,user,score,reason');
  const alerts = rows(all!)
    .slice(1)
    .map((row) => row.split(','));
  expect(new Set(alerts.map(([date, user]) => `${date} ${user}`)).size).toBe(alerts.length);
  for (const [, , score] of alerts) expect(Number(score)).toBeGreaterThan(0);
  expect(rows(few!).length - 1).toBeLessThanOrEqual(8); // 50 of 1,000 in a week is 2 of 40, in four weeks 8
  expect(rows(early!)).toEqual(rows(all!).filter((row) => row.startsWith('date') || row.slice(0, 10) <= '2026-01-22'));
});

test('a folder with a tenth of its rows damaged is loaded, loudly, and ends with 7', async () => {
  const damaged = join(root, 'damaged');
  mkdirSync(damaged);
  for (const name of ['logon.csv', 'file.csv']) {
    const [header, ...rows] = readFileSync(join(world, name), 'utf8').trimEnd().split('\n');
    const broken = rows.map((row, index) => (index % 8 === 3 ? row.slice(0, 30) : row));
    writeFileSync(join(damaged, name), `${[header, ...broken].join('\n')}\n`);
  }
  const { code, stderr } = await countersign('ingest', damaged, '--data', join(root, 'damaged-data'));
  expect(code).toBe(7);
  expect(stderr).toContain('THIS IS TOO MUCH');
  expect(stderr).toMatch(/file +[\d,]+ events.* bad rows/);
});

test('a plain CERT r4.2 folder, without directory, register and most columns, goes the same road, whatever two clocks say', async () => {
  const cert = join(root, 'cert');
  mkdirSync(cert);
  const day = (n: number) => `01/${String(n).padStart(2, '0')}/2010`;
  const days = Array.from({ length: 25 }, (_, i) => i + 1);
  const users = Array.from({ length: 8 }, (_, i) => `ABC00${i}`);
  const logon = days.flatMap((d) => users.map((u, i) => `{L${d}-${u}},${day(d)} 08:0${i}:00,${u},PC-${i},Logon`));
  const file = days.flatMap((d) =>
    users.map((u, i) => `{F${d}-${u}},${day(d)} 10:0${i}:00,${u},PC-${i},R${d}.doc,"D0-CF words, quoted"`),
  );
  const burst = Array.from(
    { length: 60 },
    (_, i) => `{X${i}},${day(25)} 22:00:${String(i).padStart(2, '0')},ABC003,PC-3,SECRET${i}.doc,"x"`,
  );
  writeFileSync(join(cert, 'file.csv'), `id,date,user,pc,filename,content\n${[...file, ...burst].join('\n')}\n`);
  writeFileSync(join(cert, 'psychometric.csv'), 'employee_name,user_id,O,C,E,A,N\nA B,ABC003,1,2,3,4,5\n');
  const skewed = ['{Y1},01/01/1999 08:00:00,ABC001,PC-1,Logon', '{Y2},12/31/2098 08:00:00,ABC001,PC-1,Logon'];
  writeFileSync(join(cert, 'logon.csv'), `id,date,user,pc,activity\n${[...logon, ...skewed].join('\n')}\n`);
  const alerts = join(root, 'cert.csv');
  expect((await countersign('replay', cert, '--alerts', alerts)).code).toBe(0);
  expect(readFileSync(alerts, 'utf8')).toMatch(/2010-01-25 22:01:\d\d,ABC003,[\d.]+,.*exfiltrate-removable-media/);
});
