/** The bytes of evidence, kept in `cases/CASE/SHA256` of the data directory. A name is a hash: nothing else can lie there. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, rmSync, statSync } from 'node:fs';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../base/fault.ts';

const MOST_BYTES = 512 * 1024 * 1024;

export const filesOf = (dir: string, caseId: string): string => join(dir, 'cases', caseId);
const fileOf = (dir: string, caseId: string, sha256: string): string => join(filesOf(dir, caseId), sha256);

export interface Part {
  readonly sha256: string;
  /** Where in the file these bytes stand, and how long the whole is. */
  readonly offset: number;
  readonly size: number;
  readonly bytes: Buffer;
}

/**
 * Takes the next part of a file; gives how many bytes are there now. The last part is taken only if the whole has the hash
 * it was announced with. Throws `invalid-input` for a part that does not follow, `too-large`.
 */
export async function takePart(dir: string, caseId: string, { sha256, offset, size, bytes }: Part): Promise<number> {
  if (size > MOST_BYTES) throw new Fault('too-large', 'A piece of evidence is at most 512 MB.');
  const file = fileOf(dir, caseId, sha256);
  if (existsSync(file)) return size;
  const partial = `${file}.part`;
  await mkdir(filesOf(dir, caseId), { recursive: true, mode: 0o700 });
  const there = existsSync(partial) ? statSync(partial).size : 0;
  // A part that was sent twice is cut off and taken again.
  if (offset > there || offset + bytes.length > size)
    throw new Fault('invalid-input', `The next part begins at ${there}.`, { place: 'offset' });
  const handle = await open(partial, existsSync(partial) ? 'r+' : 'wx+', 0o600);
  try {
    await handle.truncate(offset);
    await handle.write(bytes, 0, bytes.length, offset);
    await handle.sync();
  } finally {
    await handle.close();
  }
  const length = offset + bytes.length;
  if (length < size) return length;
  if ((await hashOf(partial)) !== sha256) {
    rmSync(partial);
    throw new Fault('invalid-input', 'The bytes do not have the hash they were announced with.', { place: 'sha256' });
  }
  await rename(partial, file);
  return length;
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** The bytes. Throws `not-found`, `ledger-damaged` where they are no longer those that were added. */
export async function readKept(dir: string, caseId: string, sha256: string): Promise<Buffer> {
  const file = fileOf(dir, caseId, sha256);
  if (!existsSync(file)) throw new Fault('not-found', 'The bytes of this evidence are not kept here.');
  const bytes = await readFile(file);
  if (createHash('sha256').update(bytes).digest('hex') === sha256) return bytes;
  throw new Fault('ledger-damaged', 'These are not the bytes that were added as evidence.', {
    place: `cases/${caseId}`,
  });
}

/** Removes everything that is kept of a case. */
export function removeKept(dir: string, caseId: string): void {
  rmSync(filesOf(dir, caseId), { recursive: true, force: true });
}
