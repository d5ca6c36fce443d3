/** Key files on disk: made for their owner alone, never overwritten. */
import { readFile, writeFile } from 'node:fs/promises';
import { Fault } from '../base/fault.ts';
import { type KeyKind, type Keys, newKeyFile, Refusal, readKeyFile, type Suite } from '../reports/reports.ts';

/** Makes a key file; one that exists is not overwritten. */
export async function makeKeyFile(
  path: string,
  input: { kind: KeyKind; suite: Suite; passphrase: string },
): Promise<Keys> {
  const { text, keys } = await newKeyFile(input.kind, input.suite, input.passphrase);
  try {
    await writeFile(path, text, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    throw new Fault('invalid-input', 'The key file exists already, or cannot be written.', { place: path, cause });
  }
  return keys;
}

/** Opens a key file. Faults: not-found, not-trusted for a wrong passphrase or a file that is none. */
export async function openKeyFile(path: string, kind: KeyKind, passphrase: string): Promise<Keys> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new Fault('not-found', 'The key file cannot be read.', { place: path, cause });
  }
  try {
    return await readKeyFile(text, kind, passphrase);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Fault('not-trusted', error.message, { place: path, cause: error });
  }
}
