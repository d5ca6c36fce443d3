import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { asFault, Fault } from '../base/fault.ts';

const NEWLINE = 0x0a;
const HEADER_BYTES = 64 * 1024;

export interface Header {
  /** The first line without its line end. */
  header: string;
  /** The position after it, and the size of the file, both in bytes. */
  end: number;
  size: number;
}

/** The first line of a CSV file. Errors: invalid-input, naming the file, when it cannot be read or is empty. */
export async function readHeader(path: string): Promise<Header> {
  const place = basename(path);
  try {
    const handle = await open(path, 'r');
    try {
      return await firstLine(handle, place);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw error instanceof Fault ? error : unreadableFile(error as NodeJS.ErrnoException, place);
  }
}

async function firstLine(handle: FileHandle, place: string): Promise<Header> {
  const stat = await handle.stat();
  if (!stat.isFile()) throw new Fault('invalid-input', 'this is not a file', { place });
  const { size } = stat;
  if (size === 0) throw new Fault('invalid-input', 'the file is empty: it lacks even the header', { place });
  const buffer = Buffer.alloc(Math.min(size, HEADER_BYTES));
  await handle.read(buffer, 0, buffer.length, 0);
  const newline = buffer.indexOf(NEWLINE);
  if (newline < 0 && size > HEADER_BYTES)
    throw new Fault('invalid-input', 'the first line is too long for a header', { place: `${place}:1` });
  const end = newline < 0 ? buffer.length : newline + 1;
  return { header: buffer.toString('utf8', 0, newline < 0 ? end : newline), end, size };
}

const REASONS: Record<string, string> = {
  EACCES: 'no permission to read the file',
  EPERM: 'no permission to read the file',
  EISDIR: 'this is a directory, not a file',
};

/** Node's error of a file as a fault of that file. */
export function unreadableFile(error: NodeJS.ErrnoException, place: string): Fault {
  const reason = REASONS[error.code ?? ''] ?? `the file cannot be read (${error.code ?? error.message})`;
  return new Fault('invalid-input', reason, { place, cause: error });
}

/** A fault of one file does not stop the others and is returned; every other one stops everything. */
export function fileFault(error: unknown): Fault {
  const fault = asFault(error);
  if (fault.code !== 'invalid-input') throw fault;
  return fault;
}
