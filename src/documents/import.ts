/** Filling the register from a folder: which documents there are, and by what they would be known again. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { asFault, Fault } from '../base/fault.ts';
import type { Events } from '../stores/clickhouse.ts';
import { clearSpool, spoolOf } from '../stores/spool.ts';
import { fingerprintRows, SpoolFile } from './batch.ts';
import { type PoolOptions, readFiles } from './extract/pool.ts';
import type { PartReport } from './extract/report.ts';
import { loadRegister } from './jobs.ts';
import { folderShare, type Share } from './share/share.ts';
import {
  type BadRow,
  badRegisterRows,
  countToRead,
  filesToRead,
  insertFingerprints,
  insertParts,
  knownTexts,
  type ListedFile,
  lastText,
  type RegisterTotals,
  registerTotals,
  removedFiles,
} from './store.ts';

export interface ImportOptions extends PoolOptions {
  /** The register's table; without it documents.csv in the folder, if there is one. */
  table?: string | undefined;
  /** The table has been taken in already. */
  isTableLoaded?: boolean | undefined;
  /** Called after each file; `total` counts the files that have to be read. */
  onProgress?: (done: number, total: number) => void;
}

export interface Unreadable {
  path: string;
  why: string;
}

export interface ImportReport {
  /** Files of the folder, and those among them that were read now. */
  files: number;
  read: number;
  unreadable: Unreadable[];
  /** Rows of the table that could not be used: how many, and the first of them. */
  bad: number;
  badRows: BadRow[];
  table: string | undefined;
  /** Files that were there once and are not any more: how many, and the first of them. Nothing of them is forgotten. */
  removed: number;
  removedFiles: string[];
  totals: RegisterTotals;
}

const PAGE = 20_000;
const BATCH_FILES = 2000;
const BATCH_BYTES = 64 * 1024 * 1024;
const SHOWN_ROWS = 20;

/**
 * Reads every file of `folder`, or of a share, that is new or has changed. Safe to repeat at any time: what was stored
 * stays, and an interrupted import goes on where it stopped. Errors: not-found, invalid-input for the table, interrupted.
 */
export async function importDocuments(
  events: Events,
  folder: string | Share,
  options: ImportOptions = {},
): Promise<ImportReport> {
  const share = typeof folder === 'string' ? folderShare(folder) : folder;
  await clearSpool(events);
  const table = options.table ?? (await share.table(options.signal));
  const bad = options.isTableLoaded || table === undefined ? 0 : await importTable(events, table);
  const list = join(spoolOf(events), 'listed.jsonl');
  const unreadable: Unreadable[] = [];
  const files = await listFiles(share, table, list, unreadable, options.signal);
  const batch = new ImportBatch(events);
  const lost: [ListedFile, string][] = [];
  let read = 0;
  try {
    const total = await countToRead(events, list);
    options.onProgress?.(0, total);
    for await (const { asked, parts } of readFiles(changed(events, list, share, lost, options.signal), options)) {
      await share.release(asked.path);
      for (const { name, why } of parts)
        if (why !== undefined) unreadable.push({ path: [asked.tag.relative, name].filter(Boolean).join('/'), why });
      await batch.add(asked.tag, parts);
      read += 1;
      options.onProgress?.(read, total);
    }
  } finally {
    for (const [file, why] of lost) {
      unreadable.push({ path: file.relative, why });
      await batch.add(file, [{ name: '', kind: 'unknown', bytes: 0, sha256: '', why }]);
    }
    // Also when it was interrupted: what has been read need not be read again.
    await batch.flush();
  }
  const { count, first } = await removedFiles(events, list, share.prefix, SHOWN_ROWS);
  await rm(list, { force: true });
  return {
    ...{ files, read, unreadable, bad, table: table === undefined ? undefined : basename(table) },
    badRows: bad > 0 ? await badRegisterRows(events, SHOWN_ROWS) : [],
    ...{ removed: count, removedFiles: first },
    totals: await registerTotals(events),
  };
}

/** Loads the register's table; gives how many of its rows could not be used. Errors: not-found, invalid-input. */
export async function importTable(events: Events, table: string): Promise<number> {
  if (!existsSync(table)) throw new Fault('not-found', 'there is no such table', { place: table });
  const report = await loadRegister(events, table);
  if (report.unreadable[0]) throw report.unreadable[0];
  return report.bad;
}

