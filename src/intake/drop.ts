/**
 * A folder into which files are put. A file that is durable in the spool goes into done/, one that cannot be read into
 * failed/ with its reason beside it. A line is known by its file's content and its number in it: the same file again,
 * under whatever name, adds nothing.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, zstdDecompress } from 'node:zlib';
import { asFault, Fault } from '../base/fault.ts';
import { jsonLines, textLines } from './frame.ts';
import type { Spool } from './spool.ts';

/** A file that is larger is to be put in in parts, or tailed. */
const MOST_BYTES = 2 ** 30;
const PIECE_BYTES = 8 * 2 ** 20;
/** Names that programs give to files which are not finished. */
const UNFINISHED = /^\.|\.(tmp|part|partial|filepart|crdownload|swp)$|~$/i;
const UNPACK: Record<string, (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>> = {
  '.gz': promisify(gunzip),
  '.zst': promisify(zstdDecompress),
};

export class Drop {
  readonly #spool: Spool;
  readonly #source: string;
  readonly #folder: string;
  /** Size and time of change at the last look: a file that still changes is still being written. */
  #seen = new Map<string, string>();

  constructor(spool: Spool, source: string, folder: string) {
    this.#spool = spool;
    this.#source = source;
    this.#folder = folder;
  }

  /** Takes in the files that have not changed since the last look. Errors: those of the spool; the file stays. */
  async look(): Promise<number> {
    let lines = 0;
    const seen = new Map<string, string>();
    for (const entry of (await readdir(this.#folder, { withFileTypes: true })).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      if (!entry.isFile() || UNFINISHED.test(entry.name)) continue;
      const { size, mtimeMs } = await stat(join(this.#folder, entry.name));
      const state = `${size} ${mtimeMs}`;
      if (this.#seen.get(entry.name) === state) lines += await this.#takeOrRefuse(entry.name, size);
      else seen.set(entry.name, state);
    }
    this.#seen = seen;
    return lines;
  }

  async #takeOrRefuse(name: string, size: number): Promise<number> {
    try {
      const lines = await this.#take(name, size);
      await this.#move(name, 'done');
      return lines;
    } catch (error) {
      const { code, message } = asFault(error);
      if (code === 'intake-full' || code === 'intake-unavailable') throw error;
      const moved = await this.#move(name, 'failed');
      await writeFile(`${moved}.reason.txt`, `${message}\n`);
      return 0;
    }
  }

  async #take(name: string, size: number): Promise<number> {
    const tooLarge = new Fault('too-large', `The file has more than ${MOST_BYTES} bytes.`, { place: name });
    if (size > MOST_BYTES) throw tooLarge;
    const packed = await readFile(join(this.#folder, name));
    const unpack = UNPACK[extname(name).toLowerCase()];
    const body = unpack ? await unpack(packed, { maxOutputLength: MOST_BYTES }) : packed;
    const stream = `drop:${createHash('sha256').update(body).digest('hex').slice(0, 32)}`;
    const plain = unpack ? name.slice(0, -extname(name).length) : name;
    const { bytes, lines } = /\.json$/i.test(plain) ? jsonLines(body) : textLines(body);
    let sequence = 1;
    for (let at = 0; at < bytes.length; ) {
      const end = endOfPiece(bytes, at);
      const piece = textLines(bytes.subarray(at, end));
      await this.#spool.put({ source: this.#source, stream, sequence, ...piece });
      sequence += piece.lines;
      at = end;
    }
    return lines;
  }

  /** A file of the same name that is there already keeps it. */
  async #move(name: string, into: 'done' | 'failed'): Promise<string> {
    const folder = join(this.#folder, into);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    let target = join(folder, name);
    for (let count = 2; existsSync(target); count += 1) target = join(folder, `${name}.${count}`);
    await rename(join(this.#folder, name), target);
    return target;
  }
}

/** Behind the last line end within the size of a piece; a longer line is a piece of its own. */
function endOfPiece(bytes: Buffer, from: number): number {
  if (bytes.length - from <= PIECE_BYTES) return bytes.length;
  const last = bytes.lastIndexOf(0x0a, from + PIECE_BYTES);
  return (last > from ? last : bytes.indexOf(0x0a, from + PIECE_BYTES)) + 1;
}
