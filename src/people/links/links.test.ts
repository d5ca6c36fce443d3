import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays } from '../../base/day.ts';
import { holdsOn, keyOf, type Link, type Plan, personBehind, planLink, planUnlink, type Wish } from './link.ts';

/** What the store does with a plan. */
function apply(links: readonly Link[], { end, add }: Plan): Link[] {
  const ended = links.map((link) => {
    const found = end.find(({ id }) => id === link.id);
    return found === undefined ? link : { ...link, valid_to: found.valid_to };
  });
  return [...ended, ...add.map((link, at) => ({ ...link, id: `${links.length + at}` }))];
}

/** Wishes that are refused change nothing. */
function lived(wishes: readonly Wish[]): Link[] {
  let links: Link[] = [];
  for (const wish of wishes) {
    try {
      links = apply(links, planLink(links, wish));
    } catch {}
  }
  return links;
}

const DAYS = Array.from({ length: 12 }, (_, at) => addDays('2026-03-01', at));
const wish: fc.Arbitrary<Wish> = fc.record({
  account: fc.constantFrom('a', 'B', 'b', 'c', 'd'),
  person: fc.constantFrom('a', 'b', 'c', 'p', 'q'),
  kind: fc.constantFrom('own', 'own', 'own', 'shared', 'service'),
  from: fc.constantFrom(...DAYS),
  until: fc.option(fc.constantFrom(...DAYS), { nil: undefined }),
});

test('law: on no day has an account two persons, nor a person somebody behind him, nor kinds mixed', () => {
  fc.assert(
    fc.property(fc.array(wish, { maxLength: 12 }), (wishes) => {
      const links = lived(wishes);
      for (const day of DAYS) {
        const held = links.filter((link) => holdsOn(link, day));
        for (const account of new Set(held.map((link) => keyOf(link.account)))) {
          const own = held.filter((link) => keyOf(link.account) === account);
          expect(new Set(own.map(({ kind }) => kind)).size).toBe(1);
          if (own[0]!.kind !== 'shared') expect(own).toHaveLength(1);
        }
        for (const link of held.filter(({ kind }) => kind === 'own')) {
          expect(personBehind(links, link.person, day)).toBe(link.person);
        }
      }
    }),
    { numRuns: 500 },
  );
});

test('law: a link of today changes nothing that held before today', () => {
  fc.assert(
    fc.property(fc.array(wish, { maxLength: 8 }), wish, (wishes, last) => {
      const before = lived(wishes);
      let after = before;
      try {
        after = apply(before, planLink(before, last));
      } catch {}
      for (const day of DAYS.filter((day) => day < last.from))
        for (const account of ['a', 'b', 'c', 'd'])
          expect(personBehind(after, account, day)).toBe(personBehind(before, account, day));
    }),
    { numRuns: 500 },
  );
});

describe('an account', () => {
  const own = (account: string, person: string, from: string) => ({ account, person, kind: 'own', from }) as const;
  test('changes hands: each of its days keeps its person', () => {
    const links = lived([own('desk', 'ada', '2026-03-01'), own('desk', 'bo', '2026-03-05')]);
    const behind = ['2026-02-28', '2026-03-04', '2026-03-05'].map((day) =>
      personBehind(links, day === '2026-03-04' ? 'DESK' : 'desk', day),
    );
    expect(behind).toEqual(['desk', 'ada', 'bo']);
  });

  test('whose name stood for a person takes its other accounts along', () => {
    const links = lived([own('ada-old', 'ada', '2026-03-01'), own('ada', 'ada.example', '2026-03-05')]);
    expect(personBehind(links, 'ada-old', '2026-03-04')).toBe('ada');
    expect(personBehind(links, 'ada-old', '2026-03-05')).toBe('ada.example');
  });

  test('is its own person again when the link ends', () => {
    const links = lived([own('desk', 'ada', '2026-03-01')]);
    const ended = apply(links, planUnlink(links, { account: 'desk', last: '2026-03-03' }));
    expect([personBehind(ended, 'desk', '2026-03-03'), personBehind(ended, 'desk', '2026-03-04')]).toEqual([
      'ada',
      'desk',
    ]);
    expect(() => planUnlink(ended, { account: 'desk', last: '2026-03-03' })).toThrow('no such link');
  });

  test('cannot be linked in a circle', () => {
    const links = lived([own('a', 'b', '2026-03-01')]);
    expect(() => planLink(links, own('b', 'a', '2026-03-02'))).toThrow('its own person');
  });
});
