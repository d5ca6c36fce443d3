/** What the tests of the protocol share: keys, a manifest, a letter. Nothing of the product imports it. */
import { keysOf, type Signer, type Suite, signerOf } from './keys.ts';
import type { Letter } from './letter.ts';
import { type Manifest, manifestHash, type SignedManifest, signManifest } from './manifest.ts';
import type { Attachment } from './seal.ts';

export const ROOT: Signer = signerOf(new Uint8Array(32).fill(9));
export const seedOf = (number: number): Uint8Array => new Uint8Array(32).fill(number);

/** A manifest of this suite with recipients r1, r2, ... whose seeds are `seedOf(1)`, `seedOf(2)`, ... */
export async function sampleManifest(suite: Suite, recipients: number, slots = 4): Promise<Manifest> {
  const list = await Promise.all(
    Array.from({ length: recipients }, async (_, index) => {
      const keys = await keysOf(seedOf(index + 1), suite);
      const name = { en: `Recipient ${index + 1}`, 'zh-CN': `收件人${index + 1}` };
      return { id: `r${index + 1}`, name, age: keys.recipient, key: keys.signer.key };
    }),
  );
  return {
    v: 1,
    organisation: 'Example Works',
    serial: 1,
    issued: '2026-01-05',
    suite,
    slots,
    keep_days: 730,
    acknowledge_days: 7,
    feedback_months: 3,
    promise: { en: '0'.repeat(64), 'zh-CN': '1'.repeat(64) },
    recipients: list,
  };
}

export function sampleLetter(change: Partial<Letter> = {}): Letter {
  return {
    v: 1,
    kind: 'report',
    door: 'seen',
    language: 'en',
    manifest: '0'.repeat(64),
    tag: 'a'.repeat(64),
    reply_to: 'age1',
    to: ['r1'],
    text: 'A colleague carried plans home.',
    files: [],
    ...change,
  };
}

export function sampleSigned(manifest: Manifest): { signed: SignedManifest; hash: string } {
  const signed = signManifest(manifest, ROOT);
  return { signed, hash: manifestHash(signed) };
}

export function attachment(name: string, bytes: Uint8Array): Attachment {
  return { name, size: bytes.length, stream: () => new Blob([new Uint8Array(bytes)]).stream() };
}
