/** Framing: a log file is cut into parts at line ends. Node moves bytes here; it never looks into a row. */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';

export const SEGMENT_BYTES = 16 * 1024 * 1024;
const NEWLINE = 0x0a;

export interface Frame {
  position: number;
  bytes: Buffer;
  digest: string;
}

/** Parts of about `size` bytes from `start` to the end of the file, each of whole lines; a last line may lack its end. */
export async function* frames(path: string, start: number, size = SEGMENT_BYTES): AsyncGenerator<Frame> {
  const handle = await open(path, 'r');
  try {
    let position = start;
    for (;;) {
      const bytes = await wholeLines(handle, position, size);
      if (bytes.length === 0) return;
      yield { position, bytes, digest: createHash('sha256').update(bytes).digest('hex') };
      position += bytes.length;
    }
  } finally {
    await handle.close();
  }
}

/** Reads until the last line end within `size` bytes; a single line longer than that makes the part grow. */
async function wholeLines(handle: FileHandle, position: number, size: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await handle.read(buffer, filled, size - filled, position + filled);
    if (bytesRead === 0) return buffer.subarray(0, filled); // the end of the file
    filled += bytesRead;
  }
  const end = buffer.lastIndexOf(NEWLINE);
  return end < 0 ? wholeLines(handle, position, size * 2) : buffer.subarray(0, end + 1);
}
