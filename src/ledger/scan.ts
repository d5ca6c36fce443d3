/** Reading a log from its first entry to its last and finding everything that is not as it was written. */
import { join } from 'node:path';
import { Frontier, HASH_BYTES, leafHash } from './merkle.ts';
import { splitEntries, splitHashes, TILE_WIDTH, tileLevels, tilePath, tileRoot, tileWidth } from './tile.ts';
import { readIfThere } from './tiles.ts';

/** Something that is not as it was written. */
export interface Problem {
  /** The file, from the log's folder; or a table and row. */
  readonly place: string;
  /** The first entry concerned, where one can be named. */
  readonly index?: number | undefined;
  /** Follows the place in a sentence: `was changed`. */
  readonly message: string;
}

export interface ScanOptions {
  readonly size: number;
  /** The root that the checkpoint gives; undefined if it cannot be read. */
  readonly root: Buffer | undefined;
  /** Sizes at which to say what the root was. */
  readonly sizes: ReadonlySet<number>;
  readonly onEntry: (index: number, bytes: Buffer) => void;
  readonly onProgress?: ((entries: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Scan {
  readonly problems: Problem[];
  /** The root over the entries as they are, at each of the sizes asked for. */
  readonly roots: ReadonlyMap<number, Buffer>;
  /** The entries as they are give the root of the checkpoint: they are all as they were. */
  readonly isWhole: boolean;
}

/** What entries and tiles say of the same leaves, where they differ. */
interface Difference {
  readonly number: number;
  readonly computed: readonly Buffer[];
  readonly expected: readonly Buffer[];
}

/** Reads all bundles and tiles of a log of `size` entries. */
export async function scan(folder: string, options: ScanOptions): Promise<Scan> {
  return await new Scanning(folder, options).run();
}

class Scanning {
  readonly #folder: string;
  readonly #options: ScanOptions;
  readonly #problems: Problem[] = [];
  readonly #differences: Difference[] = [];
  readonly #roots = new Map<number, Buffer>();
  readonly #grown = new Frontier();
  /** By level from 1: the roots of the full tiles below, as the entries give them. */
  readonly #above: Buffer[][] = [];

  constructor(folder: string, options: ScanOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  async run(): Promise<Scan> {
    const { size, root, signal, onProgress } = this.#options;
    this.#note();
    for (let number = 0; number * TILE_WIDTH < size; number++) {
      signal?.throwIfAborted();
      await this.#bundle(number);
      onProgress?.(Math.min(size, (number + 1) * TILE_WIDTH));
    }
    const isWhole = this.#grown.size === size && root !== undefined && this.#grown.root().equals(root);
    for (const difference of this.#differences) {
      this.#problems.push(...(isWhole ? changedHashes(difference) : changedEntries(difference, size)));
    }
    await this.#levelsAbove(isWhole);
    if (!isWhole && root !== undefined && this.#problems.length === 0) {
      this.#problems.push({
        place: 'checkpoint',
        index: 0,
        message: `does not cover the ${size} entries that are there: entries and tiles were rewritten together`,
      });
    }
    return { problems: this.#problems, roots: this.#roots, isWhole };
  }

  /** Keeps the root if it is asked for at this size. */
  #note(): void {
    if (this.#options.sizes.has(this.#grown.size)) this.#roots.set(this.#grown.size, this.#grown.root());
  }

  async #bundle(number: number): Promise<void> {
    const width = tileWidth('entries', number, this.#options.size);
    const entries = (await this.#entries(number, width)) ?? [];
    const computed = entries.slice(0, width).map((entry, at) => {
      this.#options.onEntry(number * TILE_WIDTH + at, entry);
      return leafHash(entry);
    });
    for (const leaf of computed) {
      this.#grown.push(leaf);
      this.#note();
    }
    if (computed.length === TILE_WIDTH) this.#raise(1, tileRoot(computed));
    const expected = await this.#hashes(0, number, width);
    if (expected !== undefined && !same(expected, computed)) this.#differences.push({ number, computed, expected });
  }

  #raise(level: number, hash: Buffer): void {
    const row = this.#above[level] ?? [];
    this.#above[level] = row;
    row.push(hash);
    if (row.length % TILE_WIDTH === 0) this.#raise(level + 1, tileRoot(row.slice(-TILE_WIDTH)));
  }

  /** Compares the tiles of the levels from 1 on with what the entries give. */
  async #levelsAbove(isWhole: boolean): Promise<void> {
    for (let level = 1; level < tileLevels(this.#options.size); level++) {
      const row = this.#above[level] ?? [];
      for (let number = 0; tileWidth(level, number, this.#options.size) > 0; number++) {
        const width = tileWidth(level, number, this.#options.size);
        const hashes = await this.#hashes(level, number, width);
        const computed = row.slice(number * TILE_WIDTH, number * TILE_WIDTH + width);
        if (hashes === undefined || same(hashes, computed)) continue;
        const at = hashes.findIndex((hash, index) => computed[index] === undefined || !hash.equals(computed[index]));
        const first = (number * TILE_WIDTH + at) * TILE_WIDTH ** level;
        const place = tilePath({ level, number, width });
        if (isWhole) this.#problems.push({ place, message: `was changed at hash ${at}` });
        else if (this.#problems.length === 0) {
          const last = first + TILE_WIDTH ** level - 1;
          this.#problems.push({
            place: tilePath({ level: 'entries', number: Math.floor(first / TILE_WIDTH), width: TILE_WIDTH }),
            index: first,
            message: `does not fit ${place}: entries ${first} to ${last} were rewritten together with their hashes`,
          });
        }
      }
    }
  }

  /** The entries of a bundle as far as they can be told apart. */
  async #entries(number: number, width: number): Promise<Buffer[] | undefined> {
    const place = tilePath({ level: 'entries', number, width });
    const file = await this.#read('entries', number, width);
    const first = number * TILE_WIDTH;
    if (file === undefined) {
      this.#problems.push({ place, index: first, message: 'is missing' });
      return undefined;
    }
    const { entries, rest } = splitEntries(file.bytes);
    if (rest.length > 0 || entries.length < file.width) {
      const index = first + Math.min(width, entries.length);
      this.#problems.push({ place, index, message: 'ends in the middle of an entry, or before its last one' });
    } else if (entries.length > file.width) {
      this.#problems.push({ place, index: first + file.width, message: 'holds more entries than it can' });
    }
    return entries.slice(0, width);
  }

  async #hashes(level: number, number: number, width: number): Promise<Buffer[] | undefined> {
    const place = tilePath({ level, number, width });
    const file = await this.#read(level, number, width);
    if (file === undefined) {
      this.#problems.push({ place, message: 'is missing' });
      return undefined;
    }
    const due = file.width * HASH_BYTES;
    if (file.bytes.length === due) return splitHashes(file.bytes).slice(0, width);
    this.#problems.push({ place, message: `has ${file.bytes.length} bytes instead of ${due}` });
    return undefined;
  }

  /** The file of this width; where it has been outgrown meanwhile, the full one. */
  async #read(level: number | 'entries', number: number, width: number) {
    for (const there of [width, TILE_WIDTH]) {
      const bytes = await readIfThere(join(this.#folder, tilePath({ level, number, width: there })));
      if (bytes !== undefined) return { bytes, width: there };
    }
    return undefined;
  }
}

function same(one: readonly Buffer[], other: readonly Buffer[]): boolean {
  return one.length === other.length && one.every((hash, at) => hash.equals(other[at]!));
}

/** The entries are as they were, so it is the tile that was changed. */
function changedHashes({ number, computed, expected }: Difference): Problem[] {
  const place = tilePath({ level: 0, number, width: expected.length });
  return expected.flatMap((hash, at) =>
    computed[at]?.equals(hash)
      ? []
      : [{ place, index: number * TILE_WIDTH + at, message: `was changed at hash ${at}` }],
  );
}

/** What happened to the entries of a bundle, told from the hashes that they had. */
function changedEntries({ number, computed, expected }: Difference, size: number): Problem[] {
  const width = tileWidth('entries', number, size);
  const place = tilePath({ level: 'entries', number, width });
  const first = number * TILE_WIDTH;
  const found = new Map(computed.map((hash, at) => [hash.toString('hex'), first + at]));
  return expected.flatMap((hash, at) => {
    const index = first + at;
    if (computed[at]?.equals(hash)) return [];
    const now = found.get(hash.toString('hex'));
    if (now !== undefined) return [{ place, index, message: `was moved: it stands as entry ${now}` }];
    return [
      {
        place,
        index,
        message: computed[at] === undefined ? 'was removed' : 'was changed, or another put in its place',
      },
    ];
  });
}
