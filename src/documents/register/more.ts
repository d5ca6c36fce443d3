/** What a table says of documents beside their level: titles, copies and who has them, who needs to know. */
import { createHash, randomUUID } from 'node:crypto';
import { copyFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../base/fault.ts';
import { aliases } from '../../identities/identities.ts';
import { change } from '../../ledger/ledger.ts';
import { csvLines, csvPositions, headerNames } from '../../stores/csv.ts';
import { readHeader } from '../../stores/header.ts';
import { spoolOf } from '../../stores/spool.ts';
import { REGISTER } from '../jobs.ts';
import type { AdoptOptions } from './adopt.ts';
import { badRowsOfTable, type MoreRow, pageOfTable } from './facts/store.ts';
import { inParts } from './parts.ts';
import { type DocumentRecord, readSteps, take } from './record.ts';
import { CUSTODY, type Done, IMPORT, type Step } from './step.ts';
import * as store from './store.ts';
import type { Register } from './work.ts';

const COLUMNS = ['title', 'origin', 'copies', 'custodians', 'need_to_know', 'keep_until', 'working_paper'] as const;
const PAGE = 5000;
const BY_TABLE = 'as the table has it';

export interface More {
  changed: number;
  /** Copies that a table gives to one person and the register to another: the register holds. */
  elsewhere: { line: number; path: string; copy: number }[];
  elsewhereCount: number;
}

const SHOWN = 20;
const STATE = 'table';

/** The lines of a table as the engine reads them: its query, and the values that it takes. */
async function readingTable<T>(
  { events }: Pick<Register, 'events'>,
  file: string,
  work: (lines: string, parameters: Record<string, unknown>) => Promise<T>,
): Promise<T> {
  const { header } = await readHeader(file);
  const path = join(spoolOf(events), `table-${randomUUID()}.csv`);
  await copyFile(file, path);
  try {
    const positions = csvPositions(REGISTER.columns, header, REGISTER.name);
    const lines = csvLines(REGISTER.name, REGISTER.columns, positions, REGISTER.faults);
    return await work(lines, { path, first_line: 1, header_fields: headerNames(header).length });
  } finally {
    await rm(path, { force: true });
  }
}

/** The rows of a table that cannot be used, the first of them. */
export const badRowsOf = (register: Pick<Register, 'events'>, file: string, limit: number) =>
  readingTable(register, file, (lines, parameters) => badRowsOfTable(register.events, lines, parameters, limit));

/**
 * Takes the further columns of a table into the register; its documents are there already. Nothing is taken back: a
 * copy that the table does not name stays. Errors: interrupted.
 */
export async function adoptMore(register: Register, file: string, options: AdoptOptions = {}): Promise<More> {
  const more: More = { changed: 0, elsewhere: [], elsewhereCount: 0 };
  const names = headerNames((await readHeader(file)).header);
  if (!COLUMNS.some((column) => names.includes(column))) return more;
  const digest = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  if ((await store.stateOf(register.casework, STATE)) === digest) return more;
  await readingTable(register, file, async (lines, parameters) => {
    let after = 1;
    let done = 0;
    for (;;) {
      if (options.signal?.aborted) throw new Fault('interrupted', 'the register was not brought up to date', {});
      const page = await pageOfTable(register.events, lines, { ...parameters, after }, PAGE);
      // The last row of a document is what the table says of it.
      const rows = [...new Map(page.map((row) => [row.path, row])).values()];
      const anew = await store.toldAnew(register.casework, 'more', rows);
      const changed = rows.filter(({ path }) => anew.has(path));
      for (const part of inParts(changed, stepsAtMost)) {
        await takePart(register, part, more);
        await store.saveTold(register.casework, 'more', part);
      }
      done += page.length;
      options.onProgress?.(done);
      if (page.length < PAGE) return;
      after = page.at(-1)!.line;
    }
  });
  await store.saveState(register.casework, STATE, digest);
  return more;
}

const stepsAtMost = (row: MoreRow): number => 2 + Number(row.copies || 0) + 2 * custodiansIn(row).size;

async function takePart(register: Register, page: readonly MoreRow[], more: More): Promise<void> {
  const people = page.flatMap((row) => [...custodiansIn(row).values(), ...needsIn(row).flatMap(personIn)]);
  const names = await aliases(register, CUSTODY, [...new Set(people)]);
  const rows = new Map(page.map((row) => [row.path, row]));
  const act = { actor: 'system:import', act: 'documents.adopt' };
  await change(register.ledger, register.casework, act, async (tx, touch) => {
    const known = await store.documentsByPath(tx, [...rows.keys()]);
    const steps = await store.stepsOf(
      tx,
      known.map(({ id }) => id),
    );
    const written = known.flatMap(({ id, path }) => {
      const record = readSteps(id, steps.get(id)!);
      const at = [record.at, register.clock().toISOString()].sort()[1]!;
      const added = stepsFor(record, movedIn(steps.get(id)!), rows.get(path)!, names, more).map((step) => ({
        step,
        by: IMPORT,
        at,
      }));
      return added.length === 0 ? [] : [{ record: afterAll(record, id, added), added, isPublished: true }];
    });
    if (written.length === 0) return;
    await store.writeDocuments(tx, written);
    for (const { record, added } of written)
      for (let n = record.steps - added.length + 1; n <= record.steps; n++)
        touch('register_steps', store.stepId(record.id, n));
    more.changed += written.length;
  });
}

const afterAll = (record: DocumentRecord, id: string, added: readonly Done[]): DocumentRecord =>
  added.reduce((before, done) => take(before, id, done), record);

/** The steps that make the register say what the row says. */
function stepsFor(
  record: DocumentRecord,
  moved: ReadonlySet<number>,
  row: MoreRow,
  names: ReadonlyMap<string, string>,
  more: More,
): Step[] {
  const steps: Step[] = [];
  const said = {
    ...(row.title === '' ? {} : { title: row.title.trim() }),
    ...(row.origin === '' ? {} : { origin: row.origin.trim() }),
    ...(row.keep_until === '' ? {} : { keep_until: row.keep_until }),
    ...(row.working_paper === '' ? {} : { working: /^(true|yes|1)$/i.test(row.working_paper) }),
  };
  const changes = Object.fromEntries(
    Object.entries(said).filter(([key, value]) => record[key as keyof typeof said] !== value),
  );
  if (Object.keys(changes).length > 0) steps.push({ kind: 'described', changes, reason: BY_TABLE });
  const needs = needsIn(row).map((need) => `${need.slice(0, need.indexOf(':') + 1)}${hidden(need, names)}`);
  const add = [...new Set(needs)].filter((need) => !record.needToKnow.has(need));
  if (add.length > 0) steps.push({ kind: 'need to know', add, remove: [], reason: BY_TABLE });
  const custodians = custodiansIn(row);
  const numbers = new Set([
    ...Array.from({ length: Number(row.copies || 0) }, (_, at) => at + 1),
    ...custodians.keys(),
  ]);
  for (const copy of [...numbers].sort((one, other) => one - other)) {
    const there = record.copies.get(copy);
    if (there === undefined) steps.push({ kind: 'copy', act: 'registered', copy });
    const user = custodians.get(copy);
    if (user === undefined || there?.holder === names.get(user)) continue;
    if (!moved.has(copy)) {
      steps.push({ kind: 'copy', act: 'issued', copy, to: names.get(user)! });
      continue;
    }
    more.elsewhereCount += 1;
    if (more.elsewhere.length < SHOWN) more.elsewhere.push({ line: row.line, path: row.path, copy });
  }
  return steps;
}

/** Copies to which something has happened: the register knows better than a table where they are. */
function movedIn(steps: readonly Done[]): Set<number> {
  return new Set(steps.flatMap(({ step }) => (step.kind === 'copy' && step.act !== 'registered' ? [step.copy] : [])));
}

/** Copy -> account, of `1=ABC0001;2=DEF0002`. Copies are counted from 1. */
function custodiansIn({ custodians }: MoreRow): Map<number, string> {
  const pairs = custodians.split(';').flatMap((pair): [number, string][] => {
    const [copy, user] = pair.split('=');
    return user === undefined || Number(copy) < 1 ? [] : [[Number(copy), user.trim()]];
  });
  return new Map(pairs);
}

/** person:, team: and project: as they are; anything else is a person's account. */
const needsIn = ({ need_to_know }: MoreRow): string[] =>
  need_to_know
    .split(';')
    .map((one) => one.trim())
    .filter(Boolean)
    .map((one) => (/^(person|team|project):./.test(one) ? one : `person:${one}`));

const personIn = (need: string): string[] => (need.startsWith('person:') ? [need.slice('person:'.length)] : []);
const hidden = (need: string, names: ReadonlyMap<string, string>): string =>
  personIn(need).map((user) => names.get(user)!)[0] ?? need.slice(need.indexOf(':') + 1);
