/** Loading an organisation folder's log files into the event store: resumable, repeatable, a segment at a time. */
import { existsSync } from 'node:fs';
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asFault, Fault } from '../base/fault.ts';
import type { Events } from '../stores/clickhouse.ts';
import { csvPositions, headerNames } from '../stores/csv.ts';
import { readHeader } from '../stores/header.ts';
import { readers } from './reader.ts';
import { type Frame, frames, sourceOf } from './segment.ts';
import {
  forgetOtherSegments,
  insertSegment,
  type LogFile,
  type LogTotals,
  logTotals,
  makeStages,
  segmentRows,
  stageSegment,
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

interface Load {
  events: Events;
  options: LoadOptions;
  progress: LoadProgress;
  unreadable: Fault[];
  /** Aborts when the caller does or when either worker fails. */
  stop: AbortController;
}

/** While one worker's segment is being read, the other's is being written. */
const WORKERS = [0, 1];

/** Errors: folder-not-found (no log file at all), interrupted (go on with the same call), disk-full, engine-stopped. */
export async function loadLogs(events: Events, folder: string, options: LoadOptions = {}): Promise<LoadReport> {
  const { files, unreadable } = await openFiles(folder);
  if (files.length === 0 && unreadable.length === 0)
    throw new Fault('folder-not-found', 'the folder holds no log file', { place: folder });
  await clearSpool(events);
  await makeStages(events, WORKERS);
  const progress = { rows: 0, bytes: 0, totalBytes: files.reduce((sum, file) => sum + file.size, 0), file: '' };
  const load: Load = { events, options, progress, unreadable, stop: new AbortController() };
  const onAbort = () => load.stop.abort(new Fault('interrupted', 'loading stopped', { place: folder }));
  options.signal?.addEventListener('abort', onAbort);
  if (options.signal?.aborted) onAbort();
  try {
    // Largest first: both workers end together.
    const queue = [...files].sort((a, b) => b.size - a.size);
    // Every worker has ended before this goes on: a failure leaves no statement running behind the caller's back.
    await Promise.all(WORKERS.map((worker) => workThrough(load, queue, worker)));
  } finally {
    options.signal?.removeEventListener('abort', onAbort);
  }
  if (load.stop.signal.aborted) throw load.stop.signal.reason;
  return { logs: await logTotals(events), unreadable };
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
      unreadable.push(asFault(error));
    }
  }
  return { files, unreadable };
}

/** What a load that was killed left behind. */
async function clearSpool(events: Events): Promise<void> {
  if (events.spool === undefined) throw new Fault('usage', 'loading a folder needs the embedded event engine');
  for (const name of await readdir(events.spool))
    if (name.endsWith('.lines')) await rm(join(events.spool, name), { force: true });
}

/** Takes files from the queue until it is empty or somebody stops; never throws, `stop` says why it ended early. */
async function workThrough(load: Load, queue: LogFile[], worker: number): Promise<void> {
  while (!load.stop.signal.aborted) {
    const file = queue.shift();
    if (file === undefined) return;
    try {
      await loadFile(load, file, worker);
    } catch (error) {
      const fault = asFault(error);
      if (fault.code === 'invalid-input') load.unreadable.push(fault);
      else load.stop.abort(fault);
    }
  }
}

async function loadFile(load: Load, file: LogFile, worker: number): Promise<void> {
  const parts = frames(file.path, file.start, load.options.segmentBytes);
  const positions: number[] = [];
  let firstLine = 2; // line 1 is the header
  let next = parts.next();
  try {
    for (let part = await next; !part.done; part = await next) {
      next = parts.next(); // the disk reads ahead while the engine works
      next.catch(() => {}); // it is reported when it is its turn
      if (load.stop.signal.aborted) return;
      const rows = await loadFrame(load, file, part.value, firstLine, worker);
      positions.push(part.value.position);
      firstLine += rows;
      report(load, file, rows, part.value.bytes.length);
    }
  } finally {
    await next.catch(() => {});
    await parts.return(undefined);
  }
  await forgetOtherSegments(load.events, file, positions);
}

function report({ options, progress }: Load, file: LogFile, rows: number, bytes: number): void {
  progress.rows += rows;
  progress.bytes += bytes;
  progress.file = file.reader.file;
  options.onProgress?.({ ...progress });
}

/** Stores one part; returns its number of lines. A part whose bytes are journalled as done costs one look-up. */
async function loadFrame({ events }: Load, file: LogFile, frame: Frame, firstLine: number, worker: number) {
  const segment = { file, position: frame.position, digest: frame.digest, firstLine };
  const done = await segmentRows(events, segment);
  if (done?.here) return done.rows;
  if (done) {
    await insertSegment(events, segment, done.rows);
    return done.rows;
  }
  const path = await spool(events, frame.bytes, worker);
  try {
    const rows = await stageSegment(events, worker, segment, path);
    await storeStaged(events, worker, file.reader.log_name);
    await insertSegment(events, segment, rows);
    return rows;
  } finally {
    await rm(path, { force: true });
  }
}

/** The engine reads files, not streams; the source file itself is the durable copy, so this one needs no fsync. */
async function spool(events: Events, bytes: Buffer, worker: number): Promise<string> {
  const path = join(events.spool!, `segment-${worker}.lines`);
  try {
    const handle = await open(path, 'w', 0o600);
    try {
      await handle.writeFile(bytes);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC')
      throw new Fault('disk-full', 'no space left for the spool', { place: events.spool!, cause: error });
    throw error;
  }
  return path;
}
