/**
 * The process that reads files: started by pool.ts, it opens what it is told to, and answers with fingerprints. The text
 * itself never leaves it. It is expected to hang, to grow or to die on a hostile file; whoever started it ends it then.
 */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { fingerprint } from '../fingerprint.ts';
import { type Extract, extract } from './extract.ts';
import type { FileReport, PartReport, Task } from './report.ts';

const MAX_FILE = 512 * 1024 * 1024;
/** Fingerprints of one file and all inside it; a report has to fit into a message. */
const MAX_FINGERPRINTS = 8_000_000;

async function read({ id, path }: Task): Promise<FileReport> {
  const parts: PartReport[] = [];
  let left = MAX_FINGERPRINTS;
  try {
    const { size } = await stat(path);
    if (size > MAX_FILE) return { id, parts: [failed(`larger than ${MAX_FILE / 1048576} MB`)] };
    const bytes = await readFile(path);
    await extract({ name: basename(path), bytes, path }, (found) => {
      const report = reported(found, left);
      left -= report.fingerprints?.offsets.length ?? 0;
      parts.push(report);
    });
  } catch (error) {
    parts.push(failed(fileError(error)));
  }
  return { id, parts };
}

function reported({ name, bytes, kind, text, why }: Extract, left: number): PartReport {
  const report: PartReport = { name, kind, bytes: bytes.length, sha256: bytes.length > 0 ? sha256(bytes) : '', why };
  if (text === undefined) return report;
  const print = fingerprint(text);
  if (print.offsets.length > left) return { ...report, why: 'too much text in one file' };
  return { ...report, fingerprints: print };
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const failed = (why: string): PartReport => ({ name: '', kind: 'unknown', bytes: 0, sha256: '', why });

const FILE_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file any more',
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
  EIO: 'the disk could not read it',
};

function fileError(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  return code === undefined ? 'the reader failed on it' : (FILE_ERRORS[code] ?? `it cannot be opened (${code})`);
}

// Parsers print warnings about damaged files; they would only tell a log what is in them.
console.log = console.warn = console.info = console.error = () => {};
process.on('unhandledRejection', () => {}); // a parser that fails twice: the first failure is the one that counts
process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => {}); // Ctrl-C reaches the whole group; the parent decides
process.on('SIGTERM', () => {});
process.on('message', async (task: Task) => {
  const report = await read(task);
  process.send?.(report);
});
process.send?.({ ready: true });
