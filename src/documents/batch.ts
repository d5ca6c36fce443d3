/** Rows on their way into the engine: written to its spool as they come, read by it in one statement. */
import { createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { Fingerprints } from './fingerprint.ts';

/** Rows of fingerprints as the engine's RowBinary: text UInt32, hash UInt64, offset UInt32, little end first. */
export const ROW_BYTES = 16;

/** The rows of one text; with `once` a fingerprint that stands in it several times gets a row for the first of them. */
export function fingerprintRows(text: number, prints: Fingerprints, once: boolean): Buffer {
  const { high, low, offsets } = prints;
  const rows = Buffer.allocUnsafe(offsets.length * ROW_BYTES);
  const seen = new Set<number>();
  let at = 0;
  for (let index = 0; index < offsets.length; index++) {
    if (once) {
      // 53 bits of the hash: enough to tell the few thousand of one text apart.
      const key = high[index]! * 2 ** 21 + (low[index]! >>> 11);
      if (seen.has(key)) continue;
      seen.add(key);
    }
    rows.writeUInt32LE(text, at);
    rows.writeUInt32LE(low[index]!, at + 4);
    rows.writeUInt32LE(high[index]!, at + 8);
    rows.writeUInt32LE(offsets[index]!, at + 12);
    at += ROW_BYTES;
  }
  return rows.subarray(0, at);
}

/** A file of the spool that is being written. */
export class SpoolFile {
  readonly path: string;
  readonly #stream: WriteStream;
  bytes = 0;

  constructor(path: string) {
    this.path = path;
    this.#stream = createWriteStream(path, { mode: 0o600 });
    this.#stream.on('error', () => {}); // told by close()
  }

  async write(rows: Buffer | string): Promise<void> {
    this.bytes += rows.length;
    if (rows.length > 0 && !this.#stream.write(rows))
      await new Promise<void>((resolve) => {
        this.#stream.once('drain', resolve).once('close', resolve);
      });
  }

  async close(): Promise<void> {
    this.#stream.end();
    await finished(this.#stream);
  }
}
