/** Sealing and opening: the letter and its attachments as one age file of a known size. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, randomBytes } from '@noble/hashes/utils.js';
import {
  Decrypter,
  Encrypter,
  generateHybridIdentity,
  generateX25519Identity,
  identityToRecipient,
} from 'age-encryption';
import type { Signer, Suite } from './keys.ts';
import { type FoundLetter, type Letter, type LetterFile, readLetter, writeLetter } from './letter.ts';
import { Refusal } from './refusal.ts';
import { SIZE_CLASSES, sealedSize, sizeClass } from './sizes.ts';

/** An attachment that can be read as often as needed; a browser's `File` is one. */
export interface Attachment {
  readonly name: string;
  readonly size: number;
  stream(): ReadableStream<Uint8Array>;
}

export interface Sealed {
  /** Bytes of the whole stream. */
  readonly size: number;
  readonly stream: ReadableStream<Uint8Array>;
}

export interface SealOptions {
  readonly letter: Omit<Letter, 'files'>;
  readonly attachments?: readonly Attachment[];
  readonly signer: Signer;
  /** age recipients who can open it. */
  readonly recipients: readonly string[];
  readonly suite: Suite;
  readonly slots: number;
  /** Bytes of plaintext to pad to at least. */
  readonly least?: number;
}

/** Seals a message. Attachments are read twice, first for their hashes, and never held in memory as a whole. */
export async function seal(options: SealOptions): Promise<Sealed> {
  const attachments = options.attachments ?? [];
  const files: LetterFile[] = [];
  for (const one of attachments) files.push({ name: one.name, size: one.size, sha256: await hashOf(one.stream()) });
  const head = writeLetter({ ...options.letter, files }, options.signer);
  const length = head.length + attachments.reduce((sum, { size }) => sum + size, 0);
  const plaintext = sizeClass(Math.max(length, options.least ?? 0));
  const encrypter = await encrypterFor(options);
  const stream = await encrypter.encrypt(streamOf(plaintextParts(head, attachments, plaintext - length)));
  return { size: sealedSize(options.suite, options.slots, plaintext), stream };
}

/**
 * An encrypter with exactly `slots` stanzas in random order: the real recipients, and for the rest keys that were made
 * for this one message and thrown away. Who looks at the header, or has no slot in it, learns nothing about who has.
 */
async function encrypterFor({
  recipients,
  suite,
  slots,
}: Pick<SealOptions, 'recipients' | 'suite' | 'slots'>): Promise<Encrypter> {
  if (recipients.length > slots) throw new Refusal('too-large', 'There are more recipients than slots.');
  const all = [...recipients];
  while (all.length < slots) all.push(await strangersKey(suite));
  const encrypter = new Encrypter();
  for (const recipient of shuffled(all)) encrypter.addRecipient(recipient);
  return encrypter;
}

/** The recipient of a key that nobody has. */
export async function strangersKey(suite: Suite): Promise<string> {
  return identityToRecipient(suite === 'hybrid' ? await generateHybridIdentity() : await generateX25519Identity());
}

function shuffled<T>(items: readonly T[]): T[] {
  const keyed = items.map((item) => ({ item, key: bytesToHex(randomBytes(16)) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ item }) => item);
}

async function* plaintextParts(head: Uint8Array, attachments: readonly Attachment[], padding: number) {
  yield head;
  for (const one of attachments) {
    let left = one.size;
    for await (const part of partsOf(one.stream())) {
      left -= part.length;
      yield part;
    }
    if (left !== 0) throw new Refusal('damaged', 'An attachment changed while it was being read.');
  }
  const zeros = new Uint8Array(65_536);
  for (let left = padding; left > 0; left -= zeros.length) yield zeros.subarray(0, Math.min(left, zeros.length));
}

function streamOf(parts: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await parts.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}

/** The parts of a stream; not every browser can iterate one. */
export async function* partsOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** SHA-256 of a stream in hexadecimal digits. */
export async function hashOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  const hash = sha256.create();
  for await (const part of partsOf(stream)) hash.update(part);
  return bytesToHex(hash.digest());
}

/** Opens a whole sealed message. Throws `not-for-us`, `damaged` or `signature`. */
export async function open(
  sealed: Uint8Array,
  identity: string | readonly string[],
): Promise<FoundLetter & { files: { name: string; bytes: Uint8Array }[] }> {
  const plaintext = await decrypted(sealed, identity);
  if (!(SIZE_CLASSES as readonly number[]).includes(plaintext.length)) {
    throw new Refusal('damaged', 'The message is not of a known size.');
  }
  const found = readLetter(plaintext);
  let at = found.filesAt;
  const files = (found.letter?.files ?? []).map((file) => {
    const bytes = plaintext.subarray(at, at + file.size);
    at += file.size;
    if (bytes.length !== file.size || bytesToHex(sha256(bytes)) !== file.sha256) {
      throw new Refusal('damaged', 'An attachment is not what its writer signed.');
    }
    return { name: file.name, bytes };
  });
  if (plaintext.subarray(at).some((byte) => byte !== 0)) throw new Refusal('damaged', 'The padding is not zeros.');
  return { ...found, files };
}

async function decrypted(sealed: Uint8Array, identity: string | readonly string[]): Promise<Uint8Array> {
  const decrypter = new Decrypter();
  for (const one of [identity].flat()) decrypter.addIdentity(one);
  try {
    return await decrypter.decrypt(sealed);
  } catch (error) {
    throw asRefusal(error);
  }
}

/**
 * The letter of a sealed message of which only the start was fetched (`letterSpan` bytes, or all there is). What it
 * gives is authentic; whether the rest is whole shows when the whole is opened.
 */
export async function openLetter(start: Uint8Array, identity: string | readonly string[]): Promise<FoundLetter> {
  const decrypter = new Decrypter();
  for (const one of [identity].flat()) decrypter.addIdentity(one);
  const source = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(start);
      controller.close();
    },
  });
  try {
    const reader = (await decrypter.decrypt(source)).getReader();
    const { value } = await reader.read();
    reader.cancel().catch(() => {});
    if (value === undefined) throw new Refusal('damaged', 'The message is empty.');
    return readLetter(value);
  } catch (error) {
    throw asRefusal(error);
  }
}

/** The library says in words what went wrong; only whether a key fits is told apart. */
function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const message = error instanceof Error ? error.message : '';
  if (message.startsWith('no identity matched'))
    return new Refusal('not-for-us', 'None of our keys opens this message.');
  return new Refusal('damaged', 'The sealed message is damaged or incomplete.');
}
