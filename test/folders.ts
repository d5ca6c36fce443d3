/** Organisation folders as text, for tests that disturb, strip or extend them, and living through one. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadDocuments } from '../src/documents/documents.ts';
import { loadLogs } from '../src/events/events.ts';
import { type Alert, replay } from '../src/leads/leads.ts';
import { loadPeople } from '../src/people/people.ts';
import type { Data } from '../src/stores/data.ts';

export interface Table {
  header: string;
  rows: string[];
}
/** Path inside the folder, such as file.csv or LDAP/2026-01.csv -> its lines. */
export type Folder = Map<string, Table>;

export const LOGS = ['logon.csv', 'device.csv', 'file.csv', 'email.csv', 'http.csv'];

export function readFolder(path: string): Folder {
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.csv'));
  return new Map(
    names.sort().map((name) => {
      const [header, ...rows] = readFileSync(join(path, name), 'utf8').trimEnd().split('\n');
      return [name, { header: header!, rows }];
    }),
  );
}

export function writeFolder(folder: Folder, path: string): string {
  for (const [name, { header, rows }] of folder) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), `${[header, ...rows].join('\n')}\n`);
  }
  return path;
}

/** The folder with every table changed; `change` gets the name of each. */
export function changed(folder: Folder, change: (rows: string[], name: string) => string[]): Folder {
  return new Map([...folder].map(([name, { header, rows }]) => [name, { header, rows: change(rows, name) }]));
}

/** A row of a log with the value of each column of `header`; those not given are empty. */
export function logRow(header: string, values: Record<string, string>): string {
  return header
    .split(',')
    .map((column) => values[column] ?? '')
    .join(',');
}

/** Loads a folder and lives through the days that are new or have changed. Returns all alerts and the bad rows. */
export async function live(
  data: Data,
  path: string,
  options: { until?: string; budget?: number } = {},
): Promise<{ alerts: Alert[]; bad: number }> {
  const people = await loadPeople(data.events, path);
  const documents = await loadDocuments(data.events, path);
  const logs = await loadLogs(data.events, path);
  const alerts: Alert[] = [];
  await replay(data, { ...options, onAlerts: (more) => alerts.push(...more) });
  const unreadable = [people, documents, logs].flatMap((report) => report.unreadable);
  if (unreadable.length > 0) throw unreadable[0]!;
  return { alerts, bad: people.bad + documents.bad + logs.logs.reduce((sum, log) => sum + log.bad, 0) };
}
