/** Checkpoints (C2SP tlog-checkpoint): which log, how many entries, and the root over them. */
import { HASH_BYTES } from './merkle.ts';
import { decodeBase64, NoteError } from './note.ts';

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

/** The text of a checkpoint, to be signed as a note. */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${root.toString('base64')}\n`;
}

/** Reads a note's text. Lines after the third are allowed and ignored. Throws NoteError. */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = '', size = '', root = '', ...more] = text.split('\n');
  if (origin === '' || more.length === 0 || more.slice(0, -1).includes('')) throw new NoteError('it is no checkpoint');
  return { origin, size: parseSize(size), root: parseHash(root) };
}

export function parseSize(text: string): number {
  if (!/^(0|[1-9]\d{0,15})$/.test(text) || !Number.isSafeInteger(Number(text))) {
    throw new NoteError('the size of the tree is malformed');
  }
  return Number(text);
}

export function parseHash(text: string): Buffer {
  const bytes = decodeBase64(text);
  if (bytes?.length !== HASH_BYTES) throw new NoteError('a hash is malformed');
  return bytes;
}
