import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commonAbove } from './assess.ts';
import { chains, coverageOf, type Own, type Passage, type Place, passagesOf, union, verdictOf } from './match.ts';

/** A text with a fingerprint each ten units; `common` of them tell nothing. */
const own = (count: number, common = 0): Own => ({
  offsets: Array.from({ length: count }, (_, at) => at * 10),
  common: Array.from({ length: count }, (_, at) => at < common),
  length: count * 10,
});
const run = (from: number, to: number, shift: number, every = 1, weight = 1): Place[] =>
  Array.from({ length: Math.floor((to - from) / every) }, (_, at): Place => {
    const place = (from + at * every) * 10;
    return [place, place + shift, weight];
  });

describe('what is a match', () => {
  test.for([
    ['two hundred letters in a row', run(10, 32, 500), 1],
    ['a hundred letters in a row, a small part of both', run(10, 25, 500), 0],
    ['a header, and hardly a word after it', [...run(0, 12, 0), [900, 900, 1] as Place, [1190, 1190, 1] as Place], 0],
    ['a sentence', run(10, 18, 500), 0],
    ['several sentences, a small part of both', [...run(10, 18, 500), ...run(100, 108, 5000)], 0],
    ['several sentences, most of the file', [...run(0, 40, 500), ...run(60, 108, 5000)], 2],
    ['many words changed, over a long stretch', run(0, 100, 0, 6), 1],
    ['a long stretch that everybody has', run(0, 100, 0, 1, 0.03), 0],
    [
      'single places here and there',
      run(0, 100, 0, 10).map(([a, b, c], at): Place => [a, (b * 7919 * at) % 9000, c]),
      0,
    ],
  ] as const)('%s', ([, places, passages]) => {
    expect(passagesOf(places, own(120), 10_000)).toHaveLength(passages);
  });
});

test('a chain goes on in both texts, and each place is in one chain', () => {
  const place = fc.tuple(fc.nat(3000), fc.nat(3000), fc.constant(1));
  fc.assert(
    fc.property(fc.array(place, { maxLength: 80 }), (places) => {
      const found = chains(places);
      expect(found.flatMap((chain) => chain.places)).toHaveLength(places.length);
      for (const { places: chain, weight } of found) {
        expect(weight).toBe(chain.length);
        for (let at = 1; at < chain.length; at++) {
          expect(chain[at]![0]).toBeGreaterThan(chain[at - 1]![0]);
          expect(chain[at]![1]).toBeGreaterThan(chain[at - 1]![1]);
        }
      }
    }),
  );
});

describe('coverage', () => {
  const passage = (found: [number, number], registered: [number, number]): Passage => ({ found, registered, alike: 1 });

  test('goes both ways', () => {
    expect(coverageOf([passage([0, 500], [0, 500])], own(100), 2000)).toEqual({ file: 0.5, document: 0.25 });
  });

  test('does not count twice what two passages share', () => {
    const twice = [passage([0, 500], [0, 500]), passage([250, 500], [1000, 1250])];
    expect(coverageOf(twice, own(100), 2000)).toEqual({ file: 0.5, document: 0.375 });
  });

  test('is not held down by a header that everybody has', () => {
    expect(coverageOf([passage([300, 1000], [300, 1000])], own(100, 30), 1000)).toEqual({ file: 1, document: 1 });
  });

  test('stays between nothing and all', () => {
    const span = fc
      .tuple(fc.nat(2000), fc.nat(2000))
      .map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)]);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(span, span)),
        fc.nat(120),
        fc.integer({ min: 1, max: 3000 }),
        (spans, common, length) => {
          const { file, document } = coverageOf(
            spans.map(([found, registered]) => passage(found, registered)),
            own(120, common),
            length,
          );
          for (const share of [file, document]) {
            expect(share).toBeGreaterThanOrEqual(0);
            expect(share).toBeLessThanOrEqual(1);
          }
        },
      ),
    );
  });
});

test.for([
  [1, 1, 1, 'docx', 'same text in another format'],
  [1, 1, 1, 'text', 'edited'],
  [0.8, 0.9, 0.8, 'docx', 'edited'],
  [1, 0.2, 1, 'text', 'excerpt'],
  [0.2, 0.2, 1, 'text', 'excerpt'],
  [0.2, 1, 1, 'text', 'contained in'],
  [1, 1, 0.15, 'docx', 'retyped with changes'],
] as const)('file %d, document %d, alike %d, as %s: %s', ([file, document, alike, format, verdict]) => {
  const passages: Passage[] = [{ found: [0, 100], registered: [0, 100], alike }];
  expect(verdictOf(passages, { file, document }, { found: format, registered: 'text' })).toBe(verdict);
});

test('nothing shared is no match', () => {
  const coverage = { file: 0, document: 0 };
  expect(verdictOf([], coverage, { found: 'text', registered: 'pdf' })).toBe('no match');
});

test('spans that touch become one', () => {
  expect(
    union([
      [5, 9],
      [0, 3],
      [3, 4],
      [8, 12],
    ]),
  ).toEqual([
    [0, 4],
    [5, 12],
  ]);
});

test('what is boilerplate grows with the register, and never beyond thirty texts', () => {
  expect([1, 8, 12, 20, 100, 300, 1_000_000].map(commonAbove)).toEqual([2, 2, 3, 5, 5, 15, 30]);
});
