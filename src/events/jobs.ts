/** Loading an organisation folder's log files into the event store: resumable, repeatable, a segment at a time. */
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Fault } from '../base/fault.ts';
import type { Events } from '../stores/clickhouse.ts';
import { csvPositions, headerNames } from '../stores/csv.ts';
import { fileFault, readHeader } from '../stores/header.ts';
import { clearSpool, spoolOf } from '../stores/spool.ts';
import { readers } from './reader.ts';
import { frames, isPart, SEGMENT_BYTES, sourceOf } from './segment.ts';
import {
  countLines,
  forgetHalfLine,
  forgetOtherSegments,
  holdMerges,
  insertSegment,
  type JournalEntry,
  journal,
  type LogFile,
  type LogTotals,
  logTotals,
  type Segment,
  storeLines,
} from './store.ts';

export interface LoadProgress {
  /** Lines done so far, the bytes they took, and the bytes of all files. */
  rows: number;
  bytes: number;
  totalBytes: number;
  file: string;
}

/** Rows that are stored and journalled for good: what is acknowledged of a log at once. */
export interface Batch {
  log: string;
  /** Of the part of the log that they end, in bytes from its beginning, and SHA-256 over the header and that part. */
  position: number;
  digest: string;
  /** Lines in that part. */
  rows: number;
}

export interface LoadOptions {
  /** Called for each batch that was not stored before; what it throws ends the load. */
  onBatch?: (batch: Batch) => Promise<void>;
  onProgress?: (progress: LoadProgress) => void;
  signal?: AbortSignal;
  segmentBytes?: number;
  /** Leave a last line that lacks its end for later: somebody may be writing it. */
  ended?: boolean;
  /** Only these files, such as logon.csv. */
  only?: readonly string[];
  /** Read what is stored already once more, too: an old line of a log may have been changed since. */
  reread?: boolean;
}

/** How far a file has been read: its last part, and the position after it. */
export interface FileEnd {
  file: LogFile;
  /** The last part: its position, the number of its first line, its lines. */
  position: number;
  line: number;
  rows: number;
  end: number;
}

export interface LoadReport {
  logs: LogTotals[];
  /** Lines in parts that were not known before. */
  added: number;
  ends: FileEnd[];
  /** Log files that could not be read (to the end): which, and why. Nothing else is lost because of them. */
  unreadable: Fault[];
}

/** Beyond so many segments the parts would become too many to leave them lying. */
const MOST_UNMERGED = 200;

/**
 * Loads every log file of `folder`. Errors: folder-not-found (no log file at all), interrupted (go on with the same
 * call), disk-full, engine-stopped.
 */
export async function loadLogs(events: Events, folder: string, options: LoadOptions = {}): Promise<LoadReport> {
  const { files, unreadable } = await openFiles(folder, options.only);
  if (files.length === 0 && unreadable.length === 0)
    throw new Fault('folder-not-found', 'the folder holds no log file', { place: folder });
  const totalBytes = files.reduce((sum, file) => sum + file.size, 0);
  const progress = { rows: 0, bytes: 0, totalBytes, file: '' };
  const hold = totalBytes / (options.segmentBytes ?? SEGMENT_BYTES) < MOST_UNMERGED;
  await clearSpool(events);
  if (hold) await holdMerges(events, true);
  let firstLine = 2;
  let added = 0;
  const ends = new Map<LogFile, FileEnd>();
  try {
    // One part after the other: the engine answers one statement at a time, each with all of its threads.
    for await (const step of ahead(steps(events, files, options))) {
      if (options.signal?.aborted) throw new Fault('interrupted', 'loading stopped', { place: step.file.reader.file });
      if (step.kind === 'fault') unreadable.push(step.fault);
      else if (step.kind === 'begin') {
        firstLine = 2 + step.rows; // line 1 is the header
        progress.rows += step.rows;
        progress.bytes += step.bytes;
      } else if (step.kind === 'end') await forgetOtherSegments(events, step.file, step.positions);
      else {
        const rows = await storePart(events, step, firstLine);
        const { file, position, bytes, digest } = step.segment;
        if (!step.done) await options.onBatch?.({ log: file.reader.log_name, position, digest, rows });
        ends.set(file, { file, position, line: firstLine, rows, end: position + bytes });
        if (!step.done) added += rows;
        firstLine += rows;
        progress.rows += rows;
        progress.bytes += bytes;
        progress.file = step.file.reader.file;
        options.onProgress?.({ ...progress });
      }
    }
  } finally {
    // After an engine that has ended there is nothing to tidy, and its end is the error to report.
    await Promise.allSettled([clearSpool(events), ...(hold ? [holdMerges(events, false)] : [])]);
  }
  // What came in line by line is no part of the folder; a side table is named by its file.
  const ofFolder = readers().map(({ log_name }) => log_name);
  const logs = (await logTotals(events)).filter(({ log_name: log }) => ofFolder.includes(log) || log.includes('.'));
  return { logs, added, ends: [...ends.values()], unreadable };
}

