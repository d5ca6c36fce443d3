/**
 * Texts with wildcards, and regular expressions: how Sigma writes them, and as RE2 takes them. Every comparison that
 * disregards case is one regular expression, so that all of them mean the same: simple Unicode case folding.
 */
import { RE2JS } from 're2js';
import { Wrong } from './document.ts';

/** Any number of any characters; exactly one; one of the dashes that Windows takes for the same. */
export type Special = '*' | '?' | 'dash';
/** A piece of a pattern: plain text, or what stands for others. */
export type Part = { readonly text: string } | { readonly special: Special } | { readonly placeholder: string };
export type Pattern = readonly Part[];

export const DASHES = ['-', '/', '\u2013', '\u2014', '\u2015'] as const;
/** A pattern's length in characters: beyond it an expression no longer fits the engine's memory for one. */
export const LONGEST = 10_000;

const ANY: Part = { special: '*' };

/**
 * Reads a text as the specification's section "Escape Character" says: `\*` and `\?` are the characters themselves, `\\`
 * is one backslash, a backslash before anything else is itself.
 */
export function readPattern(text: string): Pattern {
  const parts: Part[] = [];
  let plain = '';
  const end = (): void => {
    if (plain !== '') parts.push({ text: plain });
    plain = '';
  };
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    const next = text[at + 1];
    if (character === '\\' && (next === '*' || next === '?' || next === '\\')) {
      plain += next;
      at++;
    } else if (character === '*' || character === '?') {
      end();
      parts.push({ special: character });
    } else plain += character;
  }
  end();
  return parts;
}

export const startsWith = (pattern: Pattern): Pattern => (isAny(pattern.at(-1)) ? pattern : [...pattern, ANY]);
export const endsWith = (pattern: Pattern): Pattern => (isAny(pattern[0]) ? pattern : [ANY, ...pattern]);
export const contains = (pattern: Pattern): Pattern => startsWith(endsWith(pattern));

function isAny(part: Part | undefined): boolean {
  return part !== undefined && 'special' in part && part.special === '*';
}

/** The text of a pattern without wildcards; undefined when it has any. */
export function plainText(pattern: Pattern): string | undefined {
  return pattern.every((part) => 'text' in part)
    ? pattern.map((part) => (part as { text: string }).text).join('')
    : undefined;
}

/** A dash that begins a word becomes any dash: `-enc`, `/enc`, but not the second one in `-a-b`. */
export function anyDash(pattern: Pattern): Pattern {
  return pattern.flatMap((part) => {
    if (!('text' in part)) return [part];
    const pieces = part.text.split(/(?<![\p{L}\p{N}_])[-/\u2013\u2014\u2015](?=[\p{L}\p{N}_])/u);
    return pieces.flatMap((text, index): Part[] => [
      ...(index === 0 ? [] : [{ special: 'dash' } as Part]),
      ...(text === '' ? [] : [{ text }]),
    ]);
  });
}

/** The patterns that a pattern with dashes stands for, each dash written out. */
export function writtenOut(pattern: Pattern): Pattern[] {
  return pattern.reduce<Pattern[]>(
    (done, part) => {
      const dash = 'special' in part && part.special === 'dash';
      const choices: Part[] = dash ? DASHES.map((text) => ({ text })) : [part];
      return done.flatMap((begun) => choices.map((choice) => [...begun, choice]));
    },
    [[]],
  );
}

export function countDashes(pattern: Pattern): number {
  return pattern.filter((part) => 'special' in part && part.special === 'dash').length;
}

/** The pattern in RE2's syntax, anchored unless it begins or ends with `*`; without flags. */
export function toRegex(pattern: Pattern): string {
  const open = isAny(pattern[0]);
  const last = pattern.length > 1 || !open ? isAny(pattern.at(-1)) : true;
  const middle = pattern.slice(open ? 1 : 0, last ? Math.max(open ? 1 : 0, pattern.length - 1) : undefined);
  return `${open ? '' : '\\A'}${middle.map(partRegex).join('')}${last ? '' : '\\z'}`;
}

function partRegex(part: Part): string {
  if ('text' in part) return literal(part.text);
  if ('placeholder' in part) throw new Error('a placeholder was left');
  // A log line need not be valid UTF-8: \C is any byte.
  return { '*': '\\C*', '?': '(?s:.)', dash: `[${DASHES.map(literal).join('')}]` }[part.special];
}

/** A text as a regular expression that matches it and nothing else (but for case). */
export function literal(text: string): string {
  return text.replace(/[^\p{L}\p{N}_ ]/gu, (c) =>
    c > '\x7F' ? c : `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

export interface Flags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
}

/**
 * Checks that RE2, which the engine uses, takes a rule's expression, and gives it with its flags. ClickHouse lets a dot
 * match line breaks; Sigma does not, unless the flag s is given. Errors: Wrong; look-around and back-references are none of RE2's.
 */
export function regex(source: string, flags: Flags, line: number): string {
  if (source.length > LONGEST) throw new Wrong(line, `the regular expression has more than ${LONGEST} characters`);
  if (source.includes('\0')) throw new Wrong(line, 'a regular expression holds no NUL; write \\x00');
  const on = [flags.i ? 'i' : '', flags.m ? 'm' : '', flags.s ? 's' : ''].join('');
  const whole = `(?${on}${flags.s ? '' : '-s'})${source}`;
  try {
    RE2JS.compile(whole);
  } catch (error) {
    const why = lookAround(source) ?? (error instanceof Error ? said(error.message) : 'it cannot be read');
    throw new Wrong(line, `the regular expression ${shown(source)} is none that RE2 takes: ${why}`);
  }
  return whole;
}

/** The library's words without the flags that were put before the pattern. */
function said(message: string): string {
  return message.replace(/^error parsing regexp: /, '').replace(/: `[\s\S]*`$/, '');
}

function lookAround(source: string): string | undefined {
  if (/\(\?<?[=!]/.test(source)) return 'it looks ahead or behind';
  if (/\\[1-9]/.test(source)) return 'it refers back to a group';
  return undefined;
}

/** A pattern as a rule would write it. */
export function writtenPattern(pattern: Pattern): string {
  return pattern
    .map((part) => {
      if ('text' in part) return part.text.replace(/[*?]|\\(?=[*?\\])/g, '\\$&');
      return 'placeholder' in part ? `%${part.placeholder}%` : part.special === 'dash' ? '-' : part.special;
    })
    .join('');
}

/** A value in a message: short, and on one line. */
export function shown(text: string): string {
  const line = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
  return line;
}
