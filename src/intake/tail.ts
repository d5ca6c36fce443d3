/**
 * Reading a log file as it grows and is rotated: by renaming, by copying and cutting off, with the old ones packed or not. A
 * line is known by its file and its number in it, so that nothing is doubled when a crash comes between a line's becoming
 * durable and this file's remembering it.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { type FileHandle, open, readdir, readFile, rename, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, zstdDecompress } from 'node:zlib';
import { textLines } from './frame.ts';
import type { Spool } from './spool.ts';

interface Place {
  inode: number;
  /** How often this file was cut off and begun again. */
  generation: number;
  stream: string;
  /** Bytes that are durable, and the number of the next line. */
  offset: number;
  line: number;
  /** The last bytes before `offset`, in base64. */
  last: string;
}

const PIECE_BYTES = 4 * 2 ** 20;
const SETTLE_MS = 5000;
const MEMORY_BYTES = 64;
const MOST_UNPACKED_BYTES = 2 ** 30;
const NEWLINE = 0x0a;
const UNPACK: Record<string, (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>> = {
  '.gz': promisify(gunzip),
  '.zst': promisify(zstdDecompress),
};

/** Reads one log file; `look` takes in what has come since the last look, also by an earlier process. */
export class Tail {
  readonly #spool: Spool;
  readonly #source: string;
  readonly #path: string;
  readonly #memory: string;
  readonly #settleMs: number;
  #place: Place | undefined;
  /** Since when another file has stood in the place of the one that is read. */
  #rotatedAt: number | undefined;

  /** After a rotation the old file is written on until its writer has noticed: `settleMs` is how long that may take. */
  constructor(spool: Spool, source: string, path: string, settleMs = SETTLE_MS) {
    this.#settleMs = settleMs;
    this.#spool = spool;
    this.#source = source;
    this.#path = path;
    this.#memory = join(spool.folder, `${source}.tail.json`);
    if (existsSync(this.#memory)) this.#place = JSON.parse(readFileSync(this.#memory, 'utf8')) as Place;
  }

  /** Returns the lines taken in. Errors: those of the spool and of the file. */
  async look(): Promise<number> {
    const file = await open(this.#path, 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined; // between the old one's going and the new one's coming
      throw error;
    });
    if (file === undefined) return 0;
    try {
      const { ino } = await file.stat();
      const place = this.#place;
      if (place?.inode === ino && (await isAt(file, place))) return await this.#readOn(file, false);
      if (place !== undefined && place.inode !== ino) {
        this.#rotatedAt ??= performance.now();
        if (performance.now() - this.#rotatedAt < this.#settleMs) return 0;
        this.#rotatedAt = undefined;
      }
      let lines = place === undefined ? 0 : await this.#finish(place, ino);
      this.#place = await beginning(file, ino, place?.inode === ino ? place.generation + 1 : 0);
      // Before its first line is durable: a file that is still empty has another mark than with that line in it.
      await this.#remember();
      lines += await this.#readOn(file, false);
      return lines;
    } finally {
      await file.close();
    }
  }

  /** What was still to come of the file that was read so far, wherever it is now, and of those that came after it. */
  async #finish(place: Place, current: number): Promise<number> {
    const others = await this.#others(current);
    const at = await findIndex(others, (path) => isOld(path, place));
    if (at < 0) return 0;
    let lines = await this.#readOld(others[at]!);
    // Rotated more than once since: the newer ones were never looked at. A copy of this file has nothing newer.
    if (place.inode === current) return lines;
    for (const path of others.slice(at + 1)) {
      const { ino } = await stat(path);
      const file = await open(path, 'r');
      try {
        this.#place = await beginning(file, ino, 0);
      } finally {
        await file.close();
      }
      lines += await this.#readOld(path);
    }
    return lines;
  }

  /** Files beside this one whose names begin with its own, the oldest first. */
  async #others(current: number): Promise<string[]> {
    const folder = dirname(this.#path);
    const stem = basename(this.#path);
    const names = (await readdir(folder)).filter((name) => name.startsWith(`${stem}.`) || name.startsWith(`${stem}-`));
    const files = await Promise.all(
      names.map(async (name) => ({ path: join(folder, name), state: await stat(join(folder, name)) })),
    );
    return (
      files
        .filter(({ state }) => state.isFile() && state.ino !== current)
        // Changed in the same moment: x.log.2 is older than x.log.1.
        .sort((a, b) => a.state.mtimeMs - b.state.mtimeMs || b.path.localeCompare(a.path, 'en', { numeric: true }))
        .map(({ path }) => path)
    );
  }

  /** A rotated file grows no more: its last line counts although it lacks its end. */
  async #readOld(path: string): Promise<number> {
    const packed = packing(path);
    if (packed !== undefined) {
      const rest = (await unpacked(path)).subarray(this.#place!.offset);
      return rest.length === 0 ? 0 : await this.#take(rest);
    }
    const file = await open(path, 'r');
    try {
      return await this.#readOn(file, true);
    } finally {
      await file.close();
    }
  }

  async #readOn(file: FileHandle, toTheEnd: boolean): Promise<number> {
    let lines = 0;
    for (let size = PIECE_BYTES; ; ) {
      const piece = await readAt(file, this.#place!.offset, size);
      const whole = piece.subarray(0, piece.lastIndexOf(NEWLINE) + 1);
      const isEnd = piece.length < size;
      if (whole.length > 0) lines += await this.#take(Buffer.from(whole));
      else if (isEnd && toTheEnd && piece.length > 0) return lines + (await this.#take(Buffer.from(piece)));
      else if (isEnd) return lines;
      else size *= 2; // one long line
    }
  }

  async #take(bytes: Buffer): Promise<number> {
    const place = this.#place!;
    const framed = textLines(bytes);
    await this.#spool.put({ source: this.#source, stream: place.stream, sequence: place.line, ...framed });
    const last = Buffer.concat([Buffer.from(place.last, 'base64'), bytes])
      .subarray(-MEMORY_BYTES)
      .toString('base64');
    this.#place = { ...place, offset: place.offset + bytes.length, line: place.line + framed.lines, last };
    await this.#remember();
    return framed.lines;
  }

  async #remember(): Promise<void> {
    const file = await open(`${this.#memory}.tmp`, 'w', 0o600);
    try {
      await file.writeFile(JSON.stringify(this.#place));
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(`${this.#memory}.tmp`, this.#memory);
  }
}

/** A file from its start. Its first bytes are part of its name: inodes are given out again. */
async function beginning(file: FileHandle, inode: number, generation: number): Promise<Place> {
  const head = await readAt(file, 0, 4096);
  const line = head.subarray(0, head.indexOf(NEWLINE) + 1);
  const { birthtimeMs } = await file.stat();
  const mark = createHash('sha256').update(line).digest('hex').slice(0, 12);
  const stream = `file:${inode}.${Math.floor(birthtimeMs)}.${generation}.${mark}`;
  return { inode, generation, stream, offset: 0, line: 1, last: '' };
}

/** Whether what was read of the file still stands before `offset`: it has only grown since. */
async function isAt(file: FileHandle, { offset, last }: Place): Promise<boolean> {
  const expected = Buffer.from(last, 'base64');
  return (await readAt(file, offset - expected.length, expected.length)).equals(expected);
}

async function isOld(path: string, place: Place): Promise<boolean> {
  const expected = Buffer.from(place.last, 'base64');
  if (packing(path) !== undefined) {
    const bytes = await unpacked(path);
    return (
      bytes.length >= place.offset && bytes.subarray(place.offset - expected.length, place.offset).equals(expected)
    );
  }
  const file = await open(path, 'r');
  try {
    return (await file.stat()).size >= place.offset && (await isAt(file, place));
  } finally {
    await file.close();
  }
}

const packing = (path: string) => Object.keys(UNPACK).find((end) => path.endsWith(end));

async function unpacked(path: string): Promise<Buffer> {
  return await UNPACK[packing(path)!]!(await readFile(path), { maxOutputLength: MOST_UNPACKED_BYTES });
}

async function findIndex(paths: readonly string[], test: (path: string) => Promise<boolean>): Promise<number> {
  for (const [index, path] of paths.entries()) if (await test(path).catch(() => false)) return index;
  return -1;
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
