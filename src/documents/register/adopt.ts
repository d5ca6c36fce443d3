/**
 * Taking into the register what tables say. Detection reads the tables as the engine loaded them; the register follows, and
 * where the two disagree on who may lower a level the register holds: a table in the hands of one person lowers nothing.
 */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../base/fault.ts';
import { randomId } from '../../base/id.ts';
import { change } from '../../ledger/ledger.ts';
import type { CaseworkDb } from '../../stores/postgres.ts';
import { spoolOf } from '../../stores/spool.ts';
import { SpoolFile } from '../batch.ts';
import { factsOfListed, factsState, holdLevels, pageOfDigests, type Told } from './facts/store.ts';
import { inParts } from './parts.ts';
import { type Fact, factsOf, readSteps, take } from './record.ts';
import { type Done, IMPORT, NOTHING_MORE, type Step } from './step.ts';
import * as store from './store.ts';
import { type Register, tell } from './work.ts';

export interface Adopted {
  added: number;
  changed: number;
  /** Documents for which a table names a lower level than the register has: how many, and the first of them. */
  refused: number;
  refusedPaths: string[];
}

export interface AdoptOptions {
  signal?: AbortSignal | undefined;
  /** Called after each page with how many documents were looked at. */
  onProgress?: ((done: number) => void) | undefined;
}

const PAGE = 5000;
const SHOWN = 20;
const STATE = 'adopted';

/**
 * Brings the register up to what tables have brought into the event store. Nothing is asked when nothing has come. What
 * was interrupted goes on at the next call. Errors: interrupted.
 */
export async function adoptRegister(register: Register, options: AdoptOptions = {}): Promise<Adopted> {
  const { casework, events } = register;
  const adopted: Adopted = { added: 0, changed: 0, refused: 0, refusedPaths: [] };
  await tell(register);
  const state = await factsState(events);
  if ((await store.stateOf(casework, STATE)) === state) return adopted;
  let last = '';
  let done = 0;
  for (;;) {
    if (options.signal?.aborted)
      throw new Fault('interrupted', 'the register was not brought up to date', { place: last });
    const page = await pageOfDigests(events, last, PAGE);
    const anew = await store.toldAnew(casework, 'facts', page);
    const told = await listedFacts(register, anew);
    for (const part of inParts(told, ({ facts }) => 2 * facts.length + 1)) await adoptPart(register, part, adopted);
    if (anew.size > 0)
      await store.saveTold(
        casework,
        'facts',
        page.filter(({ path }) => anew.has(path)),
      );
    done += page.length;
    options.onProgress?.(done);
    if (page.length < PAGE) break;
    last = page.at(-1)!.path;
  }
  // Levels that hold from now on.
  await tell(register);
  await store.saveState(casework, STATE, await factsState(events));
  return adopted;
}

/** A row of the event store whose level is to be what the register says. */
interface Held {
  path: string;
  registered: string;
  level: number;
  /** The table has a lower one, and not a higher one for a time that is over. */
  isLower: boolean;
}

async function listedFacts({ events }: Register, paths: ReadonlySet<string>): Promise<Told[]> {
  if (paths.size === 0) return [];
  return await withRows(
    events,
    [...paths].map((path) => ({ path })),
    (list) => factsOfListed(events, list),
  );
}

/** Lets the engine read rows from a file of its spool. */
async function withRows<T>(
  events: Register['events'],
  rows: readonly object[],
  work: (path: string) => Promise<T>,
): Promise<T> {
  const path = join(spoolOf(events), `rows-${randomUUID()}.jsonl`);
  const file = new SpoolFile(path);
  for (const row of rows) await file.write(`${JSON.stringify(row)}\n`);
  await file.close();
  try {
    return await work(path);
  } finally {
    await rm(path, { force: true });
  }
}

async function adoptPart(register: Register, page: readonly Told[], adopted: Adopted): Promise<void> {
  const held: Held[] = [];
  const act = { actor: 'system:import', act: 'documents.adopt' };
  await change(register.ledger, register.casework, act, async (tx, touch) => {
    const written = await following(register, tx, page, held);
    if (written.length === 0) return;
    await store.writeDocuments(tx, written);
    for (const { record, added } of written) {
      for (let n = record.steps - added.length + 1; n <= record.steps; n++)
        touch('register_steps', store.stepId(record.id, n));
      if (record.steps === added.length) adopted.added += 1;
      else adopted.changed += 1;
    }
  });
  const paths = [...new Set(held.filter(({ isLower }) => isLower).map(({ path }) => path))];
  adopted.refused += paths.length;
  adopted.refusedPaths.push(...paths.slice(0, SHOWN - adopted.refusedPaths.length));
  await holdAll(register, held);
}

