/** Framing: a log file is cut into parts at line ends. Node moves bytes here; it never looks into a row. */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { Fault } from '../base/fault.ts';

export const SEGMENT_BYTES = 64 * 1024 * 1024;
const LONGEST_LINE_BYTES = 64 * 1024 * 1024;
const FIRST_LINE_BYTES = 4096;
const NEWLINE = 0x0a;

export interface Frame {
  position: number;
  bytes: Buffer;
  /** SHA-256 of the file's header and the bytes: the same bytes under another header mean something else. */
  digest: string;
}

/**
 * Parts of about `size` bytes from `start` to the end of the file, each of whole lines; a last line may lack its end.
 * Errors: invalid-input for a line that is too long to be one.
 */
export async function* frames(path: string, start: number, size = SEGMENT_BYTES): AsyncGenerator<Frame> {
  const handle = await open(path, 'r');
  try {
    const header = await headerBytes(handle, start);
    for (let position = start; ; ) {
      const bytes = await wholeLines(handle, position, size, path);
      if (bytes.length === 0) return;
      yield { position, bytes, digest: createHash('sha256').update(header).update(bytes).digest('hex') };
      position += bytes.length;
    }
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

async function headerBytes(handle: FileHandle, start: number): Promise<Buffer> {
  const header = Buffer.alloc(start);
  await handle.read(header, 0, start, 0);
  return header;
}

/** Reads until the last line end within `size` bytes; a single line longer than that makes the part grow. */
async function wholeLines(handle: FileHandle, position: number, size: number, path: string): Promise<Buffer> {
  const left = (await handle.stat()).size - position;
  const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(size, left)));
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  if (filled < size) return buffer.subarray(0, filled); // the end of the file
  const end = buffer.lastIndexOf(NEWLINE);
  if (end >= 0) return buffer.subarray(0, end + 1);
  if (size < LONGEST_LINE_BYTES) return wholeLines(handle, position, size * 2, path);
  throw new Fault('invalid-input', `a line longer than ${LONGEST_LINE_BYTES} bytes`, { place: basename(path) });
}
