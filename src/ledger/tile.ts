/**
 * Where things lie in a log's folder (C2SP tlog-tiles): hashes in tiles of 256, entries in bundles of 256.
 * The files are named by level and number; a tile that is not full yet says its width, `000.p/17`, so that no file's
 * content ever changes once a checkpoint covers it.
 */
import { foldSubtrees, HASH_BYTES, nodeHash, type Subtree, subtreesOf } from './merkle.ts';

export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;

/** A tile of hashes at a level, or a bundle of entries. */
export interface Tile {
  readonly level: number | 'entries';
  readonly number: number;
  /** How many hashes or entries: 1 to 256. */
  readonly width: number;
}

/** The path below the log's folder: `tile/0/x001/x234/067` or `tile/entries/000.p/17`. */
export function tilePath({ level, number, width }: Tile): string {
  const digits = String(number);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g)!;
  const name = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
  return `tile/${level}/${name}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

const PATH = /^tile\/(entries|0|[1-5]\d?|6[0-3]?|[7-9])\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;

/** The tile a path names; undefined where it names none, or not in the one way there is to write it. */
export function parseTilePath(path: string): Tile | undefined {
  const [, level, name, width] = PATH.exec(path) ?? [];
  if (level === undefined || name === undefined) return undefined;
  const tile: Tile = {
    level: level === 'entries' ? level : Number(level),
    number: Number(name.replaceAll(/[x/]/g, '')),
    width: width === undefined ? TILE_WIDTH : Number(width),
  };
  return Number.isSafeInteger(tile.number) && tilePath(tile) === path ? tile : undefined;
}

/** The width of a tile in a log of `size` entries; 0 or less where it has none. */
export function tileWidth(level: number | 'entries', number: number, size: number): number {
  const hashes = level === 'entries' ? size : Math.floor(size / TILE_WIDTH ** level);
  return Math.min(TILE_WIDTH, hashes - number * TILE_WIDTH);
}

/** How many levels of tiles a log of `size` entries has. */
export function tileLevels(size: number): number {
  let levels = 0;
  for (let hashes = size; hashes > 0; hashes = Math.floor(hashes / TILE_WIDTH)) levels += 1;
  return levels;
}

/** Gives the hashes of one tile. */
export type TileReader = (level: number, number: number) => Promise<readonly Buffer[]>;

/** The hash of a perfect subtree, from the tile that holds it or the hashes below it. */
export async function subtreeHash({ level, index }: Subtree, readTile: TileReader): Promise<Buffer> {
  const tileLevel = Math.floor(level / TILE_HEIGHT);
  const spread = 2 ** (level % TILE_HEIGHT);
  const first = index * spread;
  const hashes = await readTile(tileLevel, Math.floor(first / TILE_WIDTH));
  const from = first % TILE_WIDTH;
  return perfectRoot(hashes.slice(from, from + spread), spread);
}

/** The root over the `count` hashes of a perfect subtree. */
function perfectRoot(hashes: readonly Buffer[], count: number): Buffer {
  if (hashes.length !== count) throw new RangeError('The tile is too narrow.');
  let row = hashes;
  while (row.length > 1) {
    row = Array.from({ length: row.length / 2 }, (_, at) => nodeHash(row[2 * at]!, row[2 * at + 1]!));
  }
  return row[0]!;
}

/** The root over all hashes of a tile. */
export function tileRoot(hashes: readonly Buffer[]): Buffer {
  return foldSubtrees(tileSubtrees(hashes));
}

/** The perfect subtrees within a tile, the largest first. */
export function tileSubtrees(hashes: readonly Buffer[]): Buffer[] {
  return subtreesOf([0, hashes.length]).map(({ level, index }) => {
    const count = 2 ** level;
    return perfectRoot(hashes.slice(index * count, (index + 1) * count), count);
  });
}

export function splitHashes(bytes: Buffer): Buffer[] {
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, at) =>
    bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES),
  );
}

/** Largest entry in bytes: its length is written in 16 bits. */
export const MOST_ENTRY_BYTES = 0xffff;

/** An entry as it lies in a bundle: its length in two bytes, the higher first, and its bytes. */
export function frameEntry(entry: Uint8Array): Buffer {
  if (entry.length > MOST_ENTRY_BYTES) throw new RangeError('An entry holds at most 65,535 bytes.');
  return Buffer.concat([Buffer.of(entry.length >> 8, entry.length & 0xff), entry]);
}

/** The entries of a bundle. `rest` is what follows the last whole entry: empty, unless the file was cut or changed. */
export function splitEntries(bytes: Buffer): { entries: Buffer[]; rest: Buffer } {
  const entries: Buffer[] = [];
  let at = 0;
  while (at + 2 <= bytes.length) {
    const end = at + 2 + bytes.readUInt16BE(at);
    if (end > bytes.length) break;
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return { entries, rest: bytes.subarray(at) };
}
