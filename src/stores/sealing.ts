/**
 * What must not lie in casework in the clear and is still needed by the program: encrypted, and found again by keyed
 * hashes, under a key in a file. Whoever has the database alone, such as a backup of it, can resolve nothing.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../base/fault.ts';

const FILE = 'casework.key';
const HEAD = 'countersign-key-1';
const [NONCE, TAG] = [12, 16];

/** AES-256-GCM and HMAC-SHA-256 under two keys derived from one secret of 32 bytes (HKDF, RFC 5869). */
export class Sealing {
  readonly #encryption: Buffer;
  readonly #marking: Buffer;

  constructor(secret: Uint8Array) {
    const derive = (label: string) => Buffer.from(hkdfSync('sha256', secret, '', `countersign ${label}`, 32));
    this.#encryption = derive('seal');
    this.#marking = derive('mark');
  }

  /** Encrypts `text`, bound to `context`: base64url of nonce, ciphertext and tag. No two are alike. */
  seal(text: string, ...context: readonly string[]): string {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', this.#encryption, nonce);
    cipher.setAAD(Buffer.from(JSON.stringify(context)));
    return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString(
      'base64url',
    );
  }

  /** What `seal` encrypted in the same context. Throws `sealed-changed` for anything else. */
  open(sealed: string, ...context: readonly string[]): string {
    const bytes = Buffer.from(sealed, 'base64url');
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#encryption, bytes.subarray(0, NONCE));
      decipher.setAAD(Buffer.from(JSON.stringify(context)));
      decipher.setAuthTag(bytes.subarray(-TAG));
      return decipher.update(bytes.subarray(NONCE, -TAG), undefined, 'utf8') + decipher.final('utf8');
    } catch {
      // The engine's message says nothing more, and a caller must not learn which part was wrong.
      throw new Fault('sealed-changed', 'Something sealed is not as the program left it.', { place: context[0] ?? '' });
    }
  }

  /** The same text in the same context gives the same mark, and without the key nobody can try texts out. */
  mark(text: string, ...context: readonly string[]): string {
    return createHmac('sha256', this.#marking)
      .update(JSON.stringify([...context, text]))
      .digest('base64url');
  }
}

/** Where `openSealing` keeps a mark of the key, beside what is sealed with it. */
export interface KeyMark {
  read(): Promise<string | undefined>;
  write(mark: string): Promise<void>;
}

/**
 * The sealing of a data directory, with its key from `folder`; the first start makes the key. Throws `key-missing` when
 * the key is not there, or is another one: a new one would quietly give everybody new pseudonyms.
 */
export async function openSealing(folder: string, known: KeyMark): Promise<Sealing> {
  const place = join(folder, FILE);
  const mark = await known.read();
  if (!existsSync(place)) {
    if (mark !== undefined) throw new Fault('key-missing', 'The key of the pseudonyms is not there.', { place });
    makeKey(folder, place);
  }
  const sealing = new Sealing(readKey(place));
  const own = sealing.mark('countersign', 'key');
  if (mark === undefined) await known.write(own);
  else if (mark !== own) throw new Fault('key-missing', 'This is the key of another data directory.', { place });
  return sealing;
}

/** Written for its owner alone, and on the disk before anything is sealed with it. */
function makeKey(folder: string, place: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = openSync(place, 'wx', 0o600);
  try {
    writeSync(file, `${HEAD} ${randomBytes(32).toString('hex')}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  const names = openSync(folder, 'r');
  fsyncSync(names);
  closeSync(names);
}

function readKey(place: string): Buffer {
  const secret = new RegExp(`^${HEAD} ([0-9a-f]{64})\n$`).exec(readFileSync(place, 'utf8'))?.[1];
  if (secret === undefined) throw new Fault('key-missing', 'The key file was changed or cut off.', { place });
  return Buffer.from(secret, 'hex');
}