/** The steps that follow for the documents of a page. */
async function following(
  { clock }: Register,
  tx: CaseworkDb,
  page: readonly Told[],
  held: Held[],
): Promise<store.Written[]> {
  const rows = await store.documentsByPath(
    tx,
    page.map(({ path }) => path),
  );
  const known = new Map(rows.map((row) => [row.path, row]));
  const steps = await store.stepsOf(
    tx,
    rows.map(({ id }) => id),
  );
  const now = clock().toISOString();
  return page.flatMap((told) => {
    const row = known.get(told.path);
    if (row !== undefined) return laterSteps(told, row.id, steps.get(row.id)!, now, held) ?? [];
    const written = firstSteps(told, now);
    // Two rows for one day: the higher level holds.
    if (told.facts.length > 1) held.push(...heldOf(told, written.record.id, written.added, []).map(notLower));
    return [written];
  });
}

const notLower = (one: Held): Held => ({ ...one, isLower: false });

/** A document that the register does not know, with the history that the table gives it. */
function firstSteps({ path, facts, sha256, decoy }: Told, at: string): store.Written {
  const id = randomId(10);
  const [first, ...later] = facts;
  const [registered, level, owner, project] = first!;
  const steps: Step[] = [
    { kind: 'registered', ...NOTHING_MORE, path, level, owner, project, registered, sha256, decoy },
    ...later.flatMap((fact, index) => changesOf(facts[index]!, fact)),
  ];
  const added = steps.map((step) => ({ step, by: IMPORT, at }));
  return { record: readSteps(id, added), added, isPublished: true };
}

function changesOf(
  [, before, owner, project]: Told['facts'][number],
  [day, level, ...names]: Told['facts'][number],
): Step[] {
  const isMoved = owner !== names[0] || project !== names[1];
  return [
    ...(isMoved ? [moved(names[0], names[1])] : []),
    ...(level === before ? [] : [{ kind: 'level imported', level, since: day } as const]),
  ];
}

const moved = (owner: string, project: string): Step => ({
  ...{ kind: 'described', changes: { owner, project }, reason: BY_TABLE },
});

/** What a table says anew of a document that is in the register; undefined for nothing. */
function laterSteps(
  told: Told,
  id: string,
  steps: readonly Done[],
  now: string,
  held: Held[],
): store.Written | undefined {
  const expected = factsOf(id, steps, 1).toSorted((a, b) => (a.day < b.day ? -1 : 1));
  let record = readSteps(id, steps);
  const at = [record.at, now].sort()[1]!;
  const added: Done[] = [];
  const also = (step: Step) => {
    const done = { step, by: IMPORT, at };
    record = take(record, id, done);
    added.push(done);
  };
  const lastDay = expected.at(-1)!.day;
  let isRaisedNow = false;
  for (const [day, level] of told.facts) {
    if (level <= asOf(expected, day).level || level <= record.level) continue;
    // A row of before the last change does not change what was then: a higher level holds from now on.
    isRaisedNow ||= day < lastDay;
    also(day < lastDay ? { kind: 'raised', level, reason: BY_TABLE } : { kind: 'level imported', level, since: day });
  }
  const [day, , owner, project] = told.facts.at(-1)!;
  if (day >= lastDay && (owner !== record.owner || project !== record.project)) also(moved(owner, project));
  if (told.decoy && !record.decoy) also({ kind: 'described', changes: { decoy: true }, reason: BY_TABLE });
  held.push(...heldOf(told, id, [...steps, ...added], expected));
  return added.length === 0 ? undefined : { record, added, isPublished: !isRaisedNow };
}

/** The rows of a document that say another level than the register does of their day. */
function heldOf(told: Told, id: string, steps: readonly Done[], before: readonly Fact[]): Held[] {
  const expected = factsOf(id, steps, 1).toSorted((a, b) => (a.day < b.day ? -1 : 1));
  return told.facts.flatMap(([day, level]) => {
    const then = asOf(expected, day).level;
    if (level === then) return [];
    return [{ path: told.path, registered: day, level: then, isLower: level < asOf(before, day).level }];
  });
}

const BY_TABLE = 'as the table has it';

/** What the register says of a day: the last fact by then, or the first there is. */
const asOf = (facts: readonly Fact[], day: string): Pick<Fact, 'level'> =>
  facts.findLast((fact) => fact.day <= day) ?? facts[0] ?? { level: 0 };

async function holdAll({ events }: Register, held: readonly Held[]): Promise<void> {
  if (held.length === 0) return;
  const rows = held.map(({ path, registered, level }) => ({ path, registered, level }));
  await withRows(events, rows, (list) => holdLevels(events, list));
}
