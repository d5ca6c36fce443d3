/** The process that opens documents and copies: it may hang, grow or die on a hostile file; whoever started it ends it. */
import { readFile, stat } from 'node:fs/promises';
import { markDocx, observeDocx } from './docx.ts';
import { markPdf, observePdf } from './pdf.ts';
import { observeText } from './tails.ts';
import type { Answer, Format, Task } from './task.ts';

const MAX_FILE = 256 * 1024 * 1024;

async function work(task: Task & { id: number }): Promise<Answer> {
  const { id } = task;
  try {
    const { size } = await stat(task.path);
    if (size > MAX_FILE) return { id, why: `larger than ${MAX_FILE / 1048576} MB` };
    const bytes = await readFile(task.path);
    const format = formatOf(bytes);
    if (format === undefined) return { id, why: 'neither PDF nor DOCX nor plain text' };
    if (task.signs === undefined) {
      const observe = { pdf: observePdf, docx: observeDocx, text: observeText }[format];
      return { id, format, observations: await observe(bytes) };
    }
    if (format === 'text') return { id, why: 'neither PDF nor DOCX' };
    const mark = { pdf: markPdf, docx: markDocx }[format];
    return { id, format, bytes: await mark(bytes, task.signs, task.line ?? '') };
  } catch (error) {
    return { id, why: reason(error) };
  }
}

function formatOf(bytes: Buffer): Format | 'text' | undefined {
  if (bytes.subarray(0, 1024).includes('%PDF-')) return 'pdf';
  if (bytes.toString('latin1', 0, 4) === 'PK\x03\x04') return 'docx';
  return bytes.length > 0 && !bytes.includes(0) ? 'text' : undefined;
}

/** Parsers quote what they read in their messages: only our own short ones are passed on. */
function reason(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  if (code !== undefined && /^E[A-Z]+$/.test(code)) return `it cannot be opened (${code})`;
  return error instanceof Error && error.constructor === Error && message.length < 100 ? message : 'a damaged file';
}

console.log = console.warn = console.info = console.error = () => {};
process.on('unhandledRejection', () => {});
process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('message', async (task: Task & { id: number }) => process.send?.(await work(task)));
process.send?.({ ready: true });
