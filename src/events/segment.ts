/** Framing: a log file is cut into parts at line ends. Node moves bytes here; it never looks into a row. */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { Fault } from '../base/fault.ts';

export const SEGMENT_BYTES = 64 * 1024 * 1024;
const LONGEST_LINE_BYTES = 64 * 1024 * 1024;
const FIRST_LINE_BYTES = 4096;
export const NEWLINE = 0x0a;

export interface Frame {
  position: number;
  bytes: Buffer;
  /** SHA-256 of the file's header and the bytes: the same bytes under another header mean something else. */
  digest: string;
}

/**
 * Parts of about `size` bytes from `from` to the end of a file whose header ends at `start`, each of whole lines; a last
 * line may lack its end, unless only `ended` ones are wanted. Errors: invalid-input for a line that is too long to be one.
 */
export async function* frames(
  { path, start }: { path: string; start: number },
  from: number,
  size = SEGMENT_BYTES,
  ended = false,
): AsyncGenerator<Frame> {
  const handle = await open(path, 'r');
  try {
    const header = await headerBytes(handle, start);
    for (let position = from; ; ) {
      const lines = await wholeLines(handle, position, size, path);
      const bytes = ended ? lines.subarray(0, lines.lastIndexOf(NEWLINE) + 1) : lines;
      if (bytes.length === 0) return;
      yield { position, bytes, digest: digestOf(header, bytes) };
      position += bytes.length;
    }
  } finally {
    await handle.close();
  }
}

const digestOf = (header: Buffer, bytes: Buffer) => createHash('sha256').update(header).update(bytes).digest('hex');

/** Whether a part of a file whose header ends at `start` still holds the bytes that the digest was made of. */
export async function isPart(
  { path, start }: { path: string; start: number },
  { position, bytes, digest }: { position: number; bytes: number; digest: string },
): Promise<boolean> {
  const handle = await open(path, 'r');
  try {
    return digestOf(await headerBytes(handle, start), await readBytes(handle, position, bytes)) === digest;
  } finally {
    await handle.close();
  }
}

/** What tells a file apart wherever it lies and however it grows: a hash of its header and its first line. */
export async function sourceOf(path: string, start: number): Promise<string> {
  const handle = await open(path, 'r');
  try {
    const bytes = await wholeLines(handle, start, FIRST_LINE_BYTES, path);
    const newline = bytes.indexOf(NEWLINE);
    const line = newline < 0 ? bytes : bytes.subarray(0, newline);
    const header = await headerBytes(handle, start);
    return createHash('sha256').update(header).update(line).digest('hex').slice(0, 32);
  } finally {
    await handle.close();
  }
}

export async function headerBytes(handle: FileHandle, start: number): Promise<Buffer> {
  return readBytes(handle, 0, start);
}

/** The bytes from `position` on, `length` of them or as many as there are. */
export async function readBytes(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.max(0, length));
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** Reads until the last line end within `size` bytes; a single line longer than that makes the part grow. */
async function wholeLines(handle: FileHandle, position: number, size: number, path: string): Promise<Buffer> {
  const left = (await handle.stat()).size - position;
  const buffer = await readBytes(handle, position, Math.min(size, left));
  if (buffer.length < size) return buffer; // the end of the file
  const end = buffer.lastIndexOf(NEWLINE);
  if (end >= 0) return buffer.subarray(0, end + 1);
  if (size < LONGEST_LINE_BYTES) return wholeLines(handle, position, size * 2, path);
  throw new Fault('invalid-input', `a line longer than ${LONGEST_LINE_BYTES} bytes`, { place: basename(path) });
}
