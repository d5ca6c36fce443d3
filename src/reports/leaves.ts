/**
 * The ledger as this room needs it, and the smallest one that keeps the promise: an append-only file of hashes under a
 * Merkle tree. An organisation's own ledger takes its place where it runs in the same process.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { Fault } from '../base/fault.ts';
import { hashLeaf, hashNode, type InclusionProof } from './protocol/protocol.ts';

export interface ReportLedger {
  /** Appends a leaf that holds this hash (64 hexadecimal digits); gives its place once it is on disk. */
  appendLeaf(hash: string): Promise<number>;
  proof(index: number): Promise<InclusionProof>;
  /** How many leaves there are, and the root over them in hexadecimal. */
  head(): Promise<LeafHead>;
}

export interface LeafHead {
  readonly size: number;
  readonly root: string;
}

const LINE = 65;

/** Opens the file, which holds one hash a line, or begins it. A last line that a power cut tore is written anew. */
export function openLeafFile(path: string): ReportLedger {
  const leaves = readLeaves(path);
  const levels = new Tree();
  for (const leaf of leaves) levels.add(bytes(leaf));
  let last = Promise.resolve();
  const append = async (hash: string): Promise<number> => {
    const file = await open(path, existsSync(path) ? 'r+' : 'w', 0o600);
    try {
      await file.write(`${hash}\n`, leaves.length * LINE, 'latin1');
      await file.sync();
    } finally {
      await file.close();
    }
    levels.add(bytes(hash));
    return leaves.push(hash) - 1;
  };
  return {
    appendLeaf(hash) {
      if (!/^[0-9a-f]{64}$/.test(hash)) throw new TypeError('a leaf is 64 hexadecimal digits');
      const appended = last.then(() => append(hash));
      last = appended.then(
        () => {},
        () => {},
      );
      return appended;
    },
    head: async () => ({ size: leaves.length, root: hex(levels.root()) }),
    async proof(index) {
      const entry = leaves[index];
      if (entry === undefined) throw new Fault('not-found', 'The ledger has no such leaf.');
      const { path: steps, root } = levels.proof(index);
      return { index, size: leaves.length, entry, path: steps.map(hex), root: hex(root), checkpoint: '' };
    },
  };
}

/** Errors: query-failed for a file that is not what this program writes. */
function readLeaves(path: string): string[] {
  const text = existsSync(path) ? readFileSync(path, 'latin1') : '';
  const leaves = text.match(/^[0-9a-f]{64}\n/gm)?.map((line) => line.trim()) ?? [];
  if (leaves.length === Math.floor(text.length / LINE)) return leaves;
  throw new Fault('query-failed', 'The file of leaves is damaged.', { place: path });
}

/**
 * The roots, in hexadecimal, that the file had at these sizes; a size that it has not reached is left out. For whoever kept
 * a root: it is the same for ever unless a leaf before it was changed. Errors: query-failed.
 */
export function rootsAt(path: string, sizes: ReadonlySet<number>): Map<number, string> {
  const tree = new Tree();
  const roots = new Map<number, string>();
  for (const [index, leaf] of readLeaves(path).entries()) {
    tree.add(bytes(leaf));
    if (sizes.has(index + 1)) roots.set(index + 1, hex(tree.root()));
  }
  return roots;
}

/** The Merkle tree of RFC 9162, with the hashes of its full subtrees kept: a proof reads a hash for each level. */
class Tree {
  readonly #levels: Uint8Array[][] = [[]];

  add(entry: Uint8Array): void {
    let hash = hashLeaf(entry);
    for (let level = 0; ; level += 1) {
      const nodes = this.#levels[level] ?? [];
      this.#levels[level] = nodes;
      nodes.push(hash);
      const left = nodes.at(-2);
      if (nodes.length % 2 === 1 || left === undefined) return;
      hash = hashNode(left, hash);
    }
  }

  root(): Uint8Array {
    const size = this.#levels[0]?.length ?? 0;
    return size === 0 ? createHash('sha256').digest() : this.#walk(-1, 0, size, []);
  }

  proof(index: number): { path: Uint8Array[]; root: Uint8Array } {
    const path: Uint8Array[] = [];
    const size = this.#levels[0]?.length ?? 0;
    const root = this.#walk(index, 0, size, path);
    return { path, root };
  }

  /** The hash of the leaves from `start` on, `size` of them; on the way up the path of the leaf `index`, if it is among them. */
  #walk(index: number, start: number, size: number, path: Uint8Array[]): Uint8Array {
    const level = Math.log2(size);
    const isPath = index >= start && index < start + size;
    if (size === 1 || (!isPath && Number.isInteger(level)))
      return this.#levels[level]?.[start / size] ?? new Uint8Array();
    const half = 2 ** Math.floor(Math.log2(size - 1));
    const [left, right] = [this.#walk(index, start, half, path), this.#walk(index, start + half, size - half, path)];
    if (isPath) path.push(index < start + half ? right : left);
    return hashNode(left, right);
  }
}

/** A hash that names a manifest in the ledger. */
export function manifestLeaf(hash: string): string {
  return createHash('sha256').update(`countersign manifest v1\n${hash}`).digest('hex');
}

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex');
