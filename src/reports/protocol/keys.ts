/**
 * Keys. Everything a reporter or a recipient holds follows from one seed by HKDF-SHA256 (RFC 5869) under separate
 * labels, so that none of them says anything about another: an age identity to read with, an Ed25519 key to sign with
 * and, for a reporter, the tag under which the server keeps his messages.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { bech32 } from '@scure/base';
import { identityToRecipient } from 'age-encryption';

/**
 * How messages are encrypted. `hybrid` is age's mlkem768x25519: it holds while either ML-KEM-768 or X25519 does.
 * `x25519` is what every `age` can read, also Debian's; a recording made today could be read by a quantum computer.
 */
export const SUITES = ['hybrid', 'x25519'] as const;
export type Suite = (typeof SUITES)[number];

export interface Signer {
  readonly secret: Uint8Array;
  /** Ed25519 public key, 64 hexadecimal digits. */
  readonly key: string;
}

export interface Keys {
  /** AGE-SECRET-KEY-PQ-1... or AGE-SECRET-KEY-1... */
  readonly identity: string;
  /** The identities of every suite: older messages may have been sealed under another. */
  readonly identities: readonly string[];
  /** age1pq1... or age1... */
  readonly recipient: string;
  readonly signer: Signer;
  /** 64 hexadecimal digits; whoever knows it can fetch the sealed messages, and nothing more. */
  readonly tag: string;
}

const SALT = utf8ToBytes('countersign reports v1');

/** The keys that follow from a seed: 16 bytes behind a receipt's words, or 32 of a recipient's key file. */
export async function keysOf(seed: Uint8Array, suite: Suite): Promise<Keys> {
  const derive = (label: string): Uint8Array => hkdf(sha256, seed, SALT, utf8ToBytes(label), 32);
  const identityOf = (one: Suite): string => {
    const prefix = one === 'hybrid' ? 'AGE-SECRET-KEY-PQ-' : 'AGE-SECRET-KEY-';
    return bech32.encodeFromBytes(prefix, derive(`age identity ${one}`)).toUpperCase();
  };
  const identity = identityOf(suite);
  return {
    identity,
    identities: SUITES.map(identityOf),
    recipient: await identityToRecipient(identity),
    signer: signerOf(derive('signing key')),
    tag: bytesToHex(derive('lookup tag')),
  };
}

/** The signing key with this secret of 32 bytes. */
export function signerOf(secret: Uint8Array): Signer {
  return { secret, key: bytesToHex(ed25519.getPublicKey(secret)) };
}

export function isRecipientOf(suite: Suite, recipient: string): boolean {
  return suite === 'hybrid' ? /^age1pq1[a-z0-9]{1900,2000}$/.test(recipient) : /^age1[a-z0-9]{58}$/.test(recipient);
}