async function openFiles(
  folder: string,
  only: LoadOptions['only'],
): Promise<{ files: LogFile[]; unreadable: Fault[] }> {
  const files: LogFile[] = [];
  const unreadable: Fault[] = [];
  for (const reader of readers()) {
    if (only && !only.includes(reader.file)) continue;
    const path = join(folder, reader.file);
    if (!existsSync(path)) continue; // a missing table is normal
    try {
      const { header, end, size } = await readHeader(path);
      const positions = csvPositions(reader.columns, header, reader.file);
      const source = await sourceOf(path, end);
      files.push({ reader, path, source, positions, headerFields: headerNames(header).length, start: end, size });
    } catch (error) {
      unreadable.push(fileFault(error));
    }
  }
  // Smallest first: the engine begins at once, and the first large part is read meanwhile.
  return { files: files.sort((a, b) => a.size - b.size), unreadable };
}

/** What is to be done with a file, in order: what need not be read again, its parts, then its end; or its fault. */
type Step =
  | { kind: 'begin'; file: LogFile; rows: number; bytes: number }
  | {
      kind: 'part';
      segment: Segment;
      /** The journal's entry of the same bytes; of other bytes at the same place, from before the file had grown. */
      done: JournalEntry | undefined;
      before: JournalEntry | undefined;
      spooled: string;
      file: LogFile;
    }
  | { kind: 'end'; file: LogFile; positions: number[] }
  | { kind: 'fault'; file: LogFile; fault: Fault };

async function* steps(events: Events, files: LogFile[], options: LoadOptions): AsyncGenerator<Step> {
  for (const file of files) {
    try {
      yield* fileSteps(events, file, options);
    } catch (error) {
      yield { kind: 'fault', file, fault: fileFault(error) };
    }
  }
}

async function* fileSteps(events: Events, file: LogFile, options: LoadOptions): AsyncGenerator<Step> {
  const known = await journal(events, file.reader.log_name);
  const byDigest = new Map(known.map((entry) => [entry.digest, entry]));
  const stored = options.reread ? [] : await storedBeginning(file, known);
  const from = stored.reduce((end, { bytes }) => end + bytes, file.start);
  yield { kind: 'begin', file, rows: stored.reduce((sum, { rows }) => sum + rows, 0), bytes: from - file.start };
  const positions = stored.map(({ position }) => position);
  for await (const frame of frames(file, from, options.segmentBytes, options.ended)) {
    const done = byDigest.get(frame.digest);
    const spooled = done ? '' : join(spoolOf(events), `${file.reader.log_name}-${frame.position}.lines`);
    if (!done) await spool(spooled, frame.bytes);
    positions.push(frame.position);
    const segment = { file, position: frame.position, digest: frame.digest, bytes: frame.bytes.length };
    const before = known.find(({ source, position }) => source === file.source && position === frame.position);
    // The bytes themselves are on disk now and need not wait in memory.
    yield { kind: 'part', file, segment, done, before, spooled };
  }
  yield { kind: 'end', file, positions };
}

/**
 * The stored parts of a file before its last one, when that is still what was stored: a log grows at its end, and what
 * comes before the last part need not be read at each load.
 */
async function storedBeginning(file: LogFile, known: JournalEntry[]): Promise<JournalEntry[]> {
  const parts: JournalEntry[] = [];
  let end = file.start;
  for (const part of known) {
    if (part.source !== file.source || part.position !== end || part.bytes === 0) continue;
    parts.push(part);
    end += part.bytes;
  }
  const last = parts.pop();
  return last && (await isPart(file, last)) ? parts : [];
}

/** The same values, fetched two ahead of their use: the disk and the digest keep in front of the engine. */
async function* ahead<T>(values: AsyncGenerator<T>): AsyncGenerator<T> {
  const fetch = () => {
    const next = values.next();
    next.catch(() => {}); // thrown when it is its turn
    return next;
  };
  const fetched = [fetch(), fetch()];
  try {
    for (let result = await fetched.shift()!; !result.done; result = await fetched.shift()!) {
      fetched.push(fetch());
      yield result.value;
    }
  } finally {
    await Promise.allSettled(fetched); // nothing is left running when the user stops early
    await values.return(undefined);
  }
}

/** The engine reads files, not streams; the source file itself is the durable copy, so this one needs no fsync. */
export async function spool(path: string, bytes: Buffer): Promise<void> {
  try {
    await writeFile(path, bytes, { mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC')
      throw new Fault('disk-full', 'no space left for the spool', { place: dirname(path), cause: error });
    throw error;
  }
}

/** Stores one part; returns its number of lines. A part whose bytes are journalled costs next to nothing. */
async function storePart(
  events: Events,
  { segment, done, before, spooled }: Step & { kind: 'part' },
  firstLine: number,
): Promise<number> {
  const { file, position } = segment;
  if (done?.source === file.source && done.position === position) return done.rows;
  const rows = done?.rows ?? (await countLines(events, spooled));
  if (!done && before && before.rows > 0)
    await forgetHalfLine(events, file, { path: spooled, index: before.rows - 1, line: firstLine + before.rows - 1 });
  if (!done) await storeLines(events, file, spooled, firstLine);
  await insertSegment(events, segment, rows);
  if (!done) await rm(spooled, { force: true });
  return rows;
}
