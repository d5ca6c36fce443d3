/** Filling the register from a folder: which documents there are, and by what they would be known again. */
import { existsSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Fault } from '../base/fault.ts';
import type { Events } from '../stores/clickhouse.ts';
import { clearSpool, spoolOf } from '../stores/spool.ts';
import { fingerprintRows, SpoolFile } from './batch.ts';
import { type PoolOptions, readFiles } from './extract/pool.ts';
import type { PartReport } from './extract/report.ts';
import { walk } from './folder.ts';
import { loadRegister } from './jobs.ts';
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
} from './store.ts';

export interface ImportOptions extends PoolOptions {
  /** The register's table; without it documents.csv in the folder, if there is one. */
  table?: string | undefined;
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
  totals: RegisterTotals;
}

const PAGE = 20_000;
const BATCH_FILES = 2000;
const BATCH_BYTES = 64 * 1024 * 1024;
const SHOWN_ROWS = 20;

/**
 * Reads every file of `folder` that is new or has changed. Safe to repeat at any time: what was stored stays, and an
 * interrupted import goes on where it stopped. Errors: folder-not-found, invalid-input for the table, interrupted.
 */
export async function importDocuments(
  events: Events,
  folder: string,
  options: ImportOptions = {},
): Promise<ImportReport> {
  const root = resolve(folder);
  if (!existsSync(root) || !statSync(root).isDirectory())
    throw new Fault('not-found', 'there is no such folder', { place: folder });
  await clearSpool(events);
  const table = options.table ?? join(root, 'documents.csv');
  const bad = await importTable(events, table, options.table !== undefined);
  const list = join(spoolOf(events), 'listed.jsonl');
  const unreadable: Unreadable[] = [];
  const files = await listFiles(root, resolve(table), list, unreadable);
  const batch = new ImportBatch(events);
  let read = 0;
  try {
    const total = await countToRead(events, list);
    options.onProgress?.(0, total);
    for await (const { asked, parts } of readFiles(changed(events, list), options)) {
      for (const { name, why } of parts)
        if (why !== undefined) unreadable.push({ path: [asked.tag.relative, name].filter(Boolean).join('/'), why });
      await batch.add(asked.tag, parts);
      read += 1;
      options.onProgress?.(read, total);
    }
  } finally {
    // Also when it was interrupted: what has been read need not be read again.
    await batch.flush();
    await rm(list, { force: true });
  }
  return {
    ...{ files, read, unreadable, bad, table: existsSync(table) ? basename(table) : undefined },
    badRows: bad > 0 ? await badRegisterRows(events, SHOWN_ROWS) : [],
    totals: await registerTotals(events),
  };
}

async function importTable(events: Events, table: string, required: boolean): Promise<number> {
  if (!existsSync(table)) {
    if (required) throw new Fault('not-found', 'there is no such table', { place: table });
    return 0;
  }
  const report = await loadRegister(events, table);
  if (report.unreadable[0]) throw report.unreadable[0];
  return report.bad;
}

/** Writes the list of the folder's files to `path`; what may not be opened goes to `unreadable`. Returns their number. */
async function listFiles(root: string, table: string, path: string, unreadable: Unreadable[]): Promise<number> {
  const list = new SpoolFile(path);
  let files = 0;
  for await (const { path: file, relative, size, modified, why } of walk(root)) {
    if (resolve(file) === table || (dirname(resolve(file)) === root && basename(file) === 'decoys.csv')) continue;
    files += 1;
    if (why !== undefined) unreadable.push({ path: relative, why });
    else await list.write(`${JSON.stringify({ file, relative, size, modified })}\n`);
  }
  await list.close();
  return files;
}

/** The listed files that have to be read, a page at a time. */
async function* changed(events: Events, list: string) {
  let last = '';
  for (;;) {
    const page = await filesToRead(events, list, last, PAGE);
    for (const tag of page) yield { path: tag.file, tag };
    if (page.length < PAGE) return;
    last = page.at(-1)!.file;
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
