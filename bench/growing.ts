/**
 * An organisation folder that grows by a day at a time, made of a simulated one. The days after the first are cut off
 * from the end of each log, the last day first, so that no more than one day lies on the disk twice.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, mkdir, open, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { addDays } from '../src/base/day.ts';

const LOGS = ['logon', 'device', 'file', 'email', 'http'];
const WINDOW_BYTES = 65_536;
const BUFFER_BYTES = 4_194_304;
const NEWLINE = 0x0a;

export class GrowingFolder {
  readonly folder: string;
  private readonly pieces: string;

  /** `folder` is the one that grows; `pieces` holds the days that are not there yet. */
  constructor(folder: string, pieces: string) {
    this.folder = folder;
    this.pieces = pieces;
  }

  /** Takes the rows of all days after `first`, up to `last`, out of the folder. A log is in the order of its days. */
  async cut(first: string, last: string): Promise<void> {
    await mkdir(this.pieces, { recursive: true });
    for (const log of LOGS)
      for (let day = last; day > first; day = addDays(day, -1)) {
        const path = this.log(log);
        const start = await startOf(path, day);
        await pipeline(
          createReadStream(path, { start, highWaterMark: BUFFER_BYTES }),
          createWriteStream(this.piece(log, day)),
        );
        await truncate(path, start);
      }
  }

  /** Appends a day's rows to the logs. */
  async append(day: string): Promise<void> {
    for (const log of LOGS) {
      const piece = this.piece(log, day);
      await pipeline(
        createReadStream(piece, { highWaterMark: BUFFER_BYTES }),
        createWriteStream(this.log(log), { flags: 'a' }),
      );
      await rm(piece);
    }
  }

  /** Bytes of all logs as they are now. */
  async size(): Promise<number> {
    const sizes = await Promise.all(LOGS.map((log) => stat(this.log(log))));
    return sizes.reduce((sum, { size }) => sum + size, 0);
  }

  private log(name: string): string {
    return join(this.folder, `${name}.csv`);
  }

  private piece(name: string, day: string): string {
    return join(this.pieces, `${day}-${name}`);
  }
}

/** Where the first row dated `day` or later begins; the end of the file when there is none. Found by halving. */
async function startOf(path: string, day: string): Promise<number> {
  const file = await open(path, 'r');
  try {
    let low = (await bytesAt(file, 0)).indexOf(NEWLINE) + 1;
    let high = (await file.stat()).size;
    while (high - low > WINDOW_BYTES) {
      const middle = Math.floor((low + high) / 2);
      const bytes = await bytesAt(file, middle);
      const line = bytes.indexOf(NEWLINE) + 1;
      if (dayOf(bytes, line) < day) low = middle + line;
      else high = middle + line;
    }
    const bytes = (await bytesAt(file, low)).subarray(0, high - low);
    for (let line = 0; line < bytes.length; line = bytes.indexOf(NEWLINE, line) + 1)
      if (dayOf(bytes, line) >= day) return low + line;
    return high;
  } finally {
    await file.close();
  }
}

async function bytesAt(file: FileHandle, position: number): Promise<Buffer> {
  const buffer = Buffer.alloc(WINDOW_BYTES);
  const { bytesRead } = await file.read(buffer, 0, WINDOW_BYTES, position);
  return buffer.subarray(0, bytesRead);
}

/** The day, YYYY-MM-DD, of the row that begins at `line`: its second field is MM/DD/YYYY and the time. */
function dayOf(bytes: Buffer, line: number): string {
  const field = bytes.indexOf(',', line) + 1;
  const [month, day, year] = bytes.toString('latin1', field, field + 10).split('/');
  return `${year}-${month}-${day}`;
}
