/** Where in a text something stands, told by the text around it: it is found again in an excerpt or in another format. */
import { createHash } from 'node:crypto';

/** The ways in which a place carries a bit; each is lost to other things that people do. */
export const CHANNELS = ['spacing', 'xml', 'tail', 'shift', 'rise'] as const;
export type Channel = (typeof CHANNELS)[number];

/** What was seen at a place: of the original the reference, of a copy the sign that was left there. */
export interface Observation {
  readonly channel: Channel;
  readonly anchor: string;
  readonly value: number;
  /** Number of the word (or ideograph) in the document: neighbours do not both carry. Of paragraphs their own number. */
  readonly unit: number;
  /** Whether a bit can be put there. */
  readonly eligible: boolean;
}

/** Characters without spaces, in the form in which fonts, ligatures and widths no longer matter. */
export const normalized = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/\s+/gu, '');

export const IDEOGRAPH = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

const AROUND = 12;

/** The anchor of the word at [start, end) of a normalized text; undefined where too little stands around it. */
export function anchorOf(text: string, start: number, end: number): string | undefined {
  if (start < AROUND || end + AROUND > text.length) return undefined;
  const parts = [text.slice(start - AROUND, start), text.slice(start, end), text.slice(end, end + AROUND)];
  return digest(parts.join('|'));
}

const EDGE = 16;

/** The anchor of a whole paragraph; undefined for one that is too short to be told from others. */
export function paragraphAnchor(text: string): string | undefined {
  const clean = normalized(text);
  if (clean.length < 24) return undefined;
  return digest(`${clean.slice(0, EDGE)}||${clean.slice(-EDGE)}`);
}

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 12);
