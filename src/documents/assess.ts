/**
 * The damage assessment: which of our documents are in a folder that was found. Says what stands where, word for word or
 * changed; who is behind it is another question.
 */
import { existsSync, lstatSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Fault } from '../base/fault.ts';
import { LEVELS, type Level } from '../base/level.ts';
import type { Events } from '../stores/clickhouse.ts';
import { clearSpool, spoolOf } from '../stores/spool.ts';
import { fingerprintRows, SpoolFile } from './batch.ts';
import { decide, type FoundPart, type FoundText, type PartVerdict } from './decide.ts';
import type { Kind } from './extract/kind.ts';
import { type PoolOptions, readFiles } from './extract/pool.ts';
import { fingerprint } from './fingerprint.ts';
import { walk } from './folder.ts';
import type { Verdict } from './match.ts';
import { type Candidate, candidatesOf } from './search.ts';
import { countTexts, documentsOfTexts, emptyTrove, equalDocuments, insertTrove, type Registered } from './store.ts';

export interface AssessOptions extends PoolOptions {
  onProgress?: (stage: 'listing' | 'reading' | 'comparing', done: number, total: number) => void;
}

/** A document that a file holds something of. Coverage 0 to 1; `passages` in UTF-16 units of the texts as read. */
export interface Match {
  document: string;
  level: Level;
  match: Verdict;
  coverage: { file: number; document: number };
  passages: { file: [number, number]; document: [number, number]; alike: number }[];
}

export interface AssessedFile {
  path: string;
  match: Verdict;
  /** The document it is or comes from first of all; null without any, and then coverage is null as well. */
  document: string | null;
  level: Level | null;
  coverage: { file: number; document: number } | null;
  matches: Match[];
  /** Documents that explain it as well: other copies and versions of the same text. */
  alternatives: string[];
  /** It may come from the document or from any of the alternatives: they say the same here. */
  ambiguous: boolean;
  bytes: number;
  sha256: string;
  /** A fingerprint of the text: files with the same one say the same. '' without text. */
  text_sha256: string;
}

export interface Assessment {
  files: AssessedFile[];
  /** Distinct documents of each level that are in the trove, wholly or in part. */
  counts: Record<Level, number>;
  /** Each document that is in the trove, the most protected first, with the files it is in and how much of it they hold. */
  documents: { document: string; level: Level; coverage: number; files: string[] }[];
  unreadable: { path: string; why: string }[];
  unmatched: string[];
}

/** Texts that belong to nobody: licences and notices. An organisation may put its templates beside them. */
const BOILERPLATE = new URL('../../content/boilerplate/', import.meta.url);

async function boilerplate(): Promise<string[]> {
  const names = (await readdir(BOILERPLATE)).filter((name) => name.endsWith('.txt')).sort();
  return await Promise.all(names.map((name) => readFile(new URL(encodeURIComponent(name), BOILERPLATE), 'utf8')));
}

const BATCH_BYTES = 64 * 1024 * 1024;
/** A container is read part by part; itself it is a row only when it is a document. */
const CONTAINERS: ReadonlySet<Kind> = new Set(['zip', 'tar', 'gzip', '7z']);

/** Errors: not-found, interrupted. A file that cannot be read is a row of the result, never an error. */
export async function assess(events: Events, trove: string, options: AssessOptions = {}): Promise<Assessment> {
  const root = resolve(trove);
  if (!existsSync(root)) throw new Fault('not-found', 'there is no such file or folder', { place: trove });
  await clearSpool(events);
  await emptyTrove(events);
  try {
    const { parts, texts, unreadable } = await readTrove(events, root, options);
    const equal = await equalTo(events, parts);
    options.onProgress?.('comparing', 0, texts.length);
    const candidates = await candidatesOf(events, texts, {
      ...limitsOf(await countTexts(events)),
      onProgress: (done) => options.onProgress?.('comparing', done, texts.length),
      signal: options.signal,
    });
    const registered = await documentsFor(events, candidates);
    const verdicts = decide({ parts, equal, candidates, registered });
    return summed(verdicts, unreadable);
  } finally {
    await emptyTrove(events);
  }
}

/** A passage that more texts than this hold is boilerplate: a share of the register, the larger the smaller that is. */
export function commonAbove(texts: number): number {
  if (texts <= 20) return Math.max(2, Math.ceil(texts / 4));
  return Math.round(Math.min(30, Math.max(5, texts / 20)));
}

/** Beside it, how many texts are named for a file that is nothing but words which several documents share. */
function limitsOf(texts: number): { common: number; listed: number } {
  const common = commonAbove(texts);
  return { common, listed: Math.max(common, Math.min(200, Math.round(texts / 20))) };
}

