/**
 * Where entries wait that must not be refused while the ledger cannot be written. A file of lines in the order they came,
 * each durable before the caller goes on; each begins with a hash over all before it, so that none can be lost from the
 * middle unseen. The first says how large the log was: what was queued can stand in it from there on, and nowhere else.
 */
import { existsSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder, writeAt } from './disk.ts';
import { sha256 } from './merkle.ts';
import { readIfThere } from './tiles.ts';

export interface Queued {
  /** The size of the log when the queue began. */
  readonly base: number;
  readonly entries: readonly Buffer[];
  /** The number of the first line that is not as it was written; the entries are those before it. */
  readonly damagedLine: number | undefined;
  /** Bytes up to the last whole line. */
  readonly length: number;
  readonly chain: string;
}

const EMPTY: Queued = { base: 0, entries: [], damagedLine: undefined, length: 0, chain: '' };

/** Reads a queue file's bytes. A last line without its end was being written and was never acknowledged: it is left out. */
export function parseQueue(bytes: Buffer): Queued {
  let { chain, length } = EMPTY;
  let base: number | undefined;
  const entries: Buffer[] = [];
  for (let number = 1; ; number++) {
    const end = bytes.indexOf(0x0a, length);
    if (end < 0) return { base: base ?? 0, entries, damagedLine: undefined, length, chain };
    const line = bytes.subarray(length, end);
    const content = line.subarray(CHAIN_DIGITS + 1);
    const next = chainHash(chain, content);
    if (line.toString('latin1', 0, CHAIN_DIGITS + 1) !== `${next} `) {
      return { base: base ?? 0, entries, damagedLine: number, length, chain };
    }
    if (base === undefined) base = Number(content.toString());
    else entries.push(content);
    chain = next;
    length = end + 1;
  }
}

const CHAIN_DIGITS = 32;

function chainHash(chain: string, content: Buffer): string {
  return sha256(Buffer.concat([Buffer.from(chain), content]))
    .toString('hex')
    .slice(0, CHAIN_DIGITS);
}

export class Queue {
  readonly #path: string;
  #known: Queued | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #inTurn = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Whether somebody works with it right now. */
  get isBusy(): boolean {
    return this.#inTurn > 0;
  }

  /** One at a time, in the order they came. */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#inTurn++;
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return await result.finally(() => {
      this.#inTurn--;
    });
  }

  /** Adds an entry to the end; `base` is the size of the log, for a queue that begins with it. Throws the system's error. */
  async append(entry: Buffer, base: number): Promise<void> {
    const known = this.#known ?? (await this.read());
    this.#known = undefined;
    const lines: Buffer[] = [];
    let { chain } = known;
    for (const content of known.length === 0 ? [Buffer.from(String(base)), entry] : [entry]) {
      chain = chainHash(chain, content);
      lines.push(Buffer.from(`${chain} `), content, Buffer.from('\n'));
    }
    const added = Buffer.concat(lines);
    const file = await open(this.#path, known.length === 0 ? 'w' : 'r+', 0o600);
    try {
      await addTo(file, known.length, added);
    } finally {
      await file.close();
    }
    if (known.length === 0) await syncFolder(dirname(this.#path));
    const entries = [...known.entries, entry];
    this.#known = {
      ...known,
      base: known.length === 0 ? base : known.base,
      entries,
      chain,
      length: known.length + added.length,
    };
  }

  /** What waits, as it lies on the disk. */
  async read(): Promise<Queued> {
    const bytes = await readIfThere(this.#path);
    return bytes === undefined ? EMPTY : parseQueue(bytes);
  }

  /** Nothing waits any more. A queue that was changed is kept beside, for whoever looks into it. */
  async clear(damagedName?: string): Promise<void> {
    this.#known = undefined;
    if (!existsSync(this.#path)) return;
    if (damagedName === undefined) await rm(this.#path, { force: true });
    else await rename(this.#path, damagedName);
    await syncFolder(dirname(this.#path));
  }
}

/** Half a line would stand before the next whole one: what fails is taken back, and what was torn before is overwritten. */
async function addTo(file: FileHandle, at: number, bytes: Buffer): Promise<void> {
  try {
    await file.truncate(at);
    await writeAt(file, bytes, at);
    await file.sync();
  } catch (error) {
    await file.truncate(at).catch(() => {});
    throw error;
  }
}
