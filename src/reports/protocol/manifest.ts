/**
 * The manifest says who reads reports, with which keys and under which promise. It is signed by a root key that is
 * never on the server: whoever slips a key into the server's files has no signature for it, and a page, a command or
 * the server itself refuses what he made.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import * as z from 'zod/mini';
import { isRecipientOf, type Signer, SUITES } from './keys.ts';
import { Refusal } from './refusal.ts';

// Without this zod asks whether it may compile code, which the page's content policy reports as an attack.
z.config({ jitless: true });

const hex = (bytes: number) => z.string().check(z.regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`)));
const day = z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/));
const count = (least: number, most: number) => z.int().check(z.gte(least), z.lte(most));
const line = z.string().check(z.minLength(1), z.maxLength(200));

const RECIPIENT = z.strictObject({
  /** A short word, such as ombudsperson: letters say it instead of a name. */
  id: z.string().check(z.regex(/^[a-z][a-z0-9-]{0,31}$/)),
  name: z.strictObject({ en: line, 'zh-CN': line }),
  /** An age recipient of the manifest's suite. */
  age: z.string().check(z.maxLength(2100)),
  /** Ed25519, checks replies and requests. */
  key: hex(32),
});

const MANIFEST = z.strictObject({
  v: z.literal(1),
  organisation: line,
  /** Grows with each manifest: an older one, with a recipient who has left, is refused. */
  serial: count(1, 1_000_000),
  issued: day,
  suite: z.enum(SUITES),
  /** Every sealed message has exactly so many stanzas, whoever can read it. */
  slots: count(2, 32),
  /** How long a message is kept, at least: counted from the last one of its conversation. */
  keep_days: count(1, 36_500),
  acknowledge_days: count(1, 365),
  feedback_months: count(1, 36),
  /** SHA-256 of the promise's text in each language: the ladder cannot be changed after the fact. */
  promise: z.strictObject({ en: hex(32), 'zh-CN': hex(32) }),
  recipients: z.array(RECIPIENT).check(z.minLength(1), z.maxLength(31)),
});

const SIGNED = z.strictObject({ manifest: z.string().check(z.maxLength(200_000)), root: hex(32), signature: hex(64) });

export type Manifest = z.infer<typeof MANIFEST>;
export type Recipient = Manifest['recipients'][number];
/** The manifest as text, so that what was signed is what is read, byte by byte. */
export type SignedManifest = z.infer<typeof SIGNED>;

const CONTEXT = 'countersign manifest v1\n';

/** Signs a manifest with the root key. Throws the refusal `manifest` for one that makes no sense. */
export function signManifest(manifest: Manifest, root: Signer): SignedManifest {
  const text = JSON.stringify(parse(manifest));
  return {
    manifest: text,
    root: root.key,
    signature: bytesToHex(ed25519.sign(utf8ToBytes(CONTEXT + text), root.secret)),
  };
}

/**
 * The manifest inside `signed`, if the root key `root` (64 hexadecimal digits) signed it; else the refusal `manifest`.
 * The key that `signed` itself names counts for nothing.
 */
export function verifyManifest(signed: unknown, root: string): Manifest {
  const shape = SIGNED.safeParse(signed);
  if (!shape.success) throw refusal('This is not a signed manifest.');
  const { manifest: text, signature } = shape.data;
  if (!verified(hexToBytes(signature), utf8ToBytes(CONTEXT + text), root)) {
    throw refusal('The manifest is not signed by the root key.');
  }
  try {
    return parse(JSON.parse(text));
  } catch (error) {
    throw error instanceof Refusal ? error : refusal('The manifest is not JSON.');
  }
}

/** SHA-256 of the manifest's text: what the ledger records and what a message says it was sealed under. */
export function manifestHash(signed: SignedManifest): string {
  return bytesToHex(sha256(utf8ToBytes(signed.manifest)));
}

/** A key's fingerprint as people compare it: the first 16 bytes of its SHA-256 in groups of four digits. */
export function fingerprint(key: string): string {
  return (bytesToHex(sha256(hexToBytes(key)).slice(0, 16)).match(/.{4}/g) ?? []).join(' ');
}

function verified(signature: Uint8Array, message: Uint8Array, key: string): boolean {
  try {
    return ed25519.verify(signature, message, hexToBytes(key), { zip215: false });
  } catch {
    return false;
  }
}

function parse(value: unknown): Manifest {
  const result = MANIFEST.safeParse(value);
  if (!result.success)
    throw refusal(`The manifest is wrong at ${result.error.issues[0]?.path.join('.') || 'its root'}.`);
  const manifest = result.data;
  const { recipients, slots, suite } = manifest;
  const ids = new Set(recipients.map(({ id }) => id));
  if (ids.size < recipients.length) throw refusal('Two recipients of the manifest have the same id.');
  // One slot is the reporter's own.
  if (recipients.length >= slots) throw refusal('The manifest has too few slots for its recipients.');
  const stranger = recipients.find(({ age }) => !isRecipientOf(suite, age));
  if (stranger !== undefined) throw refusal(`The age recipient of ${stranger.id} is not of the suite ${suite}.`);
  return manifest;
}

function refusal(message: string): Refusal {
  return new Refusal('manifest', message);
}
