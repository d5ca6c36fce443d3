/** Whether a leaf is in the ledger: inclusion proofs of RFC 9162 section 2.1.3, checked by the reporter himself. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { Refusal } from './refusal.ts';

export interface InclusionProof {
  /** The leaf's place, from 0. */
  readonly index: number;
  /** Leaves of the tree the proof is for. */
  readonly size: number;
  /** What the leaf holds, in hexadecimal digits: it must hold our hash, as bytes or as hexadecimal text. */
  readonly entry: string;
  /** Hashes from the leaf's neighbour upwards, 64 hexadecimal digits each. */
  readonly path: readonly string[];
  /** The tree's root, 64 hexadecimal digits. */
  readonly root: string;
  /** The ledger's own signed statement of size and root, for whoever keeps copies; empty where it makes none. */
  readonly checkpoint: string;
}

/** What the ledger keeps of a sealed message: one hash, from which neither tag nor content can be told. */
export function leafOf(sealedHash: string): string {
  return bytesToHex(sha256(utf8ToBytes(`countersign sealed message v1\n${sealedHash}`)));
}

/** What the ledger keeps when a message has been deleted. */
export function deletionLeafOf(sealedHash: string): string {
  return bytesToHex(sha256(utf8ToBytes(`countersign deleted message v1\n${sealedHash}`)));
}

/** Throws the refusal `proof` unless `proof` shows that `leaf` (64 hexadecimal digits) is in the tree. */
export function checkInclusion(leaf: string, proof: InclusionProof): void {
  const { index, size, entry } = proof;
  const holds = entry.includes(leaf) || entry.includes(bytesToHex(utf8ToBytes(leaf)));
  const places = [index, size].every((value) => Number.isSafeInteger(value) && value >= 0);
  if (!holds || !places || index >= size) throw refused();
  if (bytesToHex(rootFrom(hashLeaf(hexToBytes(entry)), index, size - 1, proof.path)) !== proof.root) throw refused();
}

function rootFrom(leafHash: Uint8Array, index: number, lastIndex: number, path: readonly string[]): Uint8Array {
  let hash = leafHash;
  let [at, last] = [index, lastIndex];
  for (const step of path) {
    if (last === 0 || !/^[0-9a-f]{64}$/.test(step)) throw refused();
    const other = hexToBytes(step);
    if (at % 2 === 1 || at === last) {
      hash = hashNode(other, hash);
      // A node without a right neighbour stands alone on these levels.
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else {
      hash = hashNode(hash, other);
    }
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  if (last !== 0) throw refused();
  return hash;
}

export function hashLeaf(entry: Uint8Array): Uint8Array {
  return sha256(concatBytes(Uint8Array.of(0), entry));
}

export function hashNode(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concatBytes(Uint8Array.of(1), left, right));
}

function refused(): Refusal {
  return new Refusal('proof', 'The proof does not show that this is in the ledger.');
}
