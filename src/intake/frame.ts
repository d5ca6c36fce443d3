/** Framing: what a sender hands in becomes whole lines. Bytes are moved and line ends counted; no row is looked into. */
import { Fault } from '../base/fault.ts';

export interface Lines {
  readonly bytes: Buffer;
  readonly lines: number;
}

const NEWLINE = 0x0a;
const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);
const isSpace = (byte: number) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** Lines as they are: NDJSON, or any text. Empty ones are no events; a last one may lack its end. */
export function textLines(body: Buffer): Lines {
  let bytes = body;
  const hasEmpty = bytes[0] === NEWLINE || bytes[0] === 0x0d || bytes.includes('\n\n') || bytes.includes('\n\r\n');
  if (hasEmpty) {
    const text = bytes.toString('latin1');
    const kept = text.split('\n').filter((line) => line !== '' && line !== '\r');
    bytes = Buffer.from(kept.join('\n'), 'latin1');
  }
  if (bytes.length === 0) return { bytes, lines: 0 };
  if (bytes.at(-1) !== NEWLINE) bytes = Buffer.concat([bytes, Buffer.of(NEWLINE)]);
  return { bytes, lines: countLines(bytes) };
}

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines += 1;
  return lines;
}

/** CloudTrail hands its events out inside one object. */
const RECORDS = /^\s*\{\s*"Records"\s*:\s*(?=\[)/;

/**
 * JSON: an array, whose elements become the lines; an object, however many lines it takes; or objects one after another.
 * Errors: invalid-input for an array that is cut off or no JSON; other text that is no JSON stays as its lines are.
 */
export function jsonLines(body: Buffer): Lines {
  const head = body.toString('latin1', 0, 1000);
  const records = RECORDS.exec(head)?.[0].length ?? 0;
  const first = /\S/.exec(head.slice(records))?.[0];
  const values = splitValues(body.subarray(records), records > 0);
  if (values !== undefined) return textLines(Buffer.concat(values));
  if (first === '[')
    throw new Fault('invalid-input', 'The body begins as a JSON array and does not end as one.', { place: 'body' });
  return textLines(body);
}

/** Each value on a line of its own: of an array its elements, else the values one after another. */
function splitValues(body: Buffer, endsEarly: boolean): Buffer[] | undefined {
  const values: Buffer[] = [];
  let at = skipSpace(body, 0);
  const inArray = body[at] === 0x5b;
  if (inArray) at = skipSpace(body, at + 1);
  for (let isFirst = true; at < body.length; isFirst = false) {
    if (inArray && body[at] === 0x5d) return endsEarly || skipSpace(body, at + 1) === body.length ? values : undefined;
    if (inArray && !isFirst) {
      if (body[at] !== COMMA) return undefined;
      at = skipSpace(body, at + 1);
    }
    if (!inArray && !OPEN.has(body[at]!)) return undefined; // text, whose words are no values
    const end = endOfValue(body, at);
    if (end === undefined) return undefined;
    values.push(onOneLine(body.subarray(at, end)), Buffer.of(NEWLINE));
    at = skipSpace(body, end);
  }
  return inArray ? undefined : values;
}

function skipSpace(body: Buffer, from: number): number {
  let at = from;
  while (at < body.length && isSpace(body[at]!)) at += 1;
  return at;
}

/** Where the object, array or plain value that begins here ends; undefined when it does not. */
function endOfValue(body: Buffer, from: number): number | undefined {
  let depth = 0;
  for (let at = from; at < body.length; at += 1) {
    const byte = body[at]!;
    if (byte === QUOTE) {
      at = endOfText(body, at);
      if (at < 0) return undefined;
      if (depth === 0) return at + 1;
    } else if (OPEN.has(byte)) depth += 1;
    else if (CLOSE.has(byte)) {
      if (depth === 0) return at > from ? at : undefined;
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (depth === 0 && (byte === COMMA || isSpace(byte))) return at > from ? at : undefined;
  }
  return depth === 0 ? body.length : undefined;
}

/** The position of the quote that ends the text that begins here, or -1. */
function endOfText(body: Buffer, from: number): number {
  for (let at = body.indexOf(QUOTE, from + 1); at >= 0; at = body.indexOf(QUOTE, at + 1)) {
    let escapes = 0;
    while (body[at - 1 - escapes] === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return at;
  }
  return -1;
}

/** Between values a line end is a space like any other; inside a text JSON allows none. */
function onOneLine(value: Buffer): Buffer {
  if (!value.includes(NEWLINE) && !value.includes(0x0d)) return value;
  return Buffer.from(value.map((byte) => (byte === NEWLINE || byte === 0x0d ? 0x20 : byte)));
}
