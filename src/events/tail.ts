/**
 * Following log files that grow. The first look reads a file from its beginning, as any load does; later ones read only
 * what was added behind the last line, and carry on the journal as if the whole part had been read anew.
 */
import { createHash, type Hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Fault } from '../base/fault.ts';
import type { Events } from '../stores/clickhouse.ts';
import { fileFault, unreadableFile } from '../stores/header.ts';
import { spoolOf } from '../stores/spool.ts';
import { type FileEnd, type LoadOptions, loadLogs, spool } from './jobs.ts';
import { readers } from './reader.ts';
import { headerBytes, NEWLINE, readBytes, SEGMENT_BYTES } from './segment.ts';
import { countLines, forgetHalfLine, insertSegment, storeLines } from './store.ts';

export interface Added {
  /** Lines that were not read before. */
  rows: number;
  /** The files that were looked at and could not be read, such as logon.csv, each with its fault. */
  failed: Map<string, Fault>;
}

export interface FollowOptions {
  /** Which files to look at now; all without. */
  wanted?: (file: string) => boolean;
  signal?: AbortSignal;
  segmentBytes?: number;
  onBatch?: NonNullable<LoadOptions['onBatch']>;
}

/** Takes in what has come since the last call; a last line that lacks its end waits for it. Errors: as loadLogs. */
export type LogFollower = (options?: FollowOptions) => Promise<Added>;

/** Where a file has been read to, and how to tell that it has only grown since. */
interface Tail extends FileEnd {
  inode: number;
  /** Over the header and the last part so far. */
  hash: Hash;
  /** The last bytes before `end`. */
  last: Buffer;
  /** Nothing was added since the first look: an earlier load may have taken the beginning of the next line. */
  fresh: boolean;
}

const LAST_BYTES = 4096;

/** Errors, at each call: interrupted, disk-full, query-failed, engine-stopped. */
export function followLogs(events: Events, folder: string): LogFollower {
  const tails = new Map<string, Tail>();
  return async (options = {}) => {
    const added: Added = { rows: 0, failed: new Map() };
    const whole: string[] = [];
    for (const { file } of readers()) {
      if (options.wanted?.(file) === false) continue;
      if (options.signal?.aborted) throw new Fault('interrupted', 'loading stopped', { place: file });
      const tail = tails.get(file);
      try {
        const rows = tail && (await append(events, tail, options));
        if (rows === undefined) tails.delete(file);
        added.rows += rows ?? 0;
      } catch (error) {
        tails.delete(file);
        added.failed.set(file, growthFault(error, file));
      }
      if (!tails.has(file) && !added.failed.has(file) && existsSync(join(folder, file))) whole.push(file);
    }
    if (whole.length > 0) await readWhole(events, folder, whole, { added, tails, options });
    return added;
  };
}

async function readWhole(
  events: Events,
  folder: string,
  only: string[],
  { added, tails, options }: { added: Added; tails: Map<string, Tail>; options: FollowOptions },
): Promise<void> {
  const report = await loadLogs(events, folder, { ...options, only, ended: true });
  added.rows += report.added;
  for (const fault of report.unreadable) added.failed.set((fault.place ?? '').replace(/:\d+$/, ''), fault);
  for (const end of report.ends)
    if (!added.failed.has(end.file.reader.file)) tails.set(end.file.reader.file, await tailOf(end));
}

async function tailOf(end: FileEnd): Promise<Tail> {
  const handle = await open(end.file.path, 'r');
  try {
    const bytes = await readBytes(handle, end.position, end.end - end.position);
    const hash = (await emptyHash(handle, end)).update(bytes);
    const { ino } = await handle.stat();
    return { ...end, inode: ino, hash, last: Buffer.from(bytes.subarray(-LAST_BYTES)), fresh: true };
  } finally {
    await handle.close();
  }
}

const emptyHash = async (handle: FileHandle, { file }: FileEnd) =>
  createHash('sha256').update(await headerBytes(handle, file.start));

/** Stores the lines that were added; their number, or undefined when the file is not the one that was read before. */
async function append(events: Events, tail: Tail, options: FollowOptions): Promise<number | undefined> {
  const handle = await open(tail.file.path, 'r');
  try {
    const { ino, size } = await handle.stat();
    const last = await readBytes(handle, tail.end - tail.last.length, tail.last.length);
    if (ino !== tail.inode || size < tail.end || !last.equals(tail.last)) return undefined;
    let rows = 0;
    while (!options.signal?.aborted) {
      const left = tail.position + (options.segmentBytes ?? SEGMENT_BYTES) - tail.end;
      const bytes = await readBytes(handle, tail.end, Math.min(left, size - tail.end));
      const lines = bytes.subarray(0, bytes.lastIndexOf(NEWLINE) + 1);
      if (lines.length > 0) rows += await storeAdded(events, tail, lines, options);
      else if (bytes.length < left) break;
      else await beginPart(handle, tail);
    }
    return rows;
  } finally {
    await handle.close();
  }
}

/** The part is full: the next line begins another one. */
async function beginPart(handle: FileHandle, tail: Tail): Promise<void> {
  if (tail.rows === 0)
    throw new Fault('invalid-input', 'a line is too long to be one', { place: basename(tail.file.path) });
  const hash = await emptyHash(handle, tail);
  Object.assign(tail, { position: tail.end, line: tail.line + tail.rows, rows: 0, hash });
}

/** Only when everything is stored does the tail move on: after a fault the same lines are taken again. */
async function storeAdded(events: Events, tail: Tail, lines: Buffer, { onBatch }: FollowOptions): Promise<number> {
  const { file, position } = tail;
  const path = join(spoolOf(events), `${file.reader.log_name}-${tail.end}.lines`);
  const line = tail.line + tail.rows;
  const hash = tail.hash.copy().update(lines);
  await spool(path, lines);
  try {
    const added = await countLines(events, path);
    if (tail.fresh) await forgetHalfLine(events, file, { path, index: 0, line });
    await storeLines(events, file, path, line);
    const bytes = tail.end + lines.length - position;
    const [rows, digest] = [tail.rows + added, hash.copy().digest('hex')];
    await insertSegment(events, { file, position, digest, bytes }, rows);
    const last = Buffer.from(Buffer.concat([tail.last, lines.subarray(-LAST_BYTES)]).subarray(-LAST_BYTES));
    Object.assign(tail, { hash, last, rows, end: tail.end + lines.length, fresh: false });
    await onBatch?.({ log: file.reader.log_name, position, digest, rows });
    return added;
  } finally {
    await rm(path, { force: true });
  }
}

/** A fault of the file itself is told beside the others; one of the stores ends the call. */
function growthFault(error: unknown, file: string): Fault {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return error instanceof Fault || !/^E[A-Z]+$/.test(code)
    ? fileFault(error)
    : unreadableFile(error as NodeJS.ErrnoException, file);
}
