/**
 * Size classes. A stored message tells nobody how much was written: its plaintext is padded with zeros to one of a few
 * sizes, and its header has always as many stanzas. Few classes, because each one splits the crowd.
 */
import type { Suite } from './keys.ts';
import { Refusal } from './refusal.ts';

/** Bytes of plaintext. A message without attachments has always the first. */
export const SIZE_CLASSES = [65_536, 1_048_576, 8_388_608, 67_108_864, 268_435_456] as const;

const CHUNK = 65_536;
const TAG = 16;
const NONCE = 16;
/** age v1: `-> X25519 share` and a body line; the hybrid's share has 1120 bytes. */
const STANZA = { x25519: 98, hybrid: 1557 };
const FIRST_LINE = 'age-encryption.org/v1\n'.length;
const MAC_LINE = 48;

/** The smallest class that holds so many bytes; the refusal `too-large` beyond the last. */
export function sizeClass(bytes: number): number {
  const found = SIZE_CLASSES.find((size) => bytes <= size);
  if (found === undefined) throw new Refusal('too-large', 'The attachments are too large for one message.');
  return found;
}

/** Bytes of the age header of a message. */
export function headerSize(suite: Suite, slots: number): number {
  return FIRST_LINE + slots * STANZA[suite] + MAC_LINE;
}

/** Bytes that a message of this class takes once it is sealed. */
export function sealedSize(suite: Suite, slots: number, plaintext: number): number {
  return headerSize(suite, slots) + NONCE + plaintext + TAG * Math.ceil(plaintext / CHUNK);
}

/** Every size a stored message can have. */
export function sealedSizes(suite: Suite, slots: number): number[] {
  return SIZE_CLASSES.map((size) => sealedSize(suite, slots, size));
}

const MOST_HEADER = headerSize('hybrid', 32);

/**
 * So many bytes from the start of a sealed message of this size hold its letter. The header's length follows from the
 * size, whatever manifest the message was sealed under.
 */
export function letterSpan(sealed: number): number {
  const headers = SIZE_CLASSES.map((size) => sealed - NONCE - size - TAG * Math.ceil(size / CHUNK));
  const header = headers.find((bytes) => bytes > 0 && bytes <= MOST_HEADER) ?? MOST_HEADER;
  return Math.min(sealed, header + NONCE + CHUNK + TAG + 1);
}
