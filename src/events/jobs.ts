/** Loading an organisation folder's log files into the event store: resumable, repeatable, a segment at a time. */
import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asFault, Fault } from '../base/fault.ts';
import type { Events } from '../stores/clickhouse.ts';
import { type CsvPositions, csvPositions, headerNames } from '../stores/csv.ts';
import { readHeader } from '../stores/header.ts';
import { type Reader, readers } from './reader.ts';
import { type Frame, frames } from './segment.ts';
import {
  insertEvents,
  insertSegment,
  type LogTotals,
  logTotals,
  type Segment,
  segmentExtent,
  segmentRows,
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
  /** Log files that could not be read at all: which, and why. Nothing else is lost because of them. */
  unreadable: Fault[];
}

interface LogFile {
  reader: Reader;
  path: string;
  positions: CsvPositions;
  headerFields: number;
  start: number;
  size: number;
}

/** Errors: folder-not-found (no log file at all), interrupted (go on with the same call), disk-full, engine-stopped. */
export async function loadLogs(events: Events, folder: string, options: LoadOptions = {}): Promise<LoadReport> {
  const { files, unreadable } = await openFiles(folder);
  if (files.length === 0 && unreadable.length === 0)
    throw new Fault('folder-not-found', 'the folder holds no log file', { place: folder });
  const progress = { rows: 0, bytes: 0, totalBytes: files.reduce((sum, file) => sum + file.size, 0), file: '' };
  // Two files at a time keep both the disk and the engine's sort busy. Largest first: they end together.
  const queue = [...files].sort((a, b) => b.size - a.size);
  const work = async () => {
    for (let file = queue.shift(); file; file = queue.shift()) await loadFile(events, file, progress, options);
  };
  await Promise.all([work(), work()]);
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
      files.push({ reader, path, positions, headerFields: headerNames(header).length, start: end, size });
    } catch (error) {
      unreadable.push(asFault(error));
    }
  }
  return { files, unreadable };
}

async function loadFile(events: Events, file: LogFile, progress: LoadProgress, options: LoadOptions): Promise<void> {
  let firstLine = 2; // line 1 is the header
  for await (const frame of frames(file.path, file.start, options.segmentBytes)) {
    if (options.signal?.aborted) throw new Fault('interrupted', 'loading stopped', { place: file.reader.file });
    const rows = await loadFrame(events, file, frame, firstLine);
    firstLine += rows;
    progress.rows += rows;
    progress.bytes += frame.bytes.length;
    progress.file = file.reader.file;
    options.onProgress?.({ ...progress });
  }
}

/** Stores one part; returns its number of lines. A part whose bytes are journalled as done costs one look-up. */
async function loadFrame(events: Events, file: LogFile, frame: Frame, firstLine: number): Promise<number> {
  const done = await segmentRows(events, frame.digest, file.reader.log_name);
  if (done !== undefined) return done;
  const path = await spool(events, frame);
  try {
    const segment: Segment = {
      reader: file.reader,
      positions: file.positions,
      headerFields: file.headerFields,
      file: file.reader.file,
      position: frame.position,
      digest: frame.digest,
      firstLine,
      path,
    };
    const extent = await segmentExtent(events, segment);
    await insertEvents(events, segment, extent);
    await insertSegment(events, segment, extent.rows);
    return extent.rows;
  } finally {
    await rm(path, { force: true });
  }
}

/** The engine reads files, not streams; the source file itself is the durable copy, so this one needs no fsync. */
async function spool(events: Events, frame: Frame): Promise<string> {
  if (events.spool === undefined) throw new Fault('usage', 'loading a folder needs the embedded event engine');
  const path = join(events.spool, `${frame.digest}.lines`);
  try {
    const handle = await open(`${path}.tmp`, 'w', 0o600);
    await handle.writeFile(frame.bytes);
    await handle.close();
    await rename(`${path}.tmp`, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC')
      throw new Fault('disk-full', 'no space left for the spool', { place: events.spool, cause: error });
    throw error;
  }
  return path;
}
