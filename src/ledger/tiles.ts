/** Reading a log's folder up to a size that a checkpoint covers. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Edge } from './edge.ts';
import { HASH_BYTES, type HashReader } from './merkle.ts';
import {
  frameEntry,
  splitEntries,
  splitHashes,
  subtreeHash,
  TILE_WIDTH,
  type Tile,
  tileLevels,
  tilePath,
  tileWidth,
} from './tile.ts';

/** Why a file of the log is not what it must be. */
export class TileError extends Error {
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

const MOST_CACHED = 64;

/** The tiles of one log at one size; the latest read are kept. */
export class Tiles {
  readonly folder: string;
  readonly size: number;
  readonly #cache = new Map<string, Promise<Buffer[]>>();

  constructor(folder: string, size: number) {
    this.folder = folder;
    this.size = size;
  }

  /** The hash of a perfect subtree, for proofs. */
  readonly hash: HashReader = (subtree) => subtreeHash(subtree, (level, number) => this.hashes(level, number));

  hashes(level: number, number: number): Promise<Buffer[]> {
    return this.#cached({ level, number, width: tileWidth(level, number, this.size) }, (bytes, tile) => {
      if (bytes.length < tile.width * HASH_BYTES || bytes.length % HASH_BYTES !== 0) return undefined;
      return splitHashes(bytes).slice(0, tile.width);
    });
  }

  entries(number: number): Promise<Buffer[]> {
    return this.#cached({ level: 'entries', number, width: tileWidth('entries', number, this.size) }, (bytes, tile) => {
      const { entries, rest } = splitEntries(bytes);
      return rest.length > 0 || entries.length < tile.width ? undefined : entries.slice(0, tile.width);
    });
  }

  #cached(tile: Tile, split: (bytes: Buffer, tile: Tile) => Buffer[] | undefined): Promise<Buffer[]> {
    const path = tilePath(tile);
    const known = this.#cache.get(path);
    if (known !== undefined) return known;
    const reading = this.#read(tile, split);
    this.#cache.set(path, reading);
    reading.catch(() => this.#cache.delete(path));
    if (this.#cache.size > MOST_CACHED) this.#cache.delete(this.#cache.keys().next().value!);
    return reading;
  }

  async #read(tile: Tile, split: (bytes: Buffer, tile: Tile) => Buffer[] | undefined): Promise<Buffer[]> {
    const path = tilePath(tile);
    const bytes =
      (await readIfThere(join(this.folder, path))) ??
      // The narrower file may be removed once the full one is there.
      (await readIfThere(join(this.folder, tilePath({ ...tile, width: TILE_WIDTH }))));
    if (bytes === undefined) throw new TileError(path, 'is missing');
    const parts = split(bytes, tile);
    if (parts === undefined) throw new TileError(path, 'was cut or changed');
    return parts;
  }

  /** The right edge, to add entries to. Throws TileError. */
  async edge(): Promise<Edge> {
    const levels = Array.from({ length: tileLevels(this.size) }, async (_, level) => {
      const full = Math.floor(this.size / TILE_WIDTH ** (level + 1));
      return { full, hashes: tileWidth(level, full, this.size) > 0 ? await this.hashes(level, full) : [] };
    });
    const partial = this.size % TILE_WIDTH > 0 ? this.entries(Math.floor(this.size / TILE_WIDTH)) : [];
    const [bundle, ...edge] = await Promise.all([partial, ...levels]);
    return { size: this.size, levels: edge, bundle: bundle.map(frameEntry) };
  }
}

export async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
