/** Loading an organisation folder's log files into the event store: resumable, repeatable, a segment at a time. */
import { existsSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asFault, Fault } from '../base/fault.ts';
import type { Events } from '../stores/clickhouse.ts';
import { csvPositions, headerNames } from '../stores/csv.ts';
import { readHeader } from '../stores/header.ts';
import { readers } from './reader.ts';
import { countLines, type Frame, frames, halves, SEGMENT_BYTES, sourceOf } from './segment.ts';
import {
  dropStage,
  forgetOtherSegments,
  holdMerges,
  insertSegment,
  type JournalEntry,
  journal,
  type LogFile,
  type LogTotals,
  logTotals,
  makeStage,
  type Segment,
  type Spooled,
  stageLines,
  storeStaged,
} from './store.ts';

export interface LoadProgress {
  /** Lines done so far, the bytes they took, and the bytes of all files. */
  rows: number;
  bytes: number;
  totalBytes: number;
  file: string;
}

export interface LoadOptions {
  onProgress?: (progress: LoadProgress) => void;
  signal?: AbortSignal;
  segmentBytes?: number;
}

export interface LoadReport {
  logs: LogTotals[];
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
  const { files, unreadable } = await openFiles(folder);
  if (files.length === 0 && unreadable.length === 0)
    throw new Fault('folder-not-found', 'the folder holds no log file', { place: folder });
  const totalBytes = files.reduce((sum, file) => sum + file.size, 0);
  const progress = { rows: 0, bytes: 0, totalBytes, file: '' };
  const hold = totalBytes / (options.segmentBytes ?? SEGMENT_BYTES) < MOST_UNMERGED;
  await clearSpool(events);
  await makeStage(events);
  if (hold) await holdMerges(events, true);
  try {
    // One part after the other: the engine answers one statement at a time, each with all of its threads.
    for await (const step of ahead(steps(events, files, options))) {
      if (options.signal?.aborted) throw new Fault('interrupted', 'loading stopped', { place: step.file.reader.file });
      if (step.kind === 'fault') unreadable.push(step.fault);
      else if (step.kind === 'end') await forgetOtherSegments(events, step.file, step.positions);
      else {
        progress.rows += await storePart(events, step);
        progress.bytes += step.bytes;
        progress.file = step.file.reader.file;
        options.onProgress?.({ ...progress });
      }
    }
  } finally {
    // After an engine that has ended there is nothing to tidy, and its end is the error to report.
    await Promise.allSettled([clearSpool(events), dropStage(events), ...(hold ? [holdMerges(events, false)] : [])]);
  }
  return { logs: await logTotals(events), unreadable };
}

/** A fault of one file does not stop the others; every other one stops everything. */
function fileFault(error: unknown): Fault {
  const fault = asFault(error);
  if (fault.code !== 'invalid-input') throw fault;
  return fault;
}

async function openFiles(folder: string): Promise<{ files: LogFile[]; unreadable: Fault[] }> {
  const files: LogFile[] = [];
  const unreadable: Fault[] = [];
  for (const reader of readers()) {
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

/** Takes away what a load that was killed left behind. */
async function clearSpool(events: Events): Promise<void> {
  if (events.spool === undefined) throw new Fault('usage', 'loading a folder needs the embedded event engine');
  for (const name of await readdir(events.spool))
    if (name.endsWith('.lines')) await rm(join(events.spool, name), { force: true });
}

/** What is to be done with a file, in order: its parts, then its end; or its fault. */
type Step =
  | { kind: 'part'; segment: Segment; bytes: number; done: JournalEntry | undefined; spooled: Spooled[]; file: LogFile }
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

async function* fileSteps(events: Events, file: LogFile, { segmentBytes }: LoadOptions): AsyncGenerator<Step> {
  const known = await journal(events, file.reader.log_name);
  const byDigest = new Map(known.map((entry) => [entry.digest, entry]));
  const positions: number[] = [];
  let firstLine = 2; // line 1 is the header
  for await (const frame of frames(file.path, file.start, segmentBytes)) {
    const done = byDigest.get(frame.digest);
    const { spooled, lines } = done ? { spooled: [], lines: done.rows } : await spool(events.spool!, frame, firstLine);
    positions.push(frame.position);
    firstLine += lines;
    const segment = { file, position: frame.position, digest: frame.digest };
    // The bytes themselves are on disk now and need not wait in memory.
    yield { kind: 'part', file, segment, bytes: frame.bytes.length, done, spooled };
  }
  yield { kind: 'end', file, positions };
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
async function spool(folder: string, frame: Frame, firstLine: number): Promise<{ spooled: Spooled[]; lines: number }> {
  const spooled: Spooled[] = [];
  let lines = 0;
  try {
    for (const [i, bytes] of halves(frame.bytes).entries()) {
      const path = join(folder, `${frame.digest}-${i}.lines`);
      await writeFile(path, bytes, { mode: 0o600 });
      spooled.push({ path, firstLine: firstLine + lines });
      lines += countLines(bytes);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC')
      throw new Fault('disk-full', 'no space left for the spool', { place: folder, cause: error });
    throw error;
  }
  return { spooled, lines };
}

/** Stores one part; returns its number of lines. A part whose bytes are journalled costs next to nothing. */
async function storePart(events: Events, { segment, done, spooled }: Step & { kind: 'part' }): Promise<number> {
  const { file, position } = segment;
  if (done?.source === file.source && done.position === position) return done.rows;
  const rows = done?.rows ?? (await stageLines(events, file, spooled));
  if (!done) await storeStaged(events, file.reader.log_name);
  await insertSegment(events, segment, rows);
  for (const { path } of spooled) await rm(path, { force: true });
  return rows;
}
