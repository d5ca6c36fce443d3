/** Checking a ledger from its files alone: no server, no database, no trust in whoever keeps it. */
import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import { decodeEntry, type Entry } from './entry.ts';
import { placesIn, readSignerKey } from './keys.ts';
import { tileFiles } from './log.ts';
import { HASH_BYTES } from './merkle.ts';
import {
  formatVerifierKey,
  NoteError,
  parseNote,
  parseVerifierKey,
  type Verified,
  type VerifierKey,
  verifiedBy,
} from './note.ts';
import type { Policy } from './policy.ts';
import { parseQueue } from './queue.ts';
import { type Problem, scan } from './scan.ts';
import { parseTilePath, splitEntries, TILE_WIDTH, tilePath, tileWidth } from './tile.ts';
import { readIfThere } from './tiles.ts';

export type { Problem } from './scan.ts';

export interface VerifyOptions {
  readonly policy: Policy;
  /** Signed checkpoints that were kept elsewhere, with their names for messages. */
  readonly kept?: readonly { readonly name: string; readonly note: Uint8Array }[];
  /** Another process writes to the ledger right now, so that files may lie beyond the checkpoint. */
  readonly isLive?: boolean;
  /** Called with each entry that is one of ours, in order. */
  readonly onEntry?: (index: number, entry: Entry) => void;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface Report {
  readonly origin: string;
  /** How many entries the checkpoint covers. */
  readonly size: number;
  readonly problems: readonly Problem[];
  /** What is worth knowing and no sign of a change. */
  readonly notes: readonly string[];
}

interface Known {
  readonly size: number;
  readonly root: Buffer;
  /** Where it is known from. */
  readonly from: string;
}

/**
 * Verifies the log in `folder` and, where it lies in a data directory `dir`, its key and queue. Never throws for what
 * it finds: everything is in the report.
 */
export async function verifyLedger(folder: string, dir: string | undefined, options: VerifyOptions): Promise<Report> {
  return await new Verifying(folder, dir, options).run();
}

class Verifying {
  readonly #folder: string;
  readonly #dir: string | undefined;
  readonly #options: VerifyOptions;
  readonly #problems: Problem[] = [];
  readonly #notes: string[] = [];
  readonly #known: Known[] = [];
  #keys: readonly VerifierKey[] = [];
  #witnesses: readonly VerifierKey[] = [];
  #foreign = 0;

  constructor(folder: string, dir: string | undefined, options: VerifyOptions) {
    this.#folder = folder;
    this.#dir = dir;
    this.#options = options;
  }

