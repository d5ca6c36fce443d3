/**
 * What others find on the same papers: MinHash over five-word shingles (128 permutations, 32 bands of 4), ssdeep and
 * TLSH. All are given the text, already taken out of its format, which they could not do themselves.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { extract } from '../src/documents/extract/extract.ts';
import { lot } from './corpus.ts';

export interface PeerFile {
  readonly name: string;
  /** The kind of edit, or 'unrelated'. */
  readonly kind: string;
  readonly from: string | undefined;
}

/** Which registered papers each file is said to be like. */
type Found = Map<string, Set<string>>;

/** A table of recall by kind of edit, and of false matches, for each method that is installed. */
export async function peers(
  root: string,
  files: readonly PeerFile[],
  registered: ReadonlyMap<string, string>,
): Promise<string> {
  const folders = { register: join(root, 'peers', 'register'), trove: join(root, 'peers', 'trove') };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  const names = [...registered.keys()];
  names.forEach((name, at) => {
    writeFileSync(join(folders.register, String(at)), registered.get(name)!);
  });
  const texts = new Map<string, string>();
  for (const { name } of files) {
    await extract(
      { name, bytes: readFileSync(join(root, 'trove', name)) },
      ({ text }) => void texts.set(name, text ?? ''),
    );
    writeFileSync(join(folders.trove, name), texts.get(name)!);
  }
  const methods: [name: string, find: () => Found][] = [
    ['MinHash', () => minHash(texts, registered)],
    ['ssdeep', () => ssdeep(folders, names)],
    ['TLSH', () => tlsh(folders, names, files)],
  ];
  return methods.map(([name, find]) => timed(name, find, files)).join('\n');
}

function timed(method: string, find: () => Found, files: readonly PeerFile[]): string {
  const began = performance.now();
  let found: Found;
  try {
    found = find();
  } catch (error) {
    return `${method}: not measured (${error instanceof Error ? error.message.split('\n')[0] : error})`;
  }
  const lines = [`${method}, ${((performance.now() - began) / 1000).toFixed(1)} s`];
  for (const [kind, list] of Map.groupBy(files, (file) => file.kind)) {
    const hits = list.filter(({ name, from }) =>
      from === undefined ? (found.get(name)?.size ?? 0) > 0 : found.get(name)?.has(from),
    );
    const label = kind === 'of other packages' ? 'unrelated, with a match' : kind;
    lines.push(`  ${label.padEnd(30)} ${((100 * hits.length) / list.length).toFixed(2).padStart(7)} %`);
  }
  return lines.join('\n');
}

const PERMUTATIONS = 128;
const ROWS = 4;
/** Estimated share of common shingles from which two texts count as alike. */
const ALIKE = 0.25;

function minHash(texts: ReadonlyMap<string, string>, registered: ReadonlyMap<string, string>): Found {
  const draw = lot(99);
  const factors = Array.from({ length: PERMUTATIONS }, () => [draw(2 ** 31) | 1, draw(2 ** 31)] as const);
  const sketch = (text: string): Uint32Array => {
    const least = new Uint32Array(PERMUTATIONS).fill(0xffffffff);
    // Words, and for Chinese its characters.
    const words = text.toLowerCase().match(/\p{Script=Han}|[\p{L}\p{N}]+/gu) ?? [];
    for (let at = 0; at + 5 <= words.length; at++) {
      let hash = 2166136261;
      for (const unit of words.slice(at, at + 5).join(' ')) hash = Math.imul(hash ^ unit.codePointAt(0)!, 16777619);
      for (const [number, [factor, addend]] of factors.entries()) {
        const value = (Math.imul(hash ^ (hash >>> 15), factor) + addend) >>> 0;
        if (value < least[number]!) least[number] = value;
      }
    }
    return least;
  };
  const bands = (least: Uint32Array) =>
    Array.from(
      { length: PERMUTATIONS / ROWS },
      (_, band) => `${band}:${least.subarray(band * ROWS, band * ROWS + ROWS).join()}`,
    );
  const sketches = new Map([...registered].map(([name, text]) => [name, sketch(text)]));
  const buckets = new Map<string, string[]>();
  for (const [name, least] of sketches)
    for (const band of bands(least)) buckets.set(band, [...(buckets.get(band) ?? []), name]);
  const found: Found = new Map();
  for (const [name, text] of texts) {
    const own = sketch(text);
    const candidates = new Set(bands(own).flatMap((band) => buckets.get(band) ?? []));
    const alike = [...candidates].filter((other) => {
      const theirs = sketches.get(other)!;
      let equal = 0;
      for (let at = 0; at < PERMUTATIONS; at++) if (own[at] === theirs[at]) equal += 1;
      return equal / PERMUTATIONS >= ALIKE;
    });
    found.set(name, new Set(alike));
  }
  return found;
}

interface Folders {
  register: string;
  trove: string;
}

const LARGE = { maxBuffer: 2 ** 30, encoding: 'utf8' as const };

function ssdeep({ register, trove }: Folders, names: readonly string[]): Found {
  const known = join(register, '..', 'ssdeep.txt');
  writeFileSync(known, spawnSync('ssdeep', ['-s', '-b', '-r', register], LARGE).stdout ?? '');
  const { stdout, error } = spawnSync('ssdeep', ['-s', '-b', '-c', '-r', '-m', known, trove], LARGE);
  if (error) throw error;
  const found: Found = new Map();
  for (const line of stdout.split('\n')) {
    const [, file, number] = /^"([^"]*)","(\d+)",\d+/.exec(line) ?? [];
    if (file !== undefined && number !== undefined) add(found, file, names[Number(number)]!);
  }
  return found;
}

/** The distance up to which its authors call two files alike. */
const TLSH_DISTANCE = '70';

function tlsh({ register, trove }: Folders, names: readonly string[], files: readonly PeerFile[]): Found {
  const known = join(register, '..', 'tlsh.txt');
  writeFileSync(known, execFileSync('tlsh', ['-r', register], { ...LARGE, stdio: ['ignore', 'pipe', 'ignore'] }));
  const found: Found = new Map();
  for (const { name } of files) {
    const { stdout, error } = spawnSync('tlsh', ['-c', join(trove, name), '-l', known, '-T', TLSH_DISTANCE], LARGE);
    if (error) throw error;
    for (const [, number] of stdout.matchAll(/register\/(\d+)/g)) add(found, name, names[Number(number)]!);
  }
  return found;
}

function add(found: Found, name: string, paper: string): void {
  found.set(name, (found.get(name) ?? new Set()).add(paper));
}
