/** What the commands of officers share: signing in to the server, and the key that stays on the officer's machine. */
import { Fault } from '../base/fault.ts';
import type { Keys } from '../reports/reports.ts';
import { type Session, signInTo } from './console-client.ts';
import { openKeyFile } from './key-file.ts';
import { text } from './option.ts';
import { askHidden, readPassphrase, readText } from './passphrase.ts';

export const officerOptions = {
  server: text('URL', 'The server.', { default: 'http://127.0.0.1:12339' }),
  as: text('NAME', 'Your account.'),
  passwordFile: text('FILE', 'Its first line is the password. Or set COUNTERSIGN_PASSWORD.'),
  key: text('FILE', 'Your key file. It is read here and stays here.'),
  passphraseFile: text('FILE', 'Its first line is the passphrase of the key file. Or set COUNTERSIGN_PASSPHRASE.'),
};

interface Given {
  readonly server: string;
  readonly as: string | undefined;
  readonly passwordFile: string | undefined;
  readonly key: string | undefined;
  readonly passphraseFile: string | undefined;
}

/** Signs in, works, and signs out, whatever happened. */
export async function within<T>(given: Given, signal: AbortSignal, work: (session: Session) => Promise<T>): Promise<T> {
  const session = await signInTo(given.server, needed(given.as, '--as NAME'), await passwordOf(given, signal));
  try {
    return await work(session);
  } finally {
    await session.end();
  }
}

async function passwordOf({ passwordFile }: Given, signal: AbortSignal): Promise<string> {
  const inEnvironment = process.env.COUNTERSIGN_PASSWORD;
  if (inEnvironment !== undefined) return inEnvironment;
  if (passwordFile !== undefined) return (await readText(passwordFile)).split('\n')[0]!.trimEnd();
  return await askHidden('Password: ', signal);
}

export async function officerKeys(given: Given, signal: AbortSignal): Promise<Keys> {
  const file = needed(given.key, '--key FILE');
  return await openKeyFile(file, 'officer', await readPassphrase(given.passphraseFile, { isNew: false, signal }));
}

export function needed(value: string | undefined, what: string): string {
  if (value !== undefined) return value;
  throw new Fault('usage', `${what} is missing`);
}

/** A reason in a file, so that it does not stand in the shell's history; `-` is standard input. */
export const reasonIn = async (file: string | undefined): Promise<string> =>
  (await readText(needed(file, '--reason FILE'))).trim();
