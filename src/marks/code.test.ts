import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  biases,
  type Code,
  type Demand,
  deriveCode,
  lengthFor,
  missBound,
  scoreAt,
  stream,
  suspicions,
} from './code.ts';

const demand = (recipients: number, colluders: number, falseAccusation = 0.001): Demand => ({
  ...{ recipients, colluders, falseAccusation },
  miss: 0.05,
});

type Attack = (ones: number, of: number, draw: () => number) => number;
/** What colluders who see their own bits, and no others, can answer where they differ. */
const ATTACKS: Record<string, Attack> = {
  majority: (ones, of) => (2 * ones > of ? 1 : 0),
  minority: (ones, of) => (2 * ones < of ? 1 : 0),
  interleave: (ones, of, draw) => (draw() * of < ones ? 1 : 0),
  'all ones': () => 1,
  'all zeros': () => 0,
  coin: (_ones, _of, draw) => (draw() < 0.5 ? 1 : 0),
};

function pirate({ words }: Code, coalition: readonly number[], attack: Attack, draw: () => number): Int8Array {
  return Int8Array.from(words[0]!, (_, at) => {
    const ones = coalition.reduce((sum, who) => sum + words[who]![at]!, 0);
    if (ones === 0 || ones === coalition.length) return ones === 0 ? 0 : 1;
    return attack(ones, coalition.length, draw);
  });
}

test('the distribution gives colluders nothing to choose: where they differ every answer weighs the same on average', () => {
  for (const c of [2, 3, 4, 5, 8, 11]) {
    const nodes = biases(c);
    expect(nodes.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 12);
    for (let ones = 1; ones < c; ones++) {
      const mean = nodes.reduce((sum, { bias, probability }) => {
        const score = ones * scoreAt(bias, 1, 1) + (c - ones) * scoreAt(bias, 1, 0);
        return sum + probability * bias ** ones * (1 - bias) ** (c - ones) * score;
      }, 0);
      expect(mean).toBeCloseTo(0, 9);
    }
  }
  // The published points of the distribution.
  expect(
    biases(3)
      .map(({ bias }) => bias)
      .sort(),
  ).toEqual([expect.closeTo(0.211325, 6), expect.closeTo(0.788675, 6)]);
});

test('length grows with recipients, colluders and the bound asked for, and is the least that suffices', () => {
  const length = lengthFor(demand(20, 2));
  expect(missBound(demand(20, 2), length)).toBeLessThanOrEqual(0.05);
  expect(missBound(demand(20, 2), length - 1)).toBeGreaterThan(0.05);
  expect(lengthFor(demand(200, 2))).toBeGreaterThan(length);
  expect(lengthFor(demand(20, 3))).toBeGreaterThan(length);
  expect(lengthFor(demand(20, 2, 1e-6))).toBeGreaterThan(length);
});

test('the same secret gives the same code, another another one', () => {
  const [one, again, other] = [1, 1, 2].map((seed) => deriveCode(Buffer.alloc(32, seed), demand(4, 3), 100));
  expect(again).toEqual(one);
  expect(other).not.toEqual(one);
});

describe('colluders', () => {
  test.for(Object.keys(ATTACKS).flatMap((name) => [1, 2, 3].map((count) => [name, count] as const)))(
    '%s by %i: one of them is named as often as promised, and nobody else more often',
    ([name, count]) => {
      const wanted = demand(20, Math.max(2, count), 0.05);
      const length = lengthFor(wanted);
      let [missed, wrong] = [0, 0];
      const ROUNDS = 120;
      for (let round = 0; round < ROUNDS; round++) {
        const secret = Buffer.from(`${name} ${count} ${round}`);
        const code = deriveCode(secret, wanted, length);
        const coalition = Array.from({ length: count }, (_, who) => who * 3);
        const found = suspicions(
          code,
          pirate(code, coalition, ATTACKS[name]!, stream(secret, 'attack')),
          wanted.colluders,
        );
        const named = found.flatMap(({ falseAccusation }, who) => (falseAccusation * 20 <= 0.05 ? [who] : []));
        if (!named.some((who) => coalition.includes(who))) missed += 1;
        if (named.some((who) => !coalition.includes(who))) wrong += 1;
      }
      // Twice the bounds and a little: 120 rounds of a bound of 0.05 pass 0.12 less than once in a thousand runs.
      expect(missed / ROUNDS).toBeLessThanOrEqual(0.12);
      expect(wrong / ROUNDS).toBeLessThanOrEqual(0.12);
    },
  );
});

test('over many innocent recipients the stated bound is not exceeded, with erasures and errors', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e9 }),
      fc.constantFrom(1, 2, 3, 5),
      fc.double({ min: 0, max: 0.7, noNaN: true }),
      (seed, colluders, erased) => {
        const secret = Buffer.from(`innocents ${seed}`);
        const draw = stream(secret, 'pirate');
        const code = deriveCode(secret, demand(3001, colluders), 150);
        // One guilty copy, partly unreadable, partly wrong; three thousand others had no hand in it.
        const read = Int8Array.from(code.words[0]!, (bit) => (draw() < erased ? -1 : draw() < 0.1 ? 1 - bit : bit));
        const others = suspicions(code, read, colluders).slice(1);
        for (const bound of [0.1, 0.01]) {
          const share = others.filter(({ falseAccusation }) => falseAccusation <= bound).length / others.length;
          expect(share).toBeLessThanOrEqual(bound + 4 * Math.sqrt(bound / others.length));
        }
        for (const { falseAccusation } of others) expect(falseAccusation).toBeGreaterThan(1e-9);
      },
    ),
    { numRuns: 6 },
  );
});

test('nothing read speaks for or against nobody', () => {
  const code = deriveCode(Buffer.alloc(32), demand(3, 2), 50);
  for (const one of suspicions(code, new Int8Array(50).fill(-1), 2))
    expect(one).toEqual({ score: 0, falseAccusation: 1, logLikelihoodRatio: 0 });
});
