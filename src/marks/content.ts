/** The content of a PDF page (ISO 32000-2, 7.8.2) as tokens with their places: only operators of text are rewritten. */

/** One piece of what a text operator shows: bytes of a string, or a number of an array. */
export type Piece = Uint8Array | number;

/** An operator that shows text. */
export interface Show {
  /** Offsets of operands and operator together. */
  readonly start: number;
  readonly end: number;
  readonly operator: 'Tj' | 'TJ' | "'" | '"';
  readonly pieces: readonly Piece[];
  /** Of `"`: word and letter spacing, as written. */
  readonly before: readonly string[];
  /** Size of the font and rise in force. */
  readonly size: number;
  readonly rise: number;
}

type Token = { readonly start: number; readonly end: number } & (
  | { readonly kind: 'string'; readonly value: Uint8Array }
  | { readonly kind: 'word'; readonly value: string }
  | { readonly kind: 'mark'; readonly value: string }
);

/** Every operator that shows text, in order. Errors: Error for what is no content stream. */
export function showsOf(content: Uint8Array): Show[] {
  const shows: Show[] = [];
  const saved: { size: number; rise: number }[] = [];
  let [size, rise] = [0, 0];
  let operands: Token[] = [];
  const number = (fromEnd: number) => Number(operands.at(-fromEnd)?.value);
  for (const token of tokensOf(content)) {
    const isOperator =
      token.kind === 'word' && !/^[\d+\-./]/.test(token.value) && !/^(?:true|false|null)$/.test(token.value);
    if (!isOperator) {
      operands.push(token);
      continue;
    }
    const operator = token.value as string;
    if (operator === 'q') saved.push({ size, rise });
    else if (operator === 'Q') ({ size, rise } = saved.pop() ?? { size, rise });
    else if (operator === 'Tf') size = number(1) || 0;
    else if (operator === 'Ts') rise = number(1) || 0;
    else if (operator === 'Tj' || operator === 'TJ' || operator === "'" || operator === '"') {
      const show = showOf(operator, operands, token.end);
      shows.push({ ...show, size, rise });
    }
    operands = [];
  }
  return shows;
}

function showOf(operator: Show['operator'], operands: readonly Token[], end: number): Omit<Show, 'size' | 'rise'> {
  const first = operator === 'TJ' ? operands.findLastIndex(({ value }) => value === '[') : operands.length - 1;
  const start = operator === '"' ? Math.max(0, first - 2) : first;
  const pieces: Piece[] = [];
  for (const token of operands.slice(Math.max(0, first)))
    if (token.kind === 'string') pieces.push(token.value);
    else if (token.kind === 'word' && Number.isFinite(Number(token.value))) pieces.push(Number(token.value));
  const before = operator === '"' ? operands.slice(start, first).map(({ value }) => String(value)) : [];
  return { start: operands[Math.max(0, start)]?.start ?? end, end, operator, pieces, before };
}

const SPACES = new Set([0, 9, 10, 12, 13, 32]);
const DELIMITERS = new Set([...Buffer.from('()<>[]{}/%')]);
const code = (sign: string) => sign.charCodeAt(0);

function* tokensOf(bytes: Uint8Array): Generator<Token> {
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at]!;
    const start = at;
    if (SPACES.has(byte)) at += 1;
    else if (byte === code('%')) while (at < bytes.length && bytes[at] !== 10 && bytes[at] !== 13) at += 1;
    else if (byte === code('(')) {
      const { value, end } = literalString(bytes, at);
      at = end;
      yield { kind: 'string', value, start, end };
    } else if (byte === code('<') && bytes[at + 1] !== code('<')) {
      const close = bytes.indexOf(code('>'), at);
      if (close < 0) throw new Error('a string without an end');
      at = close + 1;
      yield { kind: 'string', value: hexString(bytes.subarray(start + 1, close)), start, end: at };
    } else if (DELIMITERS.has(byte) && byte !== code('/')) {
      const isDouble = (byte === code('<') || byte === code('>')) && bytes[at + 1] === byte;
      at += isDouble ? 2 : 1;
      yield { kind: 'mark', value: String.fromCharCode(byte).repeat(at - start), start, end: at };
    } else {
      at += 1;
      while (at < bytes.length && !SPACES.has(bytes[at]!) && !DELIMITERS.has(bytes[at]!)) at += 1;
      const value = Buffer.from(bytes.subarray(start, at)).toString('latin1');
      if (value === 'ID') at = afterImage(bytes, at);
      else yield { kind: 'word', value, start, end: at };
    }
  }
}

