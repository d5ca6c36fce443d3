/**
 * Key files of recipients, of officers and of the root: age files under a passphrase, whose content is an age identity file, so that
 * plain `age -d -i FILE` takes them too. The seed stands in a comment; everything else follows from it.
 */
import { bytesToHex, hexToBytes, randomBytes } from '@noble/hashes/utils.js';
import { armor, Decrypter, Encrypter } from 'age-encryption';
import { type Keys, keysOf, type Suite } from './keys.ts';
import { Refusal } from './refusal.ts';

export type KeyKind = 'root' | 'recipient' | 'officer';

/** The text of a new key file, and its keys. */
export async function newKeyFile(
  kind: KeyKind,
  suite: Suite,
  passphrase: string,
): Promise<{ text: string; keys: Keys }> {
  const seed = randomBytes(32);
  const keys = await keysOf(seed, suite);
  const lines = [
    `# countersign ${kind} key, public key ${keys.signer.key}`,
    `# seed ${bytesToHex(seed)} ${suite}`,
    // The root key signs manifests and reads nothing.
    ...(kind === 'root' ? [] : [keys.identity]),
  ];
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  return { text: armor.encode(await encrypter.encrypt(`${lines.join('\n')}\n`)), keys };
}

/** The keys in the text of a key file. The refusal `passphrase` for a wrong one, and for a file of another kind. */
export async function readKeyFile(text: string, kind: KeyKind, passphrase: string): Promise<Keys> {
  return await keysIn(await keyFileContent(text, passphrase), kind);
}

/** What a key file holds under its passphrase. The refusal `passphrase`. */
export async function keyFileContent(text: string, passphrase: string): Promise<string> {
  const decrypter = new Decrypter();
  try {
    decrypter.addPassphrase(passphrase);
    return await decrypter.decrypt(armor.decode(text), 'text');
  } catch {
    throw new Refusal('passphrase', 'The passphrase is wrong, or this is not a key file.');
  }
}

/** The keys in the content of a key file. The refusal `passphrase` for one of another kind. */
export async function keysIn(content: string, kind: KeyKind): Promise<Keys> {
  const match = /^# countersign (root|recipient|officer) key.*\n# seed ([0-9a-f]{64}) (hybrid|x25519)\n/.exec(content);
  if (match?.[1] !== kind) throw new Refusal('passphrase', `This is not the key file of a ${kind}.`);
  return await keysOf(hexToBytes(match[2] ?? ''), match[3] as Suite);
}
