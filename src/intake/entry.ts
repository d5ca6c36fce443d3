/** A delivery in the spool is one file: its lines are the content, everything else stands in its name. */
import { createHash } from 'node:crypto';

/** Lines that a source hands in at once. */
export interface Delivery {
  readonly source: string;
  /** A part of a source that numbers its own lines: a file, a connection, a partition. '' for the source as a whole. */
  readonly stream: string;
  /**
   * The number of the first line in its stream. With it a line is known by its place, and equal lines are two events;
   * without it a line is known by what it says, and the same line again is the same event.
   */
  readonly sequence: number | undefined;
  /** Whole lines, each with its line end, none of them empty. */
  readonly bytes: Buffer;
  readonly lines: number;
}

/** A delivery that is on the disk. */
export interface Entry {
  /** The file's name without the folder. */
  readonly file: string;
  /** Rises with every delivery. */
  readonly number: number;
  /** The same for the same delivery, whenever it is sent. */
  readonly id: string;
  readonly source: string;
  readonly stream: string;
  readonly sequence: number | undefined;
  readonly lines: number;
  /** Seconds since 1970, by this machine's clock; nothing depends on it. */
  readonly received: number;
  readonly bytes: number;
}

export const SOURCE = /^[a-z0-9][a-z0-9._-]{0,63}$/;
export const MOST_STREAM_BYTES = 96;
const FILE = /^(\d{16})~(\d+)~(\d+)~(\d*)~([0-9a-f]{32})~([\w-]*)\.lines$/;

/** SHA-256 over source, stream, sequence and lines, its first half in hexadecimal. */
export function deliveryId({ source, stream, sequence, bytes }: Delivery): string {
  const place = JSON.stringify([source, stream, sequence ?? null]);
  return createHash('sha256').update(place).update('\0').update(bytes).digest('hex').slice(0, 32);
}

export function fileName(entry: Omit<Entry, 'file' | 'source' | 'bytes'>): string {
  const { number, received, lines, sequence, id, stream } = entry;
  const name = [digits(number), received, lines, sequence ?? '', id, Buffer.from(stream).toString('base64url')];
  return `${name.join('~')}.lines`;
}

const digits = (number: number) => String(number).padStart(16, '0');

/** What a file's name says; undefined for a name that is none of ours. */
export function readFileName(file: string, source: string, bytes: number): Entry | undefined {
  const found = FILE.exec(file);
  if (found === null) return undefined;
  const [, number, received, lines, sequence, id, stream] = found;
  return {
    ...{ file, source, bytes, id: id! },
    number: Number(number),
    received: Number(received),
    lines: Number(lines),
    sequence: sequence === '' ? undefined : Number(sequence),
    stream: Buffer.from(stream!, 'base64url').toString(),
  };
}
