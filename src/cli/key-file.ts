/**
 * Key files of recipients and of the root: age files under a passphrase, whose content is an age identity file, so that
 * plain `age -d -i FILE` takes them too. The seed stands in a comment; everything else follows from it.
 */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { armor, Decrypter, Encrypter } from 'age-encryption';
import { Fault } from '../base/fault.ts';
import { type Keys, keysOf, type Signer, type Suite } from '../reports/reports.ts';

export interface KeyFile {
  readonly kind: 'root' | 'recipient';
  readonly keys: Keys;
}

/** Makes a key file; one that exists is not overwritten. */
export async function makeKeyFile(
  path: string,
  input: { kind: KeyFile['kind']; suite: Suite; passphrase: string },
): Promise<Keys> {
  const seed = randomBytes(32);
  const keys = await keysOf(seed, input.suite);
  const lines = [
    `# countersign ${input.kind} key, public key ${keys.signer.key}`,
    `# seed ${seed.toString('hex')} ${input.suite}`,
    // The root key signs manifests and reads nothing.
    ...(input.kind === 'recipient' ? [keys.identity] : []),
  ];
  const encrypter = new Encrypter();
  encrypter.setPassphrase(input.passphrase);
  const text = armor.encode(await encrypter.encrypt(`${lines.join('\n')}\n`));
  try {
    await writeFile(path, text, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    throw new Fault('invalid-input', 'The key file exists already, or cannot be written.', { place: path, cause });
  }
  return keys;
}

/** Opens a key file. Faults: not-found, not-trusted for a wrong passphrase or a file that is none. */
export async function openKeyFile(path: string, kind: KeyFile['kind'], passphrase: string): Promise<Keys> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new Fault('not-found', 'The key file cannot be read.', { place: path, cause });
  }
  const match = /^# countersign (root|recipient) key.*\n# seed ([0-9a-f]{64}) (hybrid|x25519)\n/.exec(
    await decrypted(text, passphrase, path),
  );
  if (match?.[1] !== kind) throw new Fault('not-trusted', `This is not the key file of a ${kind}.`, { place: path });
  return await keysOf(Buffer.from(match[2] ?? '', 'hex'), match[3] as Suite);
}

export async function openRootKey(path: string, passphrase: string): Promise<Signer> {
  return (await openKeyFile(path, 'root', passphrase)).signer;
}

async function decrypted(text: string, passphrase: string, place: string): Promise<string> {
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  try {
    return await decrypter.decrypt(armor.decode(text), 'text');
  } catch (cause) {
    throw new Fault('not-trusted', 'The passphrase is wrong, or this is not a key file.', { place, cause });
  }
}
