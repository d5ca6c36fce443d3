/** The truth about a known world, as its answers folder tells it. The product itself never reads it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Fault } from '../base/fault.ts';
import { LEVELS, type Level } from '../base/level.ts';
import { dayOf, type Row, readTable } from './table.ts';

/** Times are seconds since 1970 by the clock on the wall. */
export interface Case {
  /** The name of the group, or scenario and account of whoever acts alone. */
  readonly id: string;
  readonly scenario: string;
  readonly malicious: boolean;
  /** How it is counted among the look-alikes when it is not malicious, such as turned_back. */
  readonly label: string;
  /** Account -> when its first labelled row is. */
  readonly people: Map<string, number>;
  /** Other people's accounts that were used. */
  readonly accounts: string[];
  start: number;
  end: number;
  /** Registered path -> when the document first left, and its level. */
  readonly losses: Map<string, { when: number; level: Level }>;
}

export interface Lookalike {
  readonly user: string;
  readonly kind: string;
  readonly start: number;
  readonly end: number;
}

export interface Answers {
  readonly cases: Case[];
  readonly lookalikes: Lookalike[];
  readonly people: number;
  /** The first day, counted from 1970, and how many days there are. */
  readonly firstDay: number;
  readonly days: number;
}

const World = z.object({
  people: z.int().positive(),
  days: z.int().positive(),
  start: z.iso.date(),
});

/**
 * Reads insiders.csv with a file for each of its people, lookalikes.csv and world.json. Errors: folder-not-found,
 * not-found for a missing file, invalid-content naming file and line.
 */
export function readAnswers(folder: string): Answers {
  if (!existsSync(folder)) throw new Fault('folder-not-found', 'there is no such folder', { place: folder });
  const cases = new Map<string, Case>();
  for (const row of readTable(join(folder, 'insiders.csv'), ['scenario', 'user', 'start', 'end']))
    addPerson(cases, row, folder);
  const lookalikes = readTable(join(folder, 'lookalikes.csv'), ['user', 'kind', 'start', 'end']).map((row) => ({
    user: row.text('user'),
    kind: row.text('kind'),
    start: row.time('start'),
    end: row.time('end', true),
  }));
  const world = readWorld(join(folder, 'world.json'));
  const firstDay = dayOf(Date.parse(`${world.start}T00:00:00Z`) / 1000);
  return { cases: [...cases.values()], lookalikes, people: world.people, firstDay, days: world.days };
}

function addPerson(cases: Map<string, Case>, row: Row, folder: string): void {
  const [scenario, user, start, end] = [row.text('scenario'), row.text('user'), row.time('start'), row.time('end')];
  const id = row.optional('group') || `${scenario}-${user}`;
  const label = row.optional('label') || 'malicious';
  const malicious = label === 'malicious';
  let found = cases.get(id);
  if (found === undefined) {
    found = { id, scenario, malicious, label, people: new Map(), accounts: [], start, end, losses: new Map() };
    cases.set(id, found);
  }
  found.people.set(user, start);
  found.start = Math.min(found.start, start);
  found.end = Math.max(found.end, end);
  found.accounts.push(...row.optional('accounts').split(';').filter(Boolean));
  for (const loss of readTable(join(folder, `${scenario}-${user}.csv`), ['path', 'level', 'when'])) {
    if (loss.optional('when') === '') continue;
    const [path, when, level] = [loss.text('path'), loss.time('when'), loss.oneOf('level', LEVELS)];
    const before = found.losses.get(path);
    if (before === undefined || when < before.when) found.losses.set(path, { when, level });
  }
}

function readWorld(file: string): z.infer<typeof World> {
  if (!existsSync(file)) throw new Fault('not-found', 'there is no such file', { place: file });
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Fault('invalid-content', 'this is not JSON', { place: file, cause });
  }
  const world = World.safeParse(parsed);
  if (!world.success) throw new Fault('invalid-content', z.prettifyError(world.error), { place: file });
  return world.data;
}
