/**
 * The sealed messages on disk: one file each, a line of facts and the ciphertext. Files and not a table, because a
 * database writes the exact time of each commit into its log, and the time at which somebody reported is what must not
 * be found. A file's own times are set to its day; the round writes the file anew, so that its birth tells nothing.
 */
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { type FileHandle, open, readFile, rename, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../base/fault.ts';
import { randomId } from '../base/id.ts';

/** What the server knows of a message. */
export interface Stored {
  /** SHA-256 of the ciphertext, its name. */
  readonly hash: string;
  /** SHA-256 of the tag: who reads the disk cannot ask the server in the reporter's place. */
  readonly tagHash: string;
  /** The day it arrived, and until when it is kept at least. */
  readonly day: string;
  readonly keep: string;
  readonly size: number;
  /** Its place in the ledger, from the round after it arrived on. */
  readonly leaf: number | null;
  /** Once it has been deleted: when, and where the ledger says so. The ciphertext is gone then. */
  readonly deleted: { readonly day: string; readonly leaf: number } | null;
}

/** The facts take so many bytes in each file, so that no file is longer than another of its class. */
const HEAD = 512;
const COPY = 1_048_576;

export class MessageFiles {
  readonly #folder: string;
  readonly #parts: string;
  readonly #byHash = new Map<string, Stored>();

  /** Opens the folder below the data directory, reads all facts, and throws away what was never finished. */
  static async open(dir: string): Promise<MessageFiles> {
    const files = new MessageFiles(join(dir, 'messages'), join(dir, 'uploads'));
    for (const name of readdirSync(files.#folder)) {
      if (/^[0-9a-f]{64}$/.test(name)) files.#byHash.set(name, await files.#readHead(name));
      else rmSync(join(files.#folder, name));
    }
    return files;
  }

  private constructor(folder: string, parts: string) {
    this.#folder = folder;
    this.#parts = parts;
    rmSync(parts, { recursive: true, force: true });
    for (const each of [folder, parts]) mkdirSync(each, { recursive: true, mode: 0o700 });
  }

  all(): Stored[] {
    return [...this.#byHash.values()];
  }

  get(hash: string): Stored | undefined {
    return this.#byHash.get(hash);
  }

  ofTag(tagHash: string): Stored[] {
    return this.all().filter((one) => one.tagHash === tagHash);
  }

  /** Bytes of ciphertext that are kept. */
  bytes(): number {
    return this.all().reduce((sum, { size, deleted }) => sum + (deleted ? 0 : size), 0);
  }

  /** Begins a file for ciphertext that arrives piece by piece. */
  async begin(): Promise<Part> {
    const path = join(this.#parts, randomId());
    return new Part(path, await open(path, 'wx+', 0o600));
  }

  /** Keeps a finished part under its hash. Keeping the same message twice is keeping it once. */
  async keep(part: Part, facts: Omit<Stored, 'size' | 'leaf' | 'deleted'>): Promise<Stored> {
    const stored: Stored = { ...facts, size: part.received, leaf: null, deleted: null };
    await part.finish(headOf(stored));
    await setDay(part.path, stored.day);
    await rename(part.path, join(this.#folder, stored.hash));
    await this.#syncFolder();
    this.#byHash.set(stored.hash, stored);
    return stored;
  }

  /** The ciphertext from byte `from` up to and without `to`. */
  read(hash: string, from: number, to: number): ReadableStream<Uint8Array> {
    const path = join(this.#folder, hash);
    const stream = createReadStream(path, { start: HEAD + from, end: HEAD + to - 1 });
    return ReadableStreamOf(stream);
  }

  /** The first `to` bytes of the ciphertext; none where the file has gone meanwhile. */
  async readStart(hash: string, to: number): Promise<Uint8Array> {
    try {
      const file = await open(join(this.#folder, hash), 'r');
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(to), 0, to, HEAD);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Uint8Array();
      throw error;
    }
  }

  /** Writes the file anew with changed facts; without its ciphertext, if they say it has been deleted. */
  async rewrite(stored: Stored): Promise<void> {
    const temporary = join(this.#folder, `${stored.hash}.tmp`);
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.write(headOf(stored));
      if (stored.deleted === null) await this.#copy(stored.hash, file);
      await file.sync();
    } finally {
      await file.close();
    }
    await setDay(temporary, stored.day);
    await rename(temporary, join(this.#folder, stored.hash));
    await this.#syncFolder();
    this.#byHash.set(stored.hash, stored);
  }

  /** The folders' own times tell of the last upload: they too get the day. */
  async settle(day: string): Promise<void> {
    for (const folder of [this.#folder, this.#parts]) await setDay(folder, day);
  }

  async #copy(hash: string, to: FileHandle): Promise<void> {
    const from = await open(join(this.#folder, hash), 'r');
    try {
      const buffer = new Uint8Array(COPY);
      for (let at = HEAD; ; ) {
        const { bytesRead } = await from.read(buffer, 0, COPY, at);
        if (bytesRead === 0) return;
        await to.write(buffer, 0, bytesRead);
        at += bytesRead;
      }
    } finally {
      await from.close();
    }
  }

  async #readHead(name: string): Promise<Stored> {
    const file = await open(join(this.#folder, name), 'r');
    try {
      const { buffer } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0);
      return JSON.parse(buffer.toString('utf8').trimEnd()) as Stored;
    } catch (cause) {
      throw new Fault('query-failed', 'A stored message has no readable head.', {
        place: join(this.#folder, name),
        cause,
      });
    } finally {
      await file.close();
    }
  }

  async #syncFolder(): Promise<void> {
    const folder = await open(this.#folder, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}

/** Ciphertext that is arriving. */
export class Part {
  readonly path: string;
  readonly #file: FileHandle;
  readonly #hash = createHash('sha256');
  received = 0;

  constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  async append(bytes: Uint8Array): Promise<void> {
    await this.#file.write(bytes, 0, bytes.length, HEAD + this.received);
    this.#hash.update(bytes);
    this.received += bytes.length;
  }

  /** SHA-256 of what has arrived. */
  digest(): string {
    return this.#hash.copy().digest('hex');
  }

  async finish(head: Uint8Array): Promise<void> {
    await this.#file.write(head, 0, head.length, 0);
    await this.#file.sync();
    await this.#file.close();
  }

  async discard(): Promise<void> {
    await this.#file.close().catch(() => {});
    await rm(this.path, { force: true });
  }
}

function headOf(stored: Stored): Uint8Array {
  const text = JSON.stringify(stored);
  if (text.length >= HEAD) throw new TypeError('the facts of a message do not fit their place');
  return Buffer.from(`${text.padEnd(HEAD - 1)}\n`, 'utf8');
}

/** Noon of the day, whatever the clock says. */
async function setDay(path: string, day: string): Promise<void> {
  const noon = new Date(`${day}T12:00:00Z`);
  await utimes(path, noon, noon);
}

function ReadableStreamOf(stream: AsyncIterable<Buffer>): ReadableStream<Uint8Array> {
  return ReadableStream.from(stream) as ReadableStream<Uint8Array>;
}

/** A small JSON file of this room; undefined where there is none. */
export async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Fault('invalid-content', 'The file is not JSON.', { place: path, cause });
  }
}