/** Writes the list of the share's files to `path`; what may not be opened goes to `unreadable`. Returns their number. */
async function listFiles(
  share: Share,
  table: string | undefined,
  path: string,
  unreadable: Unreadable[],
  signal: AbortSignal | undefined,
): Promise<number> {
  const list = new SpoolFile(path);
  const tables = new Set(['decoys.csv', 'documents.csv']);
  let files = 0;
  for await (const { path: file, relative, size, modified, why } of share.walk(signal)) {
    signal?.throwIfAborted();
    if (tables.has(relative) || (table !== undefined && resolve(file) === resolve(table))) continue;
    files += 1;
    if (why !== undefined) unreadable.push({ path: relative, why });
    else await list.write(`${JSON.stringify({ file, relative, size, modified })}\n`);
  }
  await list.touch();
  await list.close();
  return files;
}

/** The listed files that have to be read, a page at a time. One that cannot be fetched goes to `lost`. */
async function* changed(
  events: Events,
  list: string,
  share: Share,
  lost: [ListedFile, string][],
  signal: AbortSignal | undefined,
) {
  let last = '';
  for (;;) {
    const page = await filesToRead(events, list, last, PAGE);
    for (const tag of page) {
      const path = await fetchOne(share, tag, lost, signal);
      if (path !== undefined) yield { path, tag };
    }
    if (page.length < PAGE) return;
    last = page.at(-1)!.file;
  }
}

async function fetchOne(
  share: Share,
  tag: ListedFile,
  lost: [ListedFile, string][],
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  try {
    return await share.fetch({ path: tag.file, relative: tag.relative, size: tag.size }, signal);
  } catch (error) {
    if (signal?.aborted) throw error;
    const fault = asFault(error);
    lost.push([tag, fault.code === 'defect' ? 'it could not be fetched' : fault.message]);
    return undefined;
  }
}

interface PartRow extends ListedFile {
  part: string;
  kind: string;
  sha256: string;
  text_sha256: string;
  text: number;
  length: number;
  grams: number;
  why: string;
}

/** What was read and is not stored yet. Fingerprints are stored first: a text with a number has all of them. */
class ImportBatch {
  readonly #events: Events;
  #rows: PartRow[] = [];
  #prints = new Map<string, PartReport>();
  #files = 0;
  #bytes = 0;
  #last: number | undefined;

  constructor(events: Events) {
    this.#events = events;
  }

  async add(file: ListedFile, parts: readonly PartReport[]): Promise<void> {
    for (const report of parts) {
      const { name: part, kind, sha256, why, fingerprints } = report;
      const text_sha256 = fingerprints?.textSha256 ?? '';
      const grams = fingerprints?.offsets.length ?? 0;
      this.#rows.push({
        ...{ ...file, part, kind, sha256, text_sha256, text: 0, grams, why: why ?? '' },
        length: fingerprints?.length ?? 0,
      });
      if (text_sha256 !== '') this.#prints.set(text_sha256, report);
      this.#bytes += grams * 12;
    }
    this.#files += 1;
    if (this.#files >= BATCH_FILES || this.#bytes >= BATCH_BYTES) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#rows.length === 0) return;
    const spool = spoolOf(this.#events);
    const [parts, prints] = [join(spool, 'parts.jsonl'), join(spool, 'prints.bin')];
    try {
      await writeRows(parts, this.#rows);
      const numbers = new Map(
        (await knownTexts(this.#events, parts)).map(({ text_sha256, text }) => [text_sha256, text]),
      );
      await this.#storeNew(prints, numbers);
      for (const row of this.#rows) row.text = numbers.get(row.text_sha256) ?? 0;
      await writeRows(parts, this.#rows);
      await insertParts(this.#events, parts);
    } finally {
      await rm(parts, { force: true });
      await rm(prints, { force: true });
    }
    this.#rows = [];
    this.#prints = new Map();
    this.#files = this.#bytes = 0;
  }

  /** Gives the texts that are new their numbers, and stores their fingerprints. */
  async #storeNew(path: string, numbers: Map<string, number>): Promise<void> {
    this.#last ??= await lastText(this.#events);
    const spooled = new SpoolFile(path);
    for (const [sha, { fingerprints }] of this.#prints) {
      if (numbers.has(sha) || !fingerprints) continue;
      this.#last += 1;
      numbers.set(sha, this.#last);
      await spooled.write(fingerprintRows(this.#last, fingerprints, true));
    }
    await spooled.close();
    if (spooled.bytes > 0) await insertFingerprints(this.#events, path);
  }
}

async function writeRows(path: string, rows: readonly object[]): Promise<void> {
  const file = new SpoolFile(path);
  for (const row of rows) await file.write(`${JSON.stringify(row)}\n`);
  await file.close();
}
