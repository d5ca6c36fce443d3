import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadDocuments } from '../documents/documents.ts';
import { loadLogs } from '../events/events.ts';
import { loadPeople } from '../people/people.ts';
import { openData } from '../stores/data.ts';
import { simulate } from '../worlds/worlds.ts';
import { type Alert, replay } from './jobs.ts';

const DAYS = 30;
const START = '2026-01-05';
const CUT = '2026-01-28';
/** The column of a side table from whose date on a row is known. */
const KNOWN_FROM: Record<string, number> = {
  'documents.csv': 5,
  'clearances.csv': 2,
  'travel.csv': 5,
  'contacts.csv': 1,
  'departures.csv': 1,
  'decoys.csv': 1,
};

let root: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'replay-'));
  await simulate({ people: 40, days: DAYS, seed: 3, start: START, out: join(root, 'whole') });
  copyPrefix(join(root, 'whole'), join(root, 'prefix'));
  copyShuffled(join(root, 'whole'), join(root, 'shuffled'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** The folder as it would have been on the evening of CUT. */
function copyPrefix(from: string, to: string): void {
  mkdirSync(join(to, 'LDAP'), { recursive: true });
  for (const name of readdirSync(join(from, 'LDAP')))
    if (name.slice(0, 7) <= CUT.slice(0, 7)) copyFileSync(join(from, 'LDAP', name), join(to, 'LDAP', name));
  for (const name of readdirSync(from).filter((file) => file.endsWith('.csv'))) {
    const column = KNOWN_FROM[name];
    rewrite(from, to, name, (rows) => rows.filter((row) => dayOf(row, column) <= CUT));
  }
}

/** The same rows with each day's in another order: late rows of any lateness. */
function copyShuffled(from: string, to: string): void {
  mkdirSync(join(to, 'LDAP'), { recursive: true });
  for (const name of readdirSync(join(from, 'LDAP'))) copyFileSync(join(from, 'LDAP', name), join(to, 'LDAP', name));
  const mixed = (row: string) => [...row].reduce((hash, c) => (hash * 31 + c.charCodeAt(0)) % 1_000_003, 7);
  for (const name of readdirSync(from).filter((file) => file.endsWith('.csv')))
    rewrite(from, to, name, (rows) =>
      name in KNOWN_FROM
        ? rows
        : rows.sort((a, b) => dayOf(a, undefined).localeCompare(dayOf(b, undefined)) || mixed(a) - mixed(b)),
    );
}

function rewrite(from: string, to: string, name: string, change: (rows: string[]) => string[]): void {
  const [header, ...rows] = readFileSync(join(from, name), 'utf8').trimEnd().split('\n');
  writeFileSync(join(to, name), `${[header, ...change(rows)].join('\n')}\n`);
}

/** The ISO day of a row: of a log's date, or of the column of a side table (titles may hold quoted commas). */
function dayOf(row: string, column: number | undefined): string {
  if (column !== undefined) return row.match(/("[^"]*"|[^,]*)(,|$)/g)![column]!.replace(/,$/, '');
  const [month, day, year] = row.split(',')[1]!.slice(0, 10).split('/');
  return `${year}-${month}-${day}`;
}

interface Lived {
  all: Alert[];
  budgeted: Alert[];
}

/** Loads and lives through one folder after the other in the same data directory; tells what came out last. */
async function live(...folders: string[]): Promise<Lived> {
  const data = await openData(undefined);
  try {
    const lived: Lived = { all: [], budgeted: [] };
    for (const folder of folders) {
      await loadPeople(data.events, folder);
      await loadDocuments(data.events, folder);
      await loadLogs(data.events, folder);
      lived.all = [];
      await replay(data, { onAlerts: (more) => lived.all.push(...more) });
    }
    await replay(data, { budget: 100, onAlerts: (more) => lived.budgeted.push(...more) });
    return lived;
  } finally {
    await data.close();
  }
}

const upToCut = (alerts: Alert[]) => alerts.filter((alert) => alert.date.slice(0, 10) <= CUT);

it('a day is judged by what was known on it: neither later days, nor the order of rows, nor when they came change it', async () => {
  const whole = await live(join(root, 'whole'));
  const prefix = await live(join(root, 'prefix'));
  const shuffled = await live(join(root, 'shuffled'));
  const grown = await live(join(root, 'prefix'), join(root, 'whole'));
  expect(prefix.all.length).toBeGreaterThan(20);
  expect(whole.all.length).toBeGreaterThan(prefix.all.length);
  expect(prefix.all).toEqual(upToCut(whole.all));
  expect(prefix.budgeted.length).toBeGreaterThan(0);
  expect(prefix.budgeted).toEqual(upToCut(whole.budgeted));
  expect(shuffled).toEqual(whole);
  expect(grown).toEqual(whole);
}, 400_000);