async function readTrove(events: Events, root: string, options: AssessOptions) {
  const unreadable: Assessment['unreadable'] = [];
  const listed = await list(root, unreadable);
  const parts: FoundPart[] = [];
  const texts: FoundText[] = [];
  const numbers = new Map<string, number>();
  const spooled = new TroveBatch(events);
  for (const text of await boilerplate()) await spooled.add(fingerprintRows(0, fingerprint(text), false));
  let done = 0;
  options.onProgress?.('reading', 0, listed.length);
  for await (const { asked, parts: reports } of readFiles(listed, options)) {
    for (const { name, kind, bytes, sha256, why, fingerprints } of reports) {
      const path = [asked.tag, name].filter(Boolean).join('/');
      if (why !== undefined) unreadable.push({ path, why });
      if (sha256 === '') continue;
      const text_sha256 = fingerprints?.textSha256 ?? '';
      let text = numbers.get(text_sha256) ?? 0;
      if (fingerprints && text_sha256 !== '' && text === 0) {
        text = texts.length + 1;
        numbers.set(text_sha256, text);
        texts.push({ number: text, length: fingerprints.length });
        await spooled.add(fingerprintRows(text, fingerprints, false));
      }
      parts.push({ path, kind, bytes, sha256, text_sha256, text, container: CONTAINERS.has(kind) });
    }
    done += 1;
    options.onProgress?.('reading', done, listed.length);
  }
  await spooled.flush();
  const order = (one: { path: string }, other: { path: string }) => (one.path < other.path ? -1 : 1);
  return { parts: parts.sort(order), texts, unreadable: unreadable.sort(order) };
}

async function list(root: string, unreadable: Assessment['unreadable']): Promise<{ path: string; tag: string }[]> {
  if (lstatSync(root).isFile()) return [{ path: root, tag: basename(root) }];
  const listed: { path: string; tag: string }[] = [];
  for await (const { path, relative, why } of walk(root))
    if (why === undefined) listed.push({ path, tag: relative });
    else unreadable.push({ path: relative, why });
  return listed;
}

/** Fingerprints of the trove, handed to the engine a good piece at a time. */
class TroveBatch {
  readonly #events: Events;
  readonly #path: string;
  #file: SpoolFile | undefined;

  constructor(events: Events) {
    this.#events = events;
    this.#path = join(spoolOf(events), 'trove.bin');
  }

  async add(rows: Buffer): Promise<void> {
    this.#file ??= new SpoolFile(this.#path);
    await this.#file.write(rows);
    if (this.#file.bytes >= BATCH_BYTES) await this.flush();
  }

  async flush(): Promise<void> {
    if (!this.#file) return;
    await this.#file.close();
    if (this.#file.bytes > 0) await insertTrove(this.#events, this.#path);
    this.#file = undefined;
    await rm(this.#path, { force: true });
  }
}

async function spooledRows<T>(events: Events, rows: Iterable<object>, ask: (path: string) => Promise<T>): Promise<T> {
  const path = join(spoolOf(events), 'asked.jsonl');
  const file = new SpoolFile(path);
  for (const row of rows) await file.write(`${JSON.stringify(row)}\n`);
  await file.close();
  try {
    return await ask(path);
  } finally {
    await rm(path, { force: true });
  }
}

/** Documents with the bytes or the text of a part of the trove. */
async function equalTo(events: Events, parts: readonly FoundPart[]): Promise<Registered[]> {
  if (parts.length === 0) return [];
  const asked = parts.map(({ sha256, text_sha256 }) => ({ sha256, text_sha256 }));
  return await spooledRows(events, asked, (path) => equalDocuments(events, path));
}

async function documentsFor(events: Events, candidates: Map<number, Candidate[]>): Promise<Map<number, Registered[]>> {
  const texts = new Set([...candidates.values()].flat().map(({ text }) => text));
  if (texts.size === 0) return new Map();
  const rows = Array.from(texts, (text) => ({ text }));
  const found = await spooledRows(events, rows, (path) => documentsOfTexts(events, path));
  return Map.groupBy(found, ({ text }) => text);
}

function summed(verdicts: readonly PartVerdict[], unreadable: Assessment['unreadable']): Assessment {
  const files = verdicts.map(({ part, ...verdict }): AssessedFile => {
    const { path, bytes, sha256, text_sha256 } = part;
    return { path, ...verdict, bytes, sha256, text_sha256 };
  });
  const documents = new Map<string, Assessment['documents'][number]>();
  for (const { path, matches } of files)
    for (const { document, level, coverage } of matches) {
      const known = documents.get(document) ?? { document, level, coverage: 0, files: [] };
      documents.set(document, known);
      known.coverage = Math.max(known.coverage, coverage.document);
      known.files.push(path);
    }
  const counts = Object.fromEntries(LEVELS.map((level) => [level, 0])) as Record<Level, number>;
  for (const { level } of documents.values()) counts[level] += 1;
  const rank = (level: Level) => LEVELS.indexOf(level);
  return {
    files,
    counts,
    documents: [...documents.values()].sort(
      (one, other) => rank(other.level) - rank(one.level) || (one.document < other.document ? -1 : 1),
    ),
    unreadable,
    unmatched: files.filter(({ match }) => match === 'no match').map(({ path }) => path),
  };
}
