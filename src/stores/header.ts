import { open } from 'node:fs/promises';

const NEWLINE = 0x0a;

/** The first line of a file without its line end, and the position after it. An empty file gives an empty header. */
export async function readHeader(path: string): Promise<{ header: string; end: number; size: number }> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const buffer = Buffer.alloc(Math.min(size, 64 * 1024));
    await handle.read(buffer, 0, buffer.length, 0);
    const newline = buffer.indexOf(NEWLINE);
    const end = newline < 0 ? buffer.length : newline + 1;
    return { header: buffer.toString('utf8', 0, newline < 0 ? end : newline), end, size };
  } finally {
    await handle.close();
  }
}
