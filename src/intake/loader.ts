/** Moving what waits in the spool into the store, in large parts, each line once however often a part is tried. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asFault, type Fault } from '../base/fault.ts';
import { type LineReader, storeIntake } from '../events/events.ts';
import type { Events } from '../stores/clickhouse.ts';
import type { Entry } from './entry.ts';
import type { Spool } from './spool.ts';

/** Entries whose lines are stored with one statement. */
export interface Part {
  readonly source: string;
  readonly entries: readonly Entry[];
  readonly lines: number;
}

export interface LoaderOptions {
  readonly events: Events;
  readonly spool: Spool;
  /** The name of a source's reader; '' lets each line find its own. */
  readonly readerOf: (source: string) => string;
  readonly readers?: readonly LineReader[];
  /** Called for each part that is durable in the store, before it leaves the spool. */
  readonly onPart?: (part: Part) => Promise<void>;
}

const MOST_LINES = 100_000;
const MOST_BYTES = 64 * 2 ** 20;
const MOST_ENTRIES = 500;
/** The key of lines that are known by their place in a stream. */
const PLACE = 'sequence';
/** Where several entries are put together for the engine. */
const JOINED = 'part.joined';
const TRIES = 3;

export class Loader {
  readonly #options: LoaderOptions;
  /** How often an entry alone was refused by the store while the store was there. */
  readonly #refused = new Map<string, number>();

  constructor(options: LoaderOptions) {
    this.#options = options;
  }

  /**
   * Stores one part of each source that has any. Returns the lines taken out of the spool. Errors: those of the store;
   * what was not stored stays.
   */
  async round(signal?: AbortSignal): Promise<number> {
    const { spool } = this.#options;
    let lines = 0;
    let failure: Fault | undefined;
    for (const source of spool.sources()) {
      if (signal?.aborted) break;
      try {
        lines += await this.#load(nextPart(source, spool.entries(source)));
        spool.storeAway = false;
      } catch (error) {
        const fault = asFault(error);
        if (fault.code !== 'query-failed') {
          spool.storeAway = true;
          throw fault;
        }
        failure = fault; // one source's lines that the store refuses are no reason to keep back another's
      }
    }
    if (failure !== undefined && lines === 0) throw failure;
    return lines;
  }

  async #load(part: Part): Promise<number> {
    try {
      await this.#store(part, this.#options.readerOf(part.source));
    } catch (error) {
      if (asFault(error).code !== 'query-failed' && asFault(error).code !== 'not-found') throw error;
      if (part.entries.length > 1) return await this.#loadOneByOne(part);
      await this.#storeRaw(part, error);
    }
    return part.lines;
  }

  async #loadOneByOne({ source, entries }: Part): Promise<number> {
    let lines = 0;
    let failure: unknown;
    for (const entry of entries)
      try {
        lines += await this.#load({ source, entries: [entry], lines: entry.lines });
      } catch (error) {
        if (asFault(error).code !== 'query-failed') throw error;
        failure = error;
      }
    if (failure !== undefined && lines === 0) throw failure;
    return lines;
  }

  /** Lines with which a reader brings the store to refuse again and again are kept as they came. */
  async #storeRaw(part: Part, error: unknown): Promise<void> {
    const { file } = part.entries[0]!;
    const tries = (this.#refused.get(file) ?? 0) + 1;
    this.#refused.set(file, tries);
    if (tries < TRIES && asFault(error).code === 'query-failed') throw error;
    await this.#store(part, 'unknown');
    this.#refused.delete(file);
  }

  async #store(part: Part, reader: string): Promise<void> {
    const { events, spool, readers, onPart } = this.#options;
    const { source, entries } = part;
    const [first] = entries;
    const { stream, sequence, received } = first!;
    const parameters = {
      ...{ path: await pathOf(join(spool.folder, source), entries), source, stream, received },
      ...{ first_line: sequence ?? 1, key: sequence === undefined ? '' : PLACE },
    };
    await storeIntake(events, reader, parameters, readers);
    await onPart?.(part);
    await spool.remove(source, entries);
    await rm(join(spool.folder, source, JOINED), { force: true });
  }
}

/**
 * The oldest entry of a source and those after it that one statement can take as well: of the same stream, and numbered ones
 * without a gap. Entries of other streams lie between them when several senders hand in at once; they wait for their turn.
 */
export function nextPart(source: string, waiting: readonly Entry[]): Part {
  const entries: Entry[] = [];
  let [lines, bytes] = [0, 0];
  for (const entry of waiting) {
    const first = entries[0] ?? entry;
    const last = entries.at(-1);
    if (entry.stream !== first.stream) continue;
    const fits = lines + entry.lines <= MOST_LINES && bytes + entry.bytes <= MOST_BYTES;
    if (last !== undefined && !(isNext(last, entry) && fits && entries.length < MOST_ENTRIES)) break;
    entries.push(entry);
    lines += entry.lines;
    bytes += entry.bytes;
  }
  return { source, entries, lines };
}

function isNext(last: Entry | undefined, entry: Entry): boolean {
  if (last === undefined) return true;
  if (last.sequence === undefined || entry.sequence === undefined) return last.sequence === entry.sequence;
  return last.sequence + last.lines === entry.sequence;
}

/**
 * What the engine is to read. It reads several files at once, in no order: lines that are known by their number come from
 * one file, which needs no flush because the entries themselves stay.
 */
async function pathOf(folder: string, entries: readonly Entry[]): Promise<string> {
  const paths = entries.map(({ file }) => join(folder, file));
  if (paths.length === 1) return paths[0]!;
  if (entries[0]!.sequence === undefined) return join(folder, `{${entries.map(({ file }) => file).join(',')}}`);
  const joined = join(folder, JOINED);
  await writeFile(joined, Buffer.concat(await Promise.all(paths.map((path) => readFile(path)))), { mode: 0o600 });
  return joined;
}
