import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Count, type Figure, LEAST, lastDayOfMonth, publish, publishMedian, wholeMonths } from './figures.ts';

const leaf = (name: string, count: number): Count => ({ name, count });
const sum = (parts: readonly Count[]) => parts.reduce((all, { count }) => all + count, 0);
const whole = (...divisions: Count[][]): Count => ({
  name: 'all',
  count: sum(divisions[0]!),
  divisions: divisions.map((parts, at) => ({ name: String(at), parts })),
});
const numbers = ({ count, divisions }: Figure): unknown => [count, divisions.map(({ parts }) => parts.map(numbers))];
const shownOf = (figure: Figure) => JSON.stringify(numbers(figure));
const flat = ({ count, divisions }: Figure): (number | null)[] => [
  count,
  ...divisions.flatMap(({ parts }) => parts.flatMap(flat)),
];
const truth = ({ count, divisions = [] }: Count): number[] => [
  count,
  ...divisions.flatMap(({ parts }) => parts.flatMap(truth)),
];

describe('what is shown', () => {
  test.each([
    ['large parts', [8, 9, 30], [8, 9, 30]],
    ['a small part takes the next smallest with it', [3, 9, 30], [null, null, 30]],
    ['none is small too', [0, 9, 30], [null, null, 30]],
    ['two small ones that add up to enough', [3, 4, 30], [null, null, 30]],
    ['two that do not', [0, 3, 9, 30], [null, null, null, 30]],
    ['two that can only be four and four', [4, 4, 5, 30], [null, null, null, 30]],
    ['the next smallest is two', [9, 4, 9, 30], [null, null, null, 30]],
    ['nothing but one large part', [0, 0, 12], [null, null, null]],
  ])('%s', (_, given, expected) => {
    const figure = publish(whole(given.map((count, at) => leaf(String(at), count))));
    expect(figure.divisions[0]!.parts.map(({ count }) => count)).toEqual(expected);
    expect(figure.count).toBe(given.reduce((all, one) => all + one));
  });

  test('fewer than five in all say nothing, and nothing is shown below a part that is withheld', () => {
    expect(flat(publish(whole([leaf('a', 2), leaf('b', 2)])))).toEqual([null, null, null]);
    const closed: Count = { ...whole([leaf('cleared', 6), leaf('referred', 7)]), name: 'closed' };
    const figure = publish(whole([leaf('open', 3), closed, leaf('appealed', 20)]));
    expect(flat(figure)).toEqual([36, null, null, null, null, 20]);
  });

  test('a median needs five', () => {
    expect(publishMedian([1, 2, 3, 4])).toBeNull();
    expect(publishMedian([9, 1, 5, 3, 4])).toBe(4);
    expect(publishMedian([9, 1, 5, 3, 4, 6])).toBe(5);
  });

  test('only whole months count', () => {
    expect(wholeMonths('2025-12-20', '2026-03-30', 12)).toEqual(['2026-01', '2026-02']);
    expect(wholeMonths('2026-01-01', '2026-02-28', 12)).toEqual(['2026-01', '2026-02']);
    expect(wholeMonths('2026-01-02', '2026-01-31', 12)).toEqual([]);
    expect(wholeMonths('2024-01-01', '2026-01-31', 3)).toEqual(['2025-11', '2025-12', '2026-01']);
    expect(lastDayOfMonth('2024-02')).toBe('2024-02-29');
  });
});

/** All ways of dividing `count` among `parts`. */
function divisionsOf(count: number, parts: number): number[][] {
  if (parts === 1) return [[count]];
  return Array.from({ length: count + 1 }, (_, first) =>
    divisionsOf(count - first, parts - 1).map((rest) => [first, ...rest]),
  ).flat();
}

/** Two divisions of the same people, and one part of the first is divided further. */
function world([first, second, further]: [number[], number[], number[]]): Count {
  const parts = first.map((count, at) => leaf(`a${at}`, count));
  parts[0] = {
    ...parts[0]!,
    divisions: [{ name: 'further', parts: further.map((count, at) => leaf(`c${at}`, count)) }],
  };
  return whole(
    parts,
    second.map((count, at) => leaf(`b${at}`, count)),
  );
}

const inParts = (parts: number, most: number) =>
  fc.array(fc.nat({ max: most }), { minLength: parts, maxLength: parts });

describe('the law', () => {
  test('for every number that is withheld there is another world that looks the same, whoever knows the rules', () => {
    const worlds = new Map<number, Map<string, number[][]>>();
    /** What every world of so many people shows, and which worlds show it: the reader knows this program. */
    const lookOf = (count: number) => {
      const known = worlds.get(count) ?? new Map<string, number[][]>();
      if (!worlds.has(count)) {
        for (const first of divisionsOf(count, 3)) {
          for (const further of divisionsOf(first[0]!, 2)) {
            const one = world([first, [count], further]);
            const look = shownOf(publish(one));
            known.set(look, [...(known.get(look) ?? []), truth(one)]);
          }
        }
        worlds.set(count, known);
      }
      return known;
    };
    fc.assert(
      fc.property(inParts(3, 9), fc.nat(), (first, cut) => {
        const count = first.reduce((all, one) => all + one);
        const at = first[0]! === 0 ? 0 : cut % (first[0]! + 1);
        const one = world([first, [count], [at, first[0]! - at]]);
        const figure = publish(one);
        const alike = lookOf(count).get(shownOf(figure))!;
        flat(figure).forEach((shown, place) => {
          const values = new Set(alike.map((other) => other[place]));
          if (shown === null && count >= LEAST) expect(values.size).toBeGreaterThan(1);
          else if (shown !== null) expect([...values]).toEqual([shown]);
        });
      }),
      { numRuns: 500 },
    );
  });

  test('the same for every way of dividing up to 26 among four', () => {
    for (let count = LEAST; count <= 26; count++) {
      const alike = new Map<string, number[][]>();
      for (const counts of divisionsOf(count, 4)) {
        const look = shownOf(publish(whole(counts.map((one) => leaf('', one)))));
        alike.set(look, [...(alike.get(look) ?? []), counts]);
      }
      for (const [look, worlds] of alike) {
        const parts = JSON.parse(look)[1][0].map(([shown]: [number | null]) => shown);
        for (const [at, shown] of parts.entries()) {
          const values = new Set(worlds.map((counts) => counts[at]));
          expect([look, shown === null ? values.size > 1 : values.size === 1]).toEqual([look, true]);
        }
      }
    }
  });

  test('by subtraction alone each withheld number may be anything from nothing to five or more', () => {
    fc.assert(
      fc.property(inParts(6, 40), inParts(4, 12), (first, further) => {
        const parts = [sum(further.map((count) => leaf('', count))), ...first];
        const count = parts.reduce((all, one) => all + one);
        const figure = publish(world([parts, [count], further]));
        if (figure.count === null) return expect(flat(figure).every((one) => one === null)).toBe(true);
        const check = ({ count: total, divisions }: Figure) => {
          for (const division of divisions) {
            const hidden = division.parts.filter((part) => part.count === null);
            const left = total! - division.parts.reduce((all, part) => all + (part.count ?? 0), 0);
            // Nothing else is said of them, so any way of dividing `left` among them looks the same.
            if (hidden.length > 0) expect([hidden.length >= 2, left >= LEAST]).toEqual([true, true]);
            for (const part of division.parts) {
              if (part.count === null) expect(flat(part).every((one) => one === null)).toBe(true);
              else check(part);
              if (part.count !== null) expect(part.count).toBeGreaterThanOrEqual(LEAST);
            }
          }
        };
        check(figure);
      }),
    );
  });
});
