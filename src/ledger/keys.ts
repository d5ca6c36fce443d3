/** Where the parts of a ledger lie in a data directory, and how the first start makes them. */
import { existsSync, readFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Fault } from '../base/fault.ts';
import { randomId } from '../base/id.ts';
import { replaceFile, syncFolder, writeFiles } from './disk.ts';
import { beginLog } from './log.ts';
import { formatSignerKey, formatVerifierKey, generateKey, NoteError, parseSignerKey, type SignerKey } from './note.ts';

/** The parts of a ledger. `folder` can be copied or served to anybody who may read entries; the key stays here. */
export interface Places {
  readonly folder: string;
  readonly key: string;
  readonly queue: string;
  /** Which witnesses the program asks to cosign: a policy with their addresses. */
  readonly policy: string;
}

export function placesIn(dir: string): Places {
  return {
    folder: join(dir, 'ledger'),
    key: join(dir, 'ledger.key'),
    queue: join(dir, 'ledger.queue'),
    policy: join(dir, 'ledger.policy'),
  };
}

/**
 * The key of the ledger in a data directory; at the first start it makes key and ledger. `name` is the log's name then.
 * A key without a ledger is no first start: somebody took the ledger away. Throws `ledger-damaged`.
 */
export async function openKey(places: Places, name: string | undefined): Promise<SignerKey> {
  const [hasKey, hasLedger] = [existsSync(places.key), existsSync(places.folder)];
  const unfinished = `${places.key}.first`;
  if (!hasKey && hasLedger && existsSync(unfinished)) await finish(unfinished, places.key);
  else if (!hasKey && !hasLedger) await begin(places, unfinished, name ?? `countersign/${randomId(12).toLowerCase()}`);
  else if (!hasKey) throw missing(places.key, 'The key of the ledger is missing');
  else if (!hasLedger) throw missing(places.folder, 'The ledger is missing, but its key is there');
  try {
    return readSignerKey(places.key);
  } catch (error) {
    if (error instanceof NoteError) throw missing(places.key, `The key of the ledger was changed: ${error.message}`);
    throw error;
  }
}

/** The ledger appears at once with its first checkpoint; until the key has its name, a start that was cut short goes on. */
async function begin(places: Places, unfinished: string, name: string): Promise<void> {
  const draft = `${places.folder}.first`;
  await rm(draft, { recursive: true, force: true });
  try {
    const key = generateKey(name, 'note');
    await replaceFile(unfinished, Buffer.from(`${formatSignerKey(key)}\n`));
    await beginLog(draft, key);
    await writeFiles(draft, [{ path: 'vkey', bytes: Buffer.from(`${formatVerifierKey(key)}\n`) }]);
    await rename(draft, places.folder);
    await finish(unfinished, places.key);
  } catch (cause) {
    if (cause instanceof NoteError) throw new Fault('invalid-input', cause.message, { place: name });
    throw new Fault('ledger-unavailable', 'The ledger could not be made.', { place: places.folder, cause });
  }
}

async function finish(unfinished: string, key: string): Promise<void> {
  await syncFolder(dirname(key));
  await rename(unfinished, key);
  await syncFolder(dirname(key));
}

/** Reads a key file: one line. Throws NoteError. */
export function readSignerKey(path: string): SignerKey {
  const text = readFileSync(path, 'utf8');
  if (!text.endsWith('\n')) throw new NoteError('it is cut off');
  return parseSignerKey(text.slice(0, -1));
}

function missing(place: string, message: string): Fault {
  return new Fault('ledger-damaged', `${message}.`, { place });
}
