/**
 * What is kept of a text instead of the text: a hash of all of it, and fingerprints of passages, by winnowing
 * (Schleimer, Wilkerson, Aiken: Winnowing, SIGMOD 2003).
 *
 * Only letters and digits count, in one form (NFKC, small): white space, punctuation, soft hyphens, line breaks and
 * widths of characters differ between formats of the same text. That also makes word boundaries needless, so Chinese is
 * treated as everything else, save that one of its characters says as much as several letters.
 */
import { createHash } from 'node:crypto';

/** A gram is the shortest run of characters that weighs so much: 15 letters, or 5 Chinese characters. */
export const GRAM_WEIGHT = 15;
const WIDE_WEIGHT = 3;
/** Of so many grams that follow one another at least one is kept: any 30 letters that two texts share are noticed. */
export const WINDOW = 16;

/** `high` and `low` are the halves of 64-bit hashes; `offsets` say where each gram begins, in UTF-16 units of the text. */
export interface Fingerprints {
  /** SHA-256 of the normalised text, hexadecimal; '' when no letter or digit is in it. */
  readonly textSha256: string;
  /** UTF-16 units of the text as it was read, and letters and digits in it. */
  readonly length: number;
  readonly letters: number;
  readonly high: Uint32Array;
  readonly low: Uint32Array;
  readonly offsets: Uint32Array;
}

/** Letters and digits of a text in one form, and where each stands in the text as it was given. */
export interface Normalised {
  readonly text: string;
  readonly offsets: Uint32Array;
}

const KEPT = /[\p{L}\p{N}]/u;
const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
/** What becomes of each UTF-16 unit below the surrogates; filled as they are met. */
const forms = new Map<number, string>();

function formOf(code: number): string {
  const known = forms.get(code);
  if (known !== undefined) return known;
  const form = [...String.fromCodePoint(code).normalize('NFKC').toLowerCase().normalize('NFKC')]
    .filter((character) => KEPT.test(character))
    .join('');
  forms.set(code, form);
  return form;
}

/** NFC first, so that an accent written as a sign of its own is the accented letter. Offsets are of the text in NFC. */
export function normalise(given: string): Normalised {
  const source = given.normalize('NFC');
  const units: string[] = [];
  for (const [, form] of formsOf(source)) if (form !== '') units.push(form);
  const text = units.join('');
  const offsets = new Uint32Array(text.length);
  let count = 0;
  for (const [at, form] of formsOf(source)) {
    offsets.fill(at, count, count + form.length);
    count += form.length;
  }
  return { text, offsets };
}

/** Each character's place, and what it becomes: '' for one that does not count. */
function* formsOf(source: string): Generator<[at: number, form: string]> {
  for (let at = 0; at < source.length; ) {
    const code = source.codePointAt(at)!;
    yield [at, formOf(code)];
    at += code > 0xffff ? 2 : 1;
  }
}

/** Two polynomials modulo 2^32 over the characters, mixed at the end: the halves of a gram's 64-bit hash. */
const BASES = [0x01000193, 0x5bd1e995] as const;

/** murmur3's finaliser: every bit of the input moves every bit of the output. */
function mixed(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** The fingerprints of a text of any length, in the order of their places. Linear in the text. */
export function fingerprint(given: string): Fingerprints {
  const { text, offsets } = normalise(given);
  const hashes = gramHashes(text);
  const picked = winnowed(hashes);
  return {
    textSha256: text === '' ? '' : createHash('sha256').update(text).digest('hex'),
    length: given.length,
    letters: text.length,
    high: Uint32Array.from(picked, (gram) => hashes.high[gram]!),
    low: Uint32Array.from(picked, (gram) => hashes.low[gram]!),
    offsets: Uint32Array.from(picked, (gram) => offsets[gram]!),
  };
}

interface Hashes {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
  readonly count: number;
}

/** The hash of the gram that begins at each character. */
function gramHashes(text: string): Hashes {
  const { length } = text;
  const [a, b] = BASES;
  const prefixA = new Uint32Array(length + 1);
  const prefixB = new Uint32Array(length + 1);
  const powersA = new Uint32Array(GRAM_WEIGHT + 1).fill(1);
  const powersB = new Uint32Array(GRAM_WEIGHT + 1).fill(1);
  for (let n = 1; n <= GRAM_WEIGHT; n++) {
    powersA[n] = Math.imul(powersA[n - 1]!, a);
    powersB[n] = Math.imul(powersB[n - 1]!, b);
  }
  const weights = new Uint8Array(length);
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    weights[at] = code < 0x1100 ? 1 : wide(code);
    const scattered = mixed(code + 0x9e3779b9);
    prefixA[at + 1] = Math.imul(prefixA[at]!, a) + scattered;
    prefixB[at + 1] = Math.imul(prefixB[at]!, b) + scattered;
  }
  const high = new Uint32Array(length);
  const low = new Uint32Array(length);
  let end = 0;
  let weight = 0;
  let count = 0;
  for (let start = 0; start < length; start++) {
    while (weight < GRAM_WEIGHT && end < length) weight += weights[end++]!;
    if (weight < GRAM_WEIGHT) break;
    const size = end - start;
    high[start] = mixed(prefixA[end]! - Math.imul(prefixA[start]!, powersA[size]!));
    low[start] = mixed(prefixB[end]! - Math.imul(prefixB[start]!, powersB[size]!) + 0x165667b1);
    count += 1;
    weight -= weights[start]!;
  }
  return { high, low, count };
}

const widths = new Map<number, number>();

function wide(code: number): number {
  let width = widths.get(code);
  if (width === undefined) {
    // Half of a surrogate pair is half of an ideograph, nearly always.
    width = code >= 0xd800 && code <= 0xdfff ? 2 : WIDE.test(String.fromCharCode(code)) ? WIDE_WEIGHT : 1;
    widths.set(code, width);
  }
  return width;
}

/** Robust winnowing: in each window the smallest hash is kept, of equal ones that which is kept already, else the last. */
function winnowed({ high, low, count }: Hashes): number[] {
  const picked: number[] = [];
  if (count === 0) return picked;
  const smaller = (one: number, other: number): boolean =>
    high[one]! < high[other]! || (high[one] === high[other] && low[one]! < low[other]!);
  let smallest = -1;
  for (let end = Math.min(WINDOW, count) - 1; end < count; end++) {
    const start = Math.max(0, end - WINDOW + 1);
    if (smallest < start) {
      smallest = start;
      for (let at = start + 1; at <= end; at++) if (!smaller(smallest, at)) smallest = at;
      picked.push(smallest);
    } else if (smaller(end, smallest)) {
      smallest = end;
      picked.push(smallest);
    }
  }
  return picked;
}
