/**
 * Documents found on this machine, and mechanical edits of them: what a register and a trove are made of for
 * bench/assess.ts. Everything is drawn by one seed.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { htmlText } from '../src/documents/extract/markup.ts';
import { plainText } from '../src/documents/extract/text.ts';
import { normalise } from '../src/documents/fingerprint.ts';
import { docx, html, odt, pdf, rtf } from '../test/samples.ts';

export interface Paper {
  /** The file it was cut from, and which piece of it. */
  readonly source: string;
  /** What it belongs to: papers of two packages have nothing to do with each other, as far as a folder can tell. */
  readonly group: string;
  readonly text: string;
}

export type Draw = (below: number) => number;

/** Numbers by lot (mulberry32), the same for the same seed. */
export function lot(seed: number): Draw {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return Math.floor((((value ^ (value >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** Letters of a paper, least and most; longer files are cut between lines into papers of up to the most. */
const SIZES = { least: 900, most: 8000 };

/** Papers from the texts below `folders`, each different from all others; at most `perFile` of one file. */
export function papers(folders: readonly string[], limit: number, draw: Draw, perFile = 4): Paper[] {
  const found: Paper[] = [];
  const seen = new Set<string>();
  const listed = shuffled([...files(folders)], draw);
  for (const { path, group } of listed) {
    if (found.length >= limit) break;
    const cut = shuffled([...pieces(textOf(path)).entries()], draw).slice(0, perFile);
    for (const [at, text] of cut) {
      const letters = normalise(text).text;
      const hash = createHash('sha256').update(letters).digest('base64');
      if (letters.length < SIZES.least || seen.has(hash)) continue;
      seen.add(hash);
      found.push({ source: `${path}#${at}`, group, text });
    }
  }
  return found;
}

export function shuffled<T>(items: T[], draw: Draw): T[] {
  for (let at = items.length - 1; at > 0; at--) {
    const other = draw(at + 1);
    [items[at], items[other]] = [items[other]!, items[at]!];
  }
  return items;
}

/** Licences, lists of changes and logs repeat themselves from package to package; pictures and programs are no texts. */
const LEFT_OUT =
  /copyright|changelog|changes|news|history|licen[cs]e|_symbols|^gcloud|\.(?:log|ps|eps|png|svg|js|css|c|h|cpp|py|pl|sh|map)(?:\.gz)?$/i;

function* files(folders: readonly string[]): Generator<{ path: string; group: string }> {
  const sources = sourcePackages();
  for (const root of folders)
    for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (!entry.isFile() || LEFT_OUT.test(entry.name) || statSync(path).size < 500) continue;
      // What no package owns has something to do with what lies beside it.
      const [step] = path.slice(root.length + 1).split('/');
      yield { path, group: sources.get(path) ?? sources.get(join(root, step!)) ?? step! };
    }
}

/** Which source package each installed file was built from: papers of one source may share anything. */
function sourcePackages(): Map<string, string> {
  const owners = new Map<string, string>();
  const status = readFileSync('/var/lib/dpkg/status', 'utf8').split('\n\n');
  for (const record of status) {
    const field = (name: string) => new RegExp(`^${name}: (\\S+)`, 'm').exec(record)?.[1];
    const name = field('Package');
    if (name === undefined) continue;
    const lists = [name, `${name}:${field('Architecture')}`].map((one) => `/var/lib/dpkg/info/${one}.list`);
    for (const list of lists.filter((one) => existsSync(one)))
      for (const path of readFileSync(list, 'utf8').split('\n')) owners.set(path, field('Source') ?? name);
  }
  return owners;
}

function textOf(path: string): string {
  try {
    const bytes = readFileSync(path);
    const content = path.endsWith('.gz') ? gunzipSync(bytes) : bytes;
    if (content.subarray(0, 4000).includes(0)) return '';
    const text = plainText(content);
    if (/\.html?(?:\.gz)?$/.test(path)) return htmlText(text);
    // A manual page's typesetting is no text: what stands above its first heading, comments, marks within the lines.
    const begin = Math.max(0, text.search(/^\.S[Hh]\b/m));
    return /\/man\//.test(path)
      ? text.slice(begin).replace(/^[.']\s*\\".*\n|^[.'].{0,3}\s?|\\f[A-Z]|\\-|\\&/gm, '')
      : text;
  } catch {
    return '';
  }
}

function pieces(text: string): string[] {
  const made: string[] = [];
  let piece = '';
  for (const line of text.split('\n')) {
    piece += `${line}\n`;
    if (piece.length < SIZES.most) continue;
    made.push(piece);
    piece = '';
  }
  return [...made, piece];
}

export interface Edit {
  readonly name: string;
  /** The file's ending, and its bytes. */
  readonly ending: string;
  make(paper: Paper, draw: Draw, others: readonly Paper[]): Promise<Buffer> | Buffer;
}

const CHINESE = /\p{Script=Han}/u;

/** Three words in ten (in Chinese: pairs of characters) become other words of the same papers. */
export function rewritten({ text }: Paper, draw: Draw, others: readonly Paper[]): string {
  const words = others.slice(0, 50).flatMap((other) => [...wordsOf(other.text)].map(([word]) => word));
  return text.replace(WORD, (word) => (draw(10) < 3 ? words[draw(words.length)]! : word));
}

const WORD = /\p{Script=Han}{1,2}|[\p{L}\p{N}]+/gu;
const wordsOf = (text: string) => text.matchAll(WORD);

/** 400 characters from anywhere, or all there is. */
export function excerpt({ text }: Paper, draw: Draw): string {
  const squeezed = text.replace(/[ \t]+/g, ' ').replace(/\n\s*\n/g, '\n');
  const start = draw(Math.max(1, squeezed.length - 400));
  return squeezed.slice(start, start + 400);
}

const CONFUSED: Readonly<Record<string, string>> = { l: '1', o: '0', e: 'c', m: 'rn', i: 'l', a: 'o', s: '5', h: 'b' };

export const EDITS: readonly Edit[] = [
  { name: 'same, other line breaks', ending: 'txt', make: ({ text }) => Buffer.from(rewrapped(text)) },
  { name: 'same, as DOCX', ending: 'docx', make: ({ text }) => docx(clean(text)) },
  { name: 'same, as HTML', ending: 'html', make: ({ text }) => html(clean(text)) },
  { name: 'same, as RTF', ending: 'rtf', make: ({ text }) => rtf(clean(text)) },
  { name: 'same, as ODT', ending: 'odt', make: ({ text }) => odt(clean(text)) },
  { name: 'same, as PDF', ending: 'pdf', make: ({ text }) => pdf(clean(text)) },
  {
    name: 'same, as UTF-16',
    ending: 'txt',
    make: ({ text }) => Buffer.from(`\ufeff${text}`, 'utf16le'),
  },
  { name: 'paragraphs in another order', ending: 'txt', make: reordered },
  {
    name: '30 % of words rewritten',
    ending: 'txt',
    make: (paper, draw, others) => Buffer.from(rewritten(paper, draw, others)),
  },
  {
    name: 'excerpt of 400 characters',
    ending: 'txt',
    make: (paper, draw) => Buffer.from(excerpt(paper, draw)),
  },
  {
    name: 'excerpt inside another text',
    ending: 'txt',
    make(paper, draw) {
      const taken = excerpt(paper, draw);
      const around = Array.from({ length: 400 }, () => draw(2 ** 31).toString(36)).join(' ');
      return Buffer.from(`${around}\n${taken}\n${around}`);
    },
  },
  {
    name: 'misread, one letter in fifty',
    ending: 'txt',
    make: ({ text }, draw) =>
      Buffer.from(
        [...text].map((one) => (draw(50) === 0 ? (CONFUSED[one] ?? (CHINESE.test(one) ? '口' : one)) : one)).join(''),
      ),
  },
  {
    name: 'one of five in one file',
    ending: 'txt',
    make: (paper, draw, others) =>
      Buffer.from(
        [paper, ...Array.from({ length: 4 }, () => others[draw(others.length)]!)].map(({ text }) => text).join('\n\n'),
      ),
  },
];

// biome-ignore lint/suspicious/noControlCharactersInRegex: what no XML may hold
const clean = (text: string) => text.replace(/[\x00-\x08\x0b-\x1f\ufffe\uffff]|[\ud800-\udfff]/g, ' ');
const rewrapped = (text: string) => text.replace(/\s+/g, ' ').replace(/(.{70}[^ ]*) /g, '$1\r\n    ');

function reordered({ text }: Paper, draw: Draw): Buffer {
  return Buffer.from(shuffled(text.split(/\n\s*\n/), draw).join('\n\n'));
}

export const paperName = ({ source }: Paper) =>
  basename(source)
    .replace(/[^\w.-]/g, '_')
    .slice(0, 60);

const PROBE = 40;

/**
 * For each text how many of `papers` hold what stands in it: at three places, 40 letters each, the middle number. Found
 * by comparing letters, with none of the product's fingerprints.
 */
export function holders(texts: readonly string[], among: readonly Paper[]): number[] {
  const counts = new Map<string, number>();
  const probes = texts.map((text) => {
    const { text: letters } = normalise(text);
    const places = [0.2, 0.5, 0.8].map((share) => Math.floor(share * Math.max(0, letters.length - PROBE)));
    return places.map((at) => letters.slice(at, at + PROBE));
  });
  for (const probe of probes.flat()) counts.set(probe, 0);
  for (const { text } of among) {
    const { text: letters } = normalise(text);
    const met = new Set<string>();
    for (let at = 0; at + PROBE <= letters.length; at++) {
      const piece = letters.slice(at, at + PROBE);
      if (counts.has(piece)) met.add(piece);
    }
    for (const piece of met) counts.set(piece, counts.get(piece)! + 1);
  }
  return probes.map((three) => three.map((probe) => counts.get(probe)!).sort((one, other) => one - other)[1]!);
}

/** So many letters in a row, and so many together that are no boilerplate, are text that two papers have in common. */
const SHINGLE = 50;
const COMMON_LETTERS = 150;
/** Words that papers of so many packages hold belong to none of them. */
const COMMON_GROUPS = 3;

/**
 * For each of `strangers` how many of its letters stand in one registered paper as well, in runs of 50 and more, leaving out
 * what papers of three packages hold and what is licences. Found by comparing letters, with none of the product's
 * fingerprints. From 150 on a paper is not unrelated, wherever it comes from.
 */
export function sharedLetters(strangers: readonly Paper[], registered: readonly Paper[], licences: string): number[] {
  const lettersOf = ({ text }: Paper) => normalise(text).text;
  const groups = new Map<string, Set<string> | undefined>();
  const wanted = new Set<string>();
  for (const paper of strangers) for (const [, piece] of shingles(lettersOf(paper))) wanted.add(piece);
  for (const [, piece] of shingles(normalise(licences).text)) wanted.delete(piece);
  for (const paper of [...strangers, ...registered])
    for (const [, piece] of shingles(lettersOf(paper)))
      if (wanted.has(piece)) groups.set(piece, (groups.get(piece) ?? new Set()).add(paper.group));
  const holders = new Map<string, Set<number>>();
  for (const [number, paper] of registered.entries())
    for (const [, piece] of shingles(lettersOf(paper)))
      if ((groups.get(piece)?.size ?? COMMON_GROUPS) < COMMON_GROUPS)
        holders.set(piece, (holders.get(piece) ?? new Set()).add(number));
  return strangers.map((paper) => {
    const together = new Map<number, { letters: number; end: number }>();
    for (const [at, piece] of shingles(lettersOf(paper)))
      for (const number of holders.get(piece) ?? []) {
        const { letters, end } = together.get(number) ?? { letters: 0, end: 0 };
        together.set(number, { letters: letters + at + SHINGLE - Math.max(at, end), end: at + SHINGLE });
      }
    return Math.max(0, ...[...together.values()].map(({ letters }) => letters));
  });
}

export const unrelatedTo = (letters: number) => letters < COMMON_LETTERS;

function* shingles(letters: string): Generator<[at: number, piece: string]> {
  for (let at = 0; at + SHINGLE <= letters.length; at++) yield [at, letters.slice(at, at + SHINGLE)];
}
