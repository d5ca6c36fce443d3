/** Asking for a passphrase: from the environment, a file, the terminal without showing it, or standard input. */
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { Fault } from '../base/fault.ts';

const VARIABLE = 'COUNTERSIGN_PASSPHRASE';
const LEAST = 12;

/** The passphrase of a key file. `isNew` asks twice at a terminal and refuses one that is short. */
export async function readPassphrase(
  file: string | undefined,
  options: { isNew: boolean; signal: AbortSignal },
): Promise<string> {
  const given = process.env[VARIABLE] ?? (file === undefined ? undefined : firstLine(await readText(file)));
  const passphrase = given ?? (await askHidden('Passphrase of the key file: ', options.signal));
  if (options.isNew && given === undefined && process.stdin.isTTY) {
    const again = await askHidden('The same again: ', options.signal);
    if (again !== passphrase) throw new Fault('invalid-input', 'The two passphrases differ.', { place: 'passphrase' });
  }
  if (options.isNew && passphrase.length < LEAST) {
    throw new Fault('invalid-input', `A passphrase has at least ${LEAST} characters.`, { place: 'passphrase' });
  }
  return passphrase;
}

/** A line from the terminal that is not shown while it is typed, or the next line of standard input. */
export async function askHidden(question: string, signal: AbortSignal): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: process.stdin.isTTY });
  if (process.stdin.isTTY) process.stderr.write(question);
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve);
      lines.once('close', () => reject(new Fault('invalid-input', 'Nothing was typed.', { place: question.trim() })));
      signal.addEventListener('abort', () => lines.close(), { once: true });
    });
  } finally {
    lines.close();
    if (process.stdin.isTTY) process.stderr.write('\n');
  }
}

/** A text file; `-` is standard input. Fault `not-found`. */
export async function readText(path: string): Promise<string> {
  try {
    if (path !== '-') return await readFile(path, 'utf8');
    const parts: Buffer[] = [];
    for await (const part of process.stdin) parts.push(part as Buffer);
    return Buffer.concat(parts).toString('utf8');
  } catch (cause) {
    throw new Fault('not-found', 'The file cannot be read.', { place: path, cause });
  }
}

function firstLine(text: string): string {
  return text.split('\n')[0]?.trimEnd() ?? '';
}
