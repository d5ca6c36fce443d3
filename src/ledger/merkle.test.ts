import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  consistencyProof,
  EMPTY_ROOT,
  Frontier,
  type HashReader,
  inclusionProof,
  leafHash,
  nodeHash,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts';

/** The leaves and roots with which implementations of RFC 6962 test themselves. */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map(
  (hex) => Buffer.from(hex, 'hex'),
);
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const INCLUSION = [
  { index: 0, size: 1, proof: [] },
  {
    index: 0,
    size: 8,
    proof: [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  },
  {
    index: 5,
    size: 8,
    proof: [
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  },
  { index: 2, size: 3, proof: ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'] },
];
const CONSISTENCY = [
  { from: 1, size: 1, proof: [] },
  {
    from: 1,
    size: 8,
    proof: [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  },
  {
    from: 6,
    size: 8,
    proof: [
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  },
];
const hex = (hashes: readonly Buffer[]) => hashes.map((hash) => hash.toString('hex'));

/** The definition of RFC 6962 section 2.1, word for word and slow: what everything else is compared with. */
function definedRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return EMPTY_ROOT;
  if (leaves.length === 1) return leaves[0]!;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(definedRoot(leaves.slice(0, k)), definedRoot(leaves.slice(k)));
}

const readerOf =
  (leaves: readonly Buffer[]): HashReader =>
  async ({ level, index }) =>
    definedRoot(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));

const leavesOf = (size: number) => Array.from({ length: size }, (_, at) => leafHash(Buffer.from(`entry ${at}`)));

describe('the vectors of RFC 6962', () => {
  test.for(ROOTS.map((root, size) => ({ root, size })))('root of $size leaves', async ({ root, size }) => {
    const leaves = LEAVES.slice(0, size).map(leafHash);
    const grown = new Frontier();
    for (const leaf of leaves) grown.push(leaf);
    expect(hex([grown.root(), await treeRoot(size, readerOf(leaves))])).toEqual([root, root]);
  });

  test.for(INCLUSION)('inclusion of $index in $size', async ({ index, size, proof }) => {
    const leaves = LEAVES.slice(0, size).map(leafHash);
    expect(hex(await inclusionProof(index, size, readerOf(leaves)))).toEqual(proof);
    const root = Buffer.from(ROOTS[size]!, 'hex');
    const given = proof.map((hash) => Buffer.from(hash, 'hex'));
    expect(verifyInclusion(given, { index, size, root, leaf: leaves[index]! })).toBe(true);
  });

  test.for(CONSISTENCY)('consistency of $from with $size', async ({ from, size, proof }) => {
    const leaves = LEAVES.slice(0, size).map(leafHash);
    expect(hex(await consistencyProof(from, size, readerOf(leaves)))).toEqual(proof);
    const [old, root] = [Buffer.from(ROOTS[from]!, 'hex'), Buffer.from(ROOTS[size]!, 'hex')];
    expect(
      verifyConsistency(
        proof.map((hash) => Buffer.from(hash, 'hex')),
        { from, size, old, root },
      ),
    ).toBe(true);
  });
});

/** A proof, or what it is checked against, with one bit, one hash or one number other than it was. */
const mutations = fc.record({
  at: fc.nat(),
  bit: fc.integer({ min: 0, max: 255 }),
  how: fc.constantFrom('flip', 'drop', 'repeat', 'swap'),
});

function mutate(proof: readonly Buffer[], { at, bit, how }: { at: number; bit: number; how: string }): Buffer[] {
  const place = proof.length === 0 ? 0 : at % proof.length;
  const changed = proof.map((hash) => Buffer.from(hash));
  if (proof.length === 0 || how === 'repeat') return [...changed, changed[place] ?? leafHash(Buffer.of(1))];
  if (how === 'drop') return changed.toSpliced(place, 1);
  const other = (place + 1) % proof.length;
  if (how === 'swap' && !changed[place]!.equals(changed[other]!)) return changed.with(place, changed[other]!);
  changed[place]![bit >> 3]! ^= 1 << (bit & 7);
  return changed;
}

describe('laws', () => {
  test('every inclusion proof verifies, and no changed one', async () => {
    const cases = fc
      .integer({ min: 1, max: 300 })
      .chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1), mutations));
    const law = fc.asyncProperty(cases, async ([size, index, mutation]) => {
      const leaves = leavesOf(size);
      const proof = await inclusionProof(index, size, readerOf(leaves));
      const claim = { index, size, leaf: leaves[index]!, root: definedRoot(leaves) };
      expect(verifyInclusion(proof, claim)).toBe(true);
      expect(verifyInclusion(mutate(proof, mutation), claim)).toBe(false);
      expect(verifyInclusion(proof, { ...claim, leaf: leafHash(Buffer.of(0)) })).toBe(false);
      expect(verifyInclusion(proof, { ...claim, root: leafHash(Buffer.of(0)) })).toBe(false);
      for (const other of [index - 1, index + 1, size]) {
        expect(verifyInclusion(proof, { ...claim, index: other })).toBe(false);
      }
    });
    await fc.assert(law, { numRuns: 150 });
  });

  test('every consistency proof verifies, and no changed one', async () => {
    const cases = fc
      .integer({ min: 1, max: 300 })
      .chain((size) => fc.tuple(fc.constant(size), fc.nat(size), mutations));
    const law = fc.asyncProperty(cases, async ([size, from, mutation]) => {
      const leaves = leavesOf(size);
      const proof = await consistencyProof(from, size, readerOf(leaves));
      const claim = { from, size, old: definedRoot(leaves.slice(0, from)), root: definedRoot(leaves) };
      expect(verifyConsistency(proof, claim)).toBe(true);
      expect(verifyConsistency(mutate(proof, mutation), claim)).toBe(false);
      expect(verifyConsistency(proof, { ...claim, old: leafHash(Buffer.of(0)) })).toBe(false);
      if (from > 0) expect(verifyConsistency(proof, { ...claim, root: leafHash(Buffer.of(0)) })).toBe(false);
      if (from > 0 && from < size) expect(verifyConsistency(proof, { ...claim, from: size })).toBe(false);
    });
    await fc.assert(law, { numRuns: 150 });
  });

  test('sizes beyond 32 bits are taken as they are', () => {
    const leaf = leafHash(Buffer.of(1));
    for (const size of [2 ** 32 + 1, 2 ** 49 + 1, 2 ** 53 - 1]) {
      expect(verifyInclusion([], { index: size - 1, size, leaf, root: leaf })).toBe(false);
      expect(verifyConsistency([leaf], { from: 2 ** 31, size, old: leaf, root: leaf })).toBe(false);
    }
  });
});