  async run(): Promise<Report> {
    this.#keys = await this.#logKeys();
    this.#witnesses = await this.#witnessKeys();
    const checkpoint = await this.#checkpoint('checkpoint');
    const size = checkpoint?.size ?? (await this.#sizeOfFiles());
    await this.#collectKnown(checkpoint);
    const { onEntry, onProgress, signal } = this.#options;
    const { problems, roots, isWhole } = await scan(this.#folder, {
      size,
      root: checkpoint?.root,
      sizes: new Set(this.#known.map((known) => known.size)),
      signal,
      onProgress: onProgress && ((done) => onProgress(done, size)),
      onEntry: (index, bytes) => {
        const entry = decodeEntry(bytes);
        if (entry === undefined) this.#foreign += 1;
        else onEntry?.(index, entry);
      },
    });
    this.#problems.push(...problems);
    this.#compareKnown(size, roots);
    await this.#strayFiles(size);
    if (this.#dir !== undefined) this.#besides(this.#dir);
    if (isWhole && this.#foreign > 0) this.#notes.push(`${this.#foreign} entries were not written by this program`);
    return { origin: checkpoint?.origin ?? '', size, problems: this.#problems, notes: this.#notes };
  }

  #problem(place: string, message: string, index?: number): void {
    this.#problems.push({ place, message, index });
  }

  /** The keys that may sign: those of the policy, or else the one that lies beside the log. */
  async #logKeys(): Promise<VerifierKey[]> {
    const own = await this.#ownKey();
    const { logs } = this.#options.policy;
    if (logs.length === 0) {
      this.#notes.push(
        'the key was taken from the directory itself: whoever can write there could have replaced log and key',
      );
      return own === undefined ? [] : [own];
    }
    const keys = logs.map(({ key }) => key);
    const names = keys.map(formatVerifierKey);
    if (own !== undefined && !names.includes(formatVerifierKey(own)))
      this.#problem('vkey', 'is not a key of the policy');
    return keys;
  }

  async #ownKey(): Promise<VerifierKey | undefined> {
    try {
      const text = (await readFile(join(this.#folder, 'vkey'))).toString('latin1');
      if (!text.endsWith('\n')) throw new NoteError('it is cut off');
      return parseVerifierKey(text.slice(0, -1));
    } catch (error) {
      this.#problem('vkey', error instanceof NoteError ? `was changed: ${error.message}` : 'is missing');
      return undefined;
    }
  }

  /** Reads and checks a checkpoint in the log's folder; undefined where it cannot be read. */
  async #checkpoint(name: string): Promise<Checkpoint | undefined> {
    const bytes = await readIfThere(join(this.#folder, name));
    if (bytes !== undefined) return this.#signed(name, bytes)?.checkpoint;
    this.#problem(name, 'is missing');
    return undefined;
  }

  #signed(place: string, bytes: Uint8Array, isOurs = true): { checkpoint: Checkpoint; by: Verified[] } | undefined {
    try {
      const note = parseNote(bytes);
      const checkpoint = parseCheckpoint(note.text);
      const logs = this.#keys.filter(({ name }) => name === checkpoint.origin);
      const by = verifiedBy(note, [...logs, ...this.#witnesses]);
      if (!by.some(({ key }) => key.type === 'note')) this.#problem(place, 'is not signed by the key of the log');
      if (isOurs && by.length < note.signatures.length) this.#problem(place, 'has a signature that is by no known key');
      return { checkpoint, by };
    } catch (error) {
      if (!(error instanceof NoteError)) throw error;
      this.#problem(place, `was changed: ${error.message}`);
      return undefined;
    }
  }

  /** Those of the policy, and those that the program says it asked: a cosignature by none of them was changed. */
  async #witnessKeys(): Promise<VerifierKey[]> {
    const keys = this.#options.policy.witnesses.map(({ key }) => key);
    const lines = (await readIfThere(join(this.#folder, 'witnesses')))?.toString('utf8').split('\n') ?? [''];
    try {
      if (lines.pop() !== '') throw new NoteError('it is cut off');
      return [...keys, ...lines.map(parseVerifierKey)];
    } catch (error) {
      if (!(error instanceof NoteError)) throw error;
      this.#problem('witnesses', `was changed: ${error.message}`);
      return keys;
    }
  }

  /** What the log is known to have been. */
  async #collectKnown(checkpoint: Checkpoint | undefined): Promise<void> {
    const { policy, kept = [] } = this.#options;
    for (const { size, root } of policy.known) this.#known.push({ size, root, from: 'the policy' });
    for (const { name, note } of kept) {
      const signed = this.#signed(name, note, false);
      if (signed !== undefined) this.#known.push({ ...signed.checkpoint, from: name });
    }
    const bytes = await readIfThere(join(this.#folder, 'cosigned'));
    const cosigned = bytes && this.#signed('cosigned', bytes);
    if (cosigned !== undefined) this.#known.push({ ...cosigned.checkpoint, from: 'cosigned' });
    this.#quorum(checkpoint, cosigned);
  }

  #quorum(checkpoint: Checkpoint | undefined, cosigned: { checkpoint: Checkpoint; by: Verified[] } | undefined): void {
    const { policy } = this.#options;
    const seen = (cosigned?.by ?? []).filter(({ time }) => time !== undefined);
    const names = policy.witnesses.filter(({ key }) =>
      seen.some((one) => formatVerifierKey(one.key) === formatVerifierKey(key)),
    );
    if (!policy.quorum(new Set(names.map(({ name }) => name)))) {
      this.#problem('cosigned', `has not the cosignatures that the policy asks for (${policy.quorumName})`);
    }
    if (cosigned === undefined || seen.length === 0) return;
    const latest = new Date(Math.max(...seen.map(({ time }) => time!)) * 1000).toISOString();
    const since = (checkpoint?.size ?? cosigned.checkpoint.size) - cosigned.checkpoint.size;
    const who = seen.map(({ key }) => key.name).join(', ');
    this.#notes.push(
      `${cosigned.checkpoint.size} entries were cosigned by ${who}, last at ${latest}; ${since} came since`,
    );
  }

  #compareKnown(size: number, roots: ReadonlyMap<number, Buffer>): void {
    for (const known of this.#known) {
      const root = roots.get(known.size);
      if (known.size > size) {
        const lost = `entries ${size} to ${known.size - 1} are missing`;
        this.#problem('checkpoint', `was rolled back: ${known.from} knows ${known.size} entries; ${lost}`, size);
      } else if (root !== undefined && !root.equals(known.root)) {
        this.#problem(
          'checkpoint',
          `does not continue ${known.from}: something among its first ${known.size} entries was changed`,
          0,
        );
      }
    }
  }

  /** Every file in the folder must be one that the checkpoint accounts for. */
  async #strayFiles(size: number): Promise<void> {
    const EXPECTED = ['checkpoint', 'cosigned', 'tile', 'vkey', 'witnesses'];
    for (const name of await readdir(this.#folder)) {
      // A program at work is replacing a file.
      if (this.#options.isLive && name.endsWith('.new')) continue;
      if (!EXPECTED.includes(name)) this.#problem(name, 'does not belong to the log');
    }
    const files = await tileFiles(this.#folder);
    // A program at work has added to the log meanwhile.
    const now = this.#options.isLive ? ((await this.#checkpoint('checkpoint'))?.size ?? size) : size;
    for (const path of files) {
      const tile = parseTilePath(path);
      if (tile === undefined) this.#problem(path, 'does not belong to the log');
      else if (tile.width > tileWidth(tile.level, tile.number, now))
        this.#beyond(path, tile.level === 'entries' ? tile : undefined);
      else if (tile.width < tileWidth(tile.level, tile.number, now)) await this.#narrower(path, now);
    }
  }

  #beyond(path: string, bundle: { number: number } | undefined): void {
    if (this.#options.isLive) return;
    const why = 'its checkpoint was put back, or a write was cut short and the program has not been started since';
    this.#problem(path, `lies beyond what the checkpoint covers: ${why}`, bundle && bundle.number * TILE_WIDTH);
  }

  /** A file of a tile that has grown since must be the beginning of what it has grown to. */
  async #narrower(path: string, size: number): Promise<void> {
    const tile = parseTilePath(path)!;
    const [part, whole] = await Promise.all([
      readIfThere(join(this.#folder, path)),
      readIfThere(join(this.#folder, tilePath({ ...tile, width: tileWidth(tile.level, tile.number, size) }))),
    ]);
    if (part === undefined || whole === undefined) return;
    const count = tile.level === 'entries' ? splitEntries(part).entries.length : part.length / HASH_BYTES;
    const isWhole = tile.level !== 'entries' || splitEntries(part).rest.length === 0;
    const isBeginning = part.equals(whole.subarray(0, part.length));
    if (!isBeginning || !isWhole || count !== tile.width) this.#problem(path, 'was changed');
  }

  /** Without a checkpoint: as many entries as there are. */
  async #sizeOfFiles(): Promise<number> {
    const ends = (await tileFiles(this.#folder)).map((path) => {
      const tile = parseTilePath(path);
      return tile?.level === 'entries' ? tile.number * TILE_WIDTH + tile.width : 0;
    });
    return Math.max(0, ...ends);
  }

  /** Key and queue, which lie beside the log in a data directory. */
  #besides(dir: string): void {
    const places = placesIn(dir);
    try {
      const key = existsSync(places.key) ? formatVerifierKey(readSignerKey(places.key)) : undefined;
      if (key !== undefined && !this.#keys.some((known) => formatVerifierKey(known) === key)) {
        this.#problem('ledger.key', 'is not the key of the log');
      }
    } catch {
      this.#problem('ledger.key', 'was changed');
    }
    if (!existsSync(places.queue)) return;
    const bytes = readFileSync(places.queue);
    const { entries, damagedLine, length } = parseQueue(bytes);
    if (damagedLine !== undefined) this.#problem(`ledger.queue:${damagedLine}`, 'was changed');
    else if (length < bytes.length) this.#problem('ledger.queue', 'ends in the middle of a line');
    this.#notes.push(`${entries.length} entries wait in the queue to be taken in`);
  }
}
