/** Filling the register from a table, a folder or a share: the documents, their files, and a record of what was done. */
import { basename } from 'node:path';
import { Fault } from '../../base/fault.ts';
import { randomId } from '../../base/id.ts';
import { change } from '../../ledger/ledger.ts';
import { type ImportReport, importDocuments, importTable } from '../import.ts';
import type { Share } from '../share/share.ts';
import { registerTotals } from '../store.ts';
import { type Adopted, adoptRegister } from './adopt.ts';
import { insertImport } from './lists/store.ts';
import { adoptMore, badRowsOf, type More } from './more.ts';
import type { Register } from './work.ts';

export type Stage = 'register' | 'files';

export interface ImportingOptions {
  readonly share?: Share | undefined;
  /** A table that lies elsewhere; without it the share's own. One of the two must be there. */
  readonly table?: string | undefined;
  /** Who does it: an account, or the machine. */
  readonly by?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Of files the total is known, of documents not before the end. */
  readonly onProgress?: ((stage: Stage, done: number, total?: number) => void) | undefined;
  /** Leave no record when nothing has changed. */
  readonly isQuiet?: boolean | undefined;
}

export interface ImportedRegister extends Adopted {
  readonly more: More;
  readonly files: Omit<ImportReport, 'bad' | 'badRows' | 'table' | 'totals'>;
  readonly bad: number;
  readonly badRows: ImportReport['badRows'];
  readonly table: string | undefined;
  readonly totals: ImportReport['totals'];
  readonly isChanged: boolean;
}

const NO_FILES = { files: 0, read: 0, unreadable: [], removed: 0, removedFiles: [] };
const SHOWN = 20;

/**
 * Imports what has come since the last time. A bad row costs itself and is named by its line; an interrupted import goes
 * on where it stopped when it is run again. Errors: usage without table and share, not-found, invalid-input for a table
 * that cannot be read at all, not-reachable for a share, interrupted.
 */
export async function importRegister(register: Register, options: ImportingOptions): Promise<ImportedRegister> {
  const { share, signal, onProgress } = options;
  const { events } = register;
  const began = performance.now();
  const table = options.table ?? (await share?.table(signal));
  if (table === undefined && share === undefined)
    throw new Fault('usage', 'name a folder or a share, or a table with --csv', { place: 'documents import' });
  const bad = table === undefined ? 0 : await importTable(events, table);
  const badRows = bad > 0 && table !== undefined ? await badRowsOf(register, table, SHOWN) : [];
  const looked = { signal, onProgress: (done: number) => onProgress?.('register', done) };
  const adopted = await adoptRegister(register, looked);
  const more = table === undefined ? NO_MORE : await adoptMore(register, table, looked);
  const files = share === undefined ? NO_FILES : await importFiles(register, share, table, options);
  const counted = adopted.added + adopted.changed + more.changed + files.read;
  const found = {
    ...{ ...adopted, more, files, bad, badRows, table: table === undefined ? undefined : basename(table) },
    ...{ totals: await registerTotals(events), isChanged: counted > 0 },
  };
  if (found.isChanged || !options.isQuiet) await note(register, options, found, performance.now() - began);
  return found;
}

const NO_MORE: More = { changed: 0, elsewhere: [], elsewhereCount: 0 };

async function importFiles(
  { events }: Register,
  share: Share,
  table: string | undefined,
  { signal, onProgress }: ImportingOptions,
): Promise<ImportedRegister['files']> {
  const report = await importDocuments(events, share, {
    ...{ table, isTableLoaded: true, onProgress: (done, total) => onProgress?.('files', done, total) },
    ...(signal ? { signal } : {}),
  });
  const { files, read, unreadable, removed, removedFiles } = report;
  return { files, read, unreadable, removed, removedFiles };
}

async function note(
  register: Register,
  { share, by = 'machine', table }: ImportingOptions,
  found: ImportedRegister,
  milliseconds: number,
): Promise<void> {
  const { added, changed, refused, refusedPaths, more, files, bad, badRows } = found;
  const report = {
    ...{ added, changed: changed + more.changed, refused, elsewhere: more.elsewhereCount, bad },
    ...{ files: files.files, read: files.read, unreadable: files.unreadable.length, removed: files.removed },
    seconds: Math.round(milliseconds / 100) / 10,
    bad_rows: badRows.map(({ line, reason }) => ({ file: found.table ?? '', line, reason })),
    notes: [
      ...refusedPaths.map((path) => `a lower level in the table was not taken: ${path}`),
      ...more.elsewhere.map(({ line, path, copy }) => `line ${line}: copy ${copy} is elsewhere: ${path}`),
      ...files.unreadable.slice(0, SHOWN).map(({ path, why }) => `not read: ${path}: ${why}`),
      ...files.removedFiles.map((path) => `not there any more: ${path}`),
    ],
  };
  const id = randomId(10);
  const source = share?.kind ?? 'table';
  const place = share?.place ?? basename(table!);
  const act = { actor: `system:${by}`, act: 'documents.imported', on: [`import:${id}`] };
  await change(register.ledger, register.casework, act, async (tx, touch) => {
    await insertImport(tx, { id, source, place, report: JSON.stringify(report), by, at: register.clock() });
    touch('register_imports', id);
  });
}
