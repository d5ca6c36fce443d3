/**
 * Postage: a small calculation that each message must bring along. It costs whoever writes one report a moment and
 * whoever writes ten thousand a power station, and says nothing about either. Hashcash (Back 2002) over SHA-256.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';

/** Leading zero bits of a hash. */
export function zeroBits(hash: Uint8Array): number {
  const at = hash.findIndex((byte) => byte !== 0);
  return at < 0 ? hash.length * 8 : at * 8 + Math.clz32(hash[at] ?? 0) - 24;
}

/** Whether `counter` solves `challenge` (hexadecimal) at `bits`. */
export function isSolved(challenge: string, counter: number, bits: number): boolean {
  if (!Number.isSafeInteger(counter) || counter < 0) return false;
  return zeroBits(attempt(prefixOf(challenge), counter)) >= bits;
}

const TRIES_AT_ONCE = 4096;

/** Searches the counter. Rests between bundles of tries, so that a page stays alive; `signal` ends the search. */
export async function solve(
  challenge: string,
  bits: number,
  options: { signal?: AbortSignal; onTries?: (tries: number) => void } = {},
): Promise<number> {
  const prefix = prefixOf(challenge);
  for (let counter = 0; ; counter += 1) {
    if (zeroBits(attempt(prefix, counter)) >= bits) return counter;
    if (counter % TRIES_AT_ONCE !== TRIES_AT_ONCE - 1) continue;
    options.signal?.throwIfAborted();
    options.onTries?.(counter + 1);
    await new Promise((resolve) => setTimeout(resolve));
  }
}

function prefixOf(challenge: string): Uint8Array {
  return concatBytes(utf8ToBytes('countersign stamp v1\n'), hexToBytes(challenge));
}

function attempt(prefix: Uint8Array, counter: number): Uint8Array {
  return sha256(concatBytes(prefix, utf8ToBytes(String(counter))));
}
