/** A letter: what a message says, before it is sealed. Signed by its writer, so that nobody can put words in his mouth. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import * as z from 'zod/mini';
import type { Signer } from './keys.ts';
import { Refusal } from './refusal.ts';

z.config({ jitless: true });

export const MOST_CHARACTERS = 20_000;
export const MOST_FILES = 5;
export const MOST_FILE_BYTES = 50_000_000;

const hex = (bytes: number) => z.string().check(z.regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`)));
const ids = z.array(z.string().check(z.maxLength(32))).check(z.maxLength(31));

const FILE = z.strictObject({
  name: z.string().check(z.minLength(1), z.maxLength(200)),
  size: z.int().check(z.gte(0), z.lte(MOST_FILE_BYTES)),
  sha256: hex(32),
});

const LETTER = z.strictObject({
  v: z.literal(1),
  /** A reporter writes `report` first and `more` after it; a recipient the others. `recusal` also shuts him out. */
  kind: z.enum(['report', 'more', 'acknowledgement', 'feedback', 'reply', 'recusal']),
  /** Something I saw, or something that happened to me or that I did. */
  door: z.enum(['seen', 'self']),
  language: z.enum(['en', 'zh-CN']),
  /** SHA-256 of the manifest it was sealed under. */
  manifest: hex(32),
  /** The conversation's tag, and how to seal an answer to the reporter. */
  tag: hex(32),
  reply_to: z.string().check(z.maxLength(2100)),
  /** Recipients who may read it. Whoever is left out has no slot, and all letters have the same number of slots. */
  to: ids,
  text: z.string().check(z.maxLength(MOST_CHARACTERS)),
  files: z.array(FILE).check(z.maxLength(MOST_FILES)),
});

export type Letter = z.infer<typeof LETTER>;
export type LetterFile = z.infer<typeof FILE>;
/** A letter as it was found: `writer` is the key that signed it, undefined where somebody used plain `age`. */
export interface FoundLetter {
  readonly letter: Letter | undefined;
  readonly writer: string | undefined;
  /** The text, also where it is no letter of ours. */
  readonly text: string;
  /** Where the attachments begin in the plaintext. */
  readonly filesAt: number;
}

const MAGIC = 'countersign-message/1';
const CONTEXT = 'countersign message v1\n';
/** A letter ends within the first chunk of age, so that a list can be read without the attachments. */
export const MOST_LETTER_BYTES = 65_000;

/**
 * The first bytes of a message's plaintext: a line with magic, key and signature, a line of JSON. Lines, so that
 * whoever opens it with plain `age` can read it.
 */
export function writeLetter(letter: Letter, signer: Signer): Uint8Array {
  const result = LETTER.safeParse(letter);
  if (!result.success)
    throw new Refusal('too-large', `The message is wrong at ${result.error.issues[0]?.path.join('.')}.`);
  const json = JSON.stringify(result.data);
  const signature = bytesToHex(ed25519.sign(utf8ToBytes(CONTEXT + json), signer.secret));
  const bytes = utf8ToBytes(`${MAGIC} ${signer.key} ${signature}\n${json}\n`);
  if (bytes.length > MOST_LETTER_BYTES) throw new Refusal('too-large', 'The text is too long for one message.');
  return bytes;
}

/** Reads the letter at the start of a plaintext. Throws `signature` or `damaged`; plain text is no letter and no fault. */
export function readLetter(plaintext: Uint8Array): FoundLetter {
  const [head, json, filesAt] = twoLines(plaintext);
  const match = /^countersign-message\/1 ([0-9a-f]{64}) ([0-9a-f]{128})$/.exec(head);
  if (match === null) {
    if (head.startsWith('countersign-message/')) throw new Refusal('damaged', 'The message has an unknown form.');
    return { letter: undefined, writer: undefined, text: plainText(plaintext), filesAt: plaintext.length };
  }
  const [, writer = '', signature = ''] = match;
  if (!isSigned(json, signature, writer)) throw new Refusal('signature', 'The signature is not that of this message.');
  const result = LETTER.safeParse(parseJson(json));
  if (!result.success) throw new Refusal('damaged', 'The message is not in the form of a letter.');
  return { letter: result.data, writer, text: result.data.text, filesAt };
}

function isSigned(json: string, signature: string, writer: string): boolean {
  try {
    return ed25519.verify(hexToBytes(signature), utf8ToBytes(CONTEXT + json), hexToBytes(writer), { zip215: false });
  } catch {
    return false;
  }
}

function twoLines(plaintext: Uint8Array): [head: string, json: string, end: number] {
  const first = plaintext.indexOf(10);
  const second = first < 0 ? -1 : plaintext.indexOf(10, first + 1);
  if (second < 0 || second >= MOST_LETTER_BYTES) return ['', '', 0];
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const text = (from: number, to: number): string => decoder.decode(plaintext.subarray(from, to));
  return [text(0, first), text(first + 1, second), second + 1];
}

/** What somebody sealed with plain `age`, without the zeros that `truncate` padded it with. */
function plainText(plaintext: Uint8Array): string {
  let end = Math.min(plaintext.length, MOST_LETTER_BYTES);
  while (end > 0 && plaintext[end - 1] === 0) end -= 1;
  return new TextDecoder().decode(plaintext.subarray(0, end));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal('damaged', 'The message is not in the form of a letter.');
  }
}
