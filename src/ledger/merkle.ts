/**
 * The Merkle tree of RFC 6962 section 2.1 and RFC 9162 section 2.1: hashing, inclusion and consistency proofs.
 * Sizes and indexes are whole numbers up to 2^53, so halves are taken by division and never by bit operations.
 */
import { hash } from 'node:crypto';

export const HASH_BYTES = 32;
/** The root of the tree without leaves: the hash of nothing. */
export const EMPTY_ROOT: Buffer = sha256(Buffer.alloc(0));

const LEAF = Buffer.of(0);

export function sha256(bytes: Uint8Array): Buffer {
  return hash('sha256', bytes, 'buffer');
}

/** The hash of a leaf. The byte before it keeps a leaf from being passed off as a node. */
export function leafHash(entry: Uint8Array): Buffer {
  return sha256(Buffer.concat([LEAF, entry]));
}

const node = Buffer.alloc(1 + 2 * HASH_BYTES, 1);

export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  node.set(left, 1);
  node.set(right, 1 + HASH_BYTES);
  return sha256(node);
}

/** A tree that is grown leaf by leaf and keeps only its perfect subtrees: at most one for each bit of its size. */
export class Frontier {
  readonly #subtrees: Buffer[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(leaf: Buffer): void {
    let whole = leaf;
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) whole = nodeHash(this.#subtrees.pop()!, whole);
    this.#subtrees.push(whole);
    this.#size += 1;
  }

  root(): Buffer {
    return foldSubtrees(this.#subtrees);
  }
}

/** The root over perfect subtrees that lie side by side, the largest first. */
export function foldSubtrees(subtrees: readonly Buffer[]): Buffer {
  if (subtrees.length === 0) return EMPTY_ROOT;
  return subtrees.reduceRight((right, left) => nodeHash(left, right));
}

/** A perfect subtree: the `index`-th of those with 2^`level` leaves. */
export interface Subtree {
  readonly level: number;
  readonly index: number;
}
/** A run of leaves, the end not included. */
type Range = readonly [start: number, end: number];

/** The perfect subtrees that make up the leaves from `start` to before `end`, the largest first; `start` is a multiple of the largest. */
export function subtreesOf([start, end]: Range): Subtree[] {
  const found: Subtree[] = [];
  for (let at = start; at < end; ) {
    const level = log2Floor(end - at);
    found.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return found;
}

/** Fetches the hash of a perfect subtree of the log. */
export type HashReader = (subtree: Subtree) => Promise<Buffer>;

async function rangeHash(range: Range, read: HashReader): Promise<Buffer> {
  return foldSubtrees(await Promise.all(subtreesOf(range).map(read)));
}

/** The root of the tree of `size` leaves. */
export async function treeRoot(size: number, read: HashReader): Promise<Buffer> {
  return await rangeHash([0, size], read);
}

/** The largest power of two below `size`, which is more than one. */
function split(size: number): number {
  return 2 ** log2Floor(size - 1);
}

/** Exact for every whole number, which Math.log2 is not. */
function log2Floor(value: number): number {
  let level = 0;
  while (2 ** (level + 1) <= value) level += 1;
  return level;
}

/** RFC 6962 section 2.1.1: the hashes beside the way from leaf `index` up to the root of `size` leaves. */
export async function inclusionProof(index: number, size: number, read: HashReader): Promise<Buffer[]> {
  if (!(index >= 0 && index < size)) throw new RangeError('The leaf is not in the tree.');
  const beside: Range[] = [];
  let [start, end]: Range = [0, size];
  while (end - start > 1) {
    const middle = start + split(end - start);
    if (index < middle) {
      beside.unshift([middle, end]);
      end = middle;
    } else {
      beside.unshift([start, middle]);
      start = middle;
    }
  }
  return await Promise.all(beside.map((range) => rangeHash(range, read)));
}

/** RFC 6962 section 2.1.2: what shows that the tree of `from` leaves is the beginning of the tree of `size`. */
export async function consistencyProof(from: number, size: number, read: HashReader): Promise<Buffer[]> {
  if (!(from >= 0 && from <= size)) throw new RangeError('The older tree is larger than the newer.');
  if (from === 0 || from === size) return [];
  const parts: Range[] = [];
  let [start, end]: Range = [0, size];
  let isWhole = true;
  while (from !== end) {
    const middle = start + split(end - start);
    if (from <= middle) {
      parts.unshift([middle, end]);
      end = middle;
    } else {
      parts.unshift([start, middle]);
      start = middle;
      isWhole = false;
    }
  }
  // The older tree's own root is known to whoever asks; a part of it is not.
  if (!isWhole) parts.unshift([start, end]);
  return await Promise.all(parts.map((range) => rangeHash(range, read)));
}

const isOdd = (value: number) => value % 2 === 1;
const half = (value: number) => Math.floor(value / 2);

/** RFC 9162 section 2.1.3.2: whether the leaf of this hash stands at `index` in the tree of `size` leaves with this root. */
export function verifyInclusion(
  proof: readonly Buffer[],
  { index, size, leaf, root }: { index: number; size: number; leaf: Buffer; root: Buffer },
): boolean {
  if (!(Number.isSafeInteger(index) && index >= 0 && index < size)) return false;
  let [first, last] = [index, size - 1];
  let computed = leaf;
  for (const beside of proof) {
    if (last === 0) return false;
    if (isOdd(first) || first === last) {
      computed = nodeHash(beside, computed);
      while (!isOdd(first) && first !== 0) [first, last] = [half(first), half(last)];
    } else {
      computed = nodeHash(computed, beside);
    }
    [first, last] = [half(first), half(last)];
  }
  return last === 0 && computed.equals(root);
}

/** RFC 9162 section 2.1.4.2: whether the tree of `from` leaves with root `old` is the beginning of that of `size` with `root`. */
export function verifyConsistency(
  proof: readonly Buffer[],
  { from, size, old, root }: { from: number; size: number; old: Buffer; root: Buffer },
): boolean {
  if (from === 0) return proof.length === 0 && old.equals(EMPTY_ROOT);
  if (from === size) return proof.length === 0 && old.equals(root);
  if (!(from > 0 && from < size) || proof.length === 0) return false;
  const [seed, ...path] = 2 ** log2Floor(from) === from ? [old, ...proof] : proof;
  let [first, last] = [from - 1, size - 1];
  while (isOdd(first)) [first, last] = [half(first), half(last)];
  let [older, newer] = [seed!, seed!];
  for (const beside of path) {
    if (last === 0) return false;
    if (isOdd(first) || first === last) {
      older = nodeHash(beside, older);
      newer = nodeHash(beside, newer);
      while (!isOdd(first) && first !== 0) [first, last] = [half(first), half(last)];
    } else {
      newer = nodeHash(newer, beside);
    }
    [first, last] = [half(first), half(last)];
  }
  return last === 0 && older.equals(old) && newer.equals(root);
}
