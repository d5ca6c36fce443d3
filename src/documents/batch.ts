/** Rows on their way into the engine: written to its spool as they come, read by it in one statement. */
import { type FileHandle, open } from 'node:fs/promises';
import type { Fingerprints } from './fingerprint.ts';

/** Rows of fingerprints as the engine's RowBinary: text UInt32, hash UInt64, offset UInt32, little end first. */
export const ROW_BYTES = 16;
const PIECE = 1 << 20;

/** A fingerprint that stands in a text more often than this gets rows for the first places alone. */
const MOST_PLACES = 3;

/** The rows of one text; with `few` none for what it repeats again and again. */
export function fingerprintRows(text: number, prints: Fingerprints, few: boolean): Buffer {
  const { high, low, offsets } = prints;
  const rows = Buffer.allocUnsafe(offsets.length * ROW_BYTES);
  const seen = new Map<number, number>();
  let at = 0;
  for (let index = 0; index < offsets.length; index++) {
    if (few) {
      // 53 bits of the hash: enough to tell the few thousand of one text apart.
      const key = high[index]! * 2 ** 21 + (low[index]! >>> 11);
      const before = seen.get(key) ?? 0;
      if (before === MOST_PLACES) continue;
      seen.set(key, before + 1);
    }
    rows.writeUInt32LE(text, at);
    rows.writeUInt32LE(low[index]!, at + 4);
    rows.writeUInt32LE(high[index]!, at + 8);
    rows.writeUInt32LE(offsets[index]!, at + 12);
    at += ROW_BYTES;
  }
  return rows.subarray(0, at);
}

/** A file of the spool that is being written, a good piece at a time. */
export class SpoolFile {
  readonly path: string;
  #handle: FileHandle | undefined;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  bytes = 0;

  constructor(path: string) {
    this.path = path;
  }

  async write(rows: Buffer | string): Promise<void> {
    const buffer = typeof rows === 'string' ? Buffer.from(rows) : rows;
    this.#waiting.push(buffer);
    this.#waitingBytes += buffer.length;
    this.bytes += buffer.length;
    if (this.#waitingBytes >= PIECE) await this.#flush();
  }

  /** Makes the file be there even when nothing is written. */
  async touch(): Promise<void> {
    await this.#flush();
  }

  async close(): Promise<void> {
    await this.#flush();
    await this.#handle?.close();
    this.#handle = undefined;
  }

  async #flush(): Promise<void> {
    this.#handle ??= await open(this.path, 'w', 0o600);
    const rows = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    await this.#handle.writeFile(rows); // writes at the end of what this handle has written
  }
}