/** An inline picture ends with EI between white space; what is in between can be anything. */
function afterImage(bytes: Uint8Array, from: number): number {
  for (let at = from + 1; at + 2 <= bytes.length; at++)
    if (
      bytes[at] === code('E') &&
      bytes[at + 1] === code('I') &&
      SPACES.has(bytes[at - 1]!) &&
      (at + 2 === bytes.length || SPACES.has(bytes[at + 2]!))
    )
      return at + 2;
  throw new Error('a picture without an end');
}

const ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, b: 8, f: 12 };

function literalString(bytes: Uint8Array, from: number): { value: Uint8Array; end: number } {
  const value: number[] = [];
  let depth = 1;
  for (let at = from + 1; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === code('(')) depth += 1;
    else if (byte === code(')') && --depth === 0) return { value: Uint8Array.from(value), end: at + 1 };
    if (byte !== code('\\')) {
      value.push(byte);
      continue;
    }
    at += 1;
    const escaped = String.fromCharCode(bytes[at] ?? 0);
    if (/[0-7]/.test(escaped)) {
      const digits = /^[0-7]{1,3}/.exec(Buffer.from(bytes.subarray(at, at + 3)).toString('latin1'))![0];
      value.push(Number.parseInt(digits, 8) & 255);
      at += digits.length - 1;
    } else if (escaped === '\r' || escaped === '\n') {
      if (escaped === '\r' && bytes[at + 1] === 10) at += 1;
    } else value.push(ESCAPES[escaped] ?? bytes[at] ?? 0);
  }
  throw new Error('a string without an end');
}

function hexString(digits: Uint8Array): Uint8Array {
  const clean = Buffer.from(digits)
    .toString('latin1')
    .replace(/[^0-9a-fA-F]/g, '');
  return Buffer.from(clean.length % 2 === 0 ? clean : `${clean}0`, 'hex');
}

/** What is put in before the glyph of this number: a shift to the right in thousandths of the font's size, and a rise. */
export interface Insertion {
  readonly glyph: number;
  readonly shift: number;
  /** In the font's sizes; undefined where it stays as it is. */
  readonly rise: number | undefined;
}

/** The operator with insertions, which are in order. `width`: bytes of a glyph's code. */
export function rewritten(show: Show, width: number, insertions: readonly Insertion[]): string {
  const parts: string[] = ['['];
  let glyph = 0;
  let next = 0;
  const insert = () => {
    for (; next < insertions.length && insertions[next]!.glyph <= glyph; next++) {
      const { shift, rise } = insertions[next]!;
      if (shift !== 0) parts.push(` ${short(-shift)} `);
      if (rise !== undefined) parts.push(`] TJ ${short(show.rise + rise * show.size)} Ts [`);
    }
  };
  for (const piece of show.pieces) {
    if (typeof piece === 'number') {
      parts.push(` ${piece} `);
      continue;
    }
    let from = 0;
    while (from < piece.length) {
      insert();
      const until = insertions[next]?.glyph ?? Number.POSITIVE_INFINITY;
      const to = Math.min(piece.length, from + (until - glyph) * width);
      parts.push(`<${Buffer.from(piece.subarray(from, to)).toString('hex')}>`);
      glyph += (to - from) / width;
      from = to;
    }
  }
  insert();
  parts.push('] TJ');
  const text = parts.join('');
  if (show.operator === "'") return `T* ${text}`;
  if (show.operator === '"') return `${show.before[0]} Tw ${show.before[1]} Tc T* ${text}`;
  return text;
}

const short = (value: number): string => String(Number(value.toFixed(4)));
