/**
 * A person's name and address under two layers of age (age-encryption.org/v1): the outer one for officers of cases, the
 * inner one for approvers. Neither class can open both; the program, which holds neither key, can open none.
 */
import { randomBytes } from 'node:crypto';
import { Decrypter, Encrypter } from 'age-encryption';
import { z } from 'zod';
import { Fault } from '../base/fault.ts';
import { sha256Hex } from './statement.ts';

export interface Identity {
  /** The account in the directory. */
  readonly user: string;
  readonly name: string;
  readonly address: string;
}

/** Public keys of the officers of each class. */
export interface Recipients {
  readonly case: readonly string[];
  readonly approval: readonly string[];
}

export interface SealedIdentity {
  /** Base64. */
  readonly outer: string;
  /** SHA-256 of the inner ciphertext and of the identity itself, hexadecimal: what an officer hands over is compared. */
  readonly innerDigest: string;
  readonly identityDigest: string;
}

/** Every identity is as long as any other up to so many bytes: a long name does not show. */
const PADDED_TO = 512;

const CONTENT = z.strictObject({
  user: z.string(),
  name: z.string(),
  address: z.string(),
  /** 256 random bits, so that nobody can try names out against the digest. */
  salt: z.string().regex(/^[0-9a-f]{64}$/),
  pad: z.string(),
});

export async function sealIdentity(identity: Identity, recipients: Recipients): Promise<SealedIdentity> {
  const { user, name, address } = identity;
  const content = { user, name, address, salt: randomBytes(32).toString('hex'), pad: '' };
  const length = Buffer.byteLength(JSON.stringify(content));
  const pad = ' '.repeat(Math.ceil(length / PADDED_TO) * PADDED_TO - length);
  const plain = Buffer.from(JSON.stringify({ ...content, pad }));
  const inner = await encrypted(plain, recipients.approval);
  const outer = await encrypted(inner, recipients.case);
  return {
    outer: Buffer.from(outer).toString('base64'),
    innerDigest: sha256Hex(inner),
    identityDigest: sha256Hex(plain),
  };
}

async function encrypted(bytes: Uint8Array, recipients: readonly string[]): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return await encrypter.encrypt(bytes);
}

/** Opens one layer with an officer's age identities. Throws `not-trusted` when it is not for them, or was changed. */
export async function openLayer(sealed: Uint8Array, identities: readonly string[]): Promise<Uint8Array> {
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  try {
    return await decrypter.decrypt(sealed);
  } catch (cause) {
    throw new Fault('not-trusted', 'This key does not open the layer, or the layer was changed.', { cause });
  }
}

/** The identity in what the inner layer held. Throws `invalid-input` for anything else. */
export function readIdentity(plain: Uint8Array): Identity {
  try {
    const { user, name, address } = CONTENT.parse(JSON.parse(Buffer.from(plain).toString('utf8')));
    return { user, name, address };
  } catch {
    throw new Fault('invalid-input', 'This is not what lies under the inner layer.', { place: 'opened' });
  }
}

/** Whether something can be encrypted to this recipient. */
export function isRecipient(text: string): boolean {
  try {
    new Encrypter().addRecipient(text);
    return /^age1(?:pq1)?[a-z0-9]+$/.test(text);
  } catch {
    return false;
  }
}

/** age does not mix keys that a quantum computer could break with keys it could not. */
export const isPostQuantum = (recipient: string): boolean => recipient.startsWith('age1pq1');
