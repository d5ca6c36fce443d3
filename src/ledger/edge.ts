/** The right edge of a log: all that is needed to add entries, and which files change when some are added. */
import type { FileContent } from './disk.ts';
import { foldSubtrees, leafHash } from './merkle.ts';
import { frameEntry, TILE_WIDTH, tilePath, tileRoot, tileSubtrees } from './tile.ts';

interface Level {
  /** How many tiles of the level are full. */
  readonly full: number;
  /** The hashes of the tile that is not full yet: fewer than 256. */
  readonly hashes: readonly Buffer[];
}

export interface Edge {
  readonly size: number;
  readonly levels: readonly Level[];
  /** The entries of the bundle that is not full yet, framed. */
  readonly bundle: readonly Buffer[];
}

export const EMPTY_EDGE: Edge = { size: 0, levels: [], bundle: [] };

/** The edge after these entries, and the files to write for it: each is new, none that a checkpoint covers changes. */
export function extend(edge: Edge, entries: readonly Uint8Array[]): { edge: Edge; files: FileContent[] } {
  const growing = new Growing(edge);
  for (const entry of entries) growing.add(entry);
  return growing.finish();
}

class Growing {
  #size: number;
  #bundle: Buffer[];
  readonly #levels: { full: number; hashes: Buffer[]; isChanged: boolean }[];
  readonly #files: FileContent[] = [];

  constructor({ size, levels, bundle }: Edge) {
    this.#size = size;
    this.#bundle = [...bundle];
    this.#levels = levels.map(({ full, hashes }) => ({ full, hashes: [...hashes], isChanged: false }));
  }

  add(entry: Uint8Array): void {
    this.#bundle.push(frameEntry(entry));
    if (this.#bundle.length === TILE_WIDTH) {
      this.#write('entries', Math.floor(this.#size / TILE_WIDTH), this.#bundle);
      this.#bundle = [];
    }
    this.#push(0, leafHash(entry));
    this.#size += 1;
  }

  #push(at: number, hash: Buffer): void {
    if (this.#levels.length === at) this.#levels.push({ full: 0, hashes: [], isChanged: false });
    const level = this.#levels[at]!;
    level.hashes.push(hash);
    level.isChanged = true;
    if (level.hashes.length < TILE_WIDTH) return;
    this.#write(at, level.full, level.hashes);
    const root = tileRoot(level.hashes);
    Object.assign(level, { full: level.full + 1, hashes: [], isChanged: false });
    this.#push(at + 1, root);
  }

  #write(level: number | 'entries', number: number, parts: readonly Buffer[]): void {
    this.#files.push({ path: tilePath({ level, number, width: parts.length }), bytes: Buffer.concat(parts) });
  }

  finish(): { edge: Edge; files: FileContent[] } {
    if (this.#bundle.length > 0) this.#write('entries', Math.floor(this.#size / TILE_WIDTH), this.#bundle);
    for (const [at, { full, hashes, isChanged }] of this.#levels.entries()) {
      if (isChanged) this.#write(at, full, hashes);
    }
    const levels = this.#levels.map(({ full, hashes }) => ({ full, hashes }));
    return { edge: { size: this.#size, levels, bundle: this.#bundle }, files: this.#files };
  }
}

/** The root of the log up to its edge. */
export function edgeRoot({ levels }: Edge): Buffer {
  return foldSubtrees(levels.toReversed().flatMap(({ hashes }) => tileSubtrees(hashes)));
}
