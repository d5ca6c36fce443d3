import fc from 'fast-check';
import { expect, test } from 'vitest';
import { greedyCover, peersOf, type Reader, smallestGroups, surpriseOf } from './explain.ts';

const reader = (user: string, had: number[], more: Partial<Reader> = {}): Reader => ({
  ...{ user, had, team: 'Team 1', role: 'Clerk', documents: 50 },
  ...more,
});

test('who alone had everything explains it alone', () => {
  const readers = [reader('a', [0, 1, 2, 3, 4]), reader('b', [0, 1]), reader('c', [2, 3])];
  expect(smallestGroups(readers, 6)).toEqual([{ users: ['a'], covered: 5 }]);
});

test('all smallest groups are named, where greed would name one', () => {
  // Greed takes the one with most first, and then needs two more.
  const readers = [reader('most', [0, 1, 3, 4]), reader('left', [0, 1, 2]), reader('right', [3, 4, 5])];
  expect(greedyCover(readers, 6).users).toHaveLength(3);
  expect(smallestGroups(readers, 6)).toEqual([{ users: ['left', 'right'], covered: 6 }]);
});

test('nobody explains what nobody had', () => {
  expect(smallestGroups([reader('a', [])], 3)).toEqual([]);
});

test('having what all colleagues have is no surprise, having what none has is one', () => {
  const peers = Array.from({ length: 9 }, (_, at) => reader(`p${at}`, [0, 1, 2, 3, 4]));
  expect(surpriseOf(reader('like them', [0, 1, 2, 3, 4]), peers, 25).bits).toBeLessThan(3);
  const alone = surpriseOf(reader('alone', [5, 6, 7, 8, 9, 10, 11, 12]), peers, 25);
  expect(alone.bits).toBeGreaterThan(5);
  // Who reads ten times as much as they do was to be expected to have more of anything.
  const busy = surpriseOf(reader('busy', [5, 6, 7, 8, 9, 10, 11, 12], { documents: 500 }), peers, 25);
  expect(busy.bits).toBeLessThan(alone.bits / 2);
});

test('the team is compared with, or the role when the team is small, or everybody', () => {
  const team = Array.from({ length: 6 }, (_, at) => reader(`t${at}`, []));
  const role = Array.from({ length: 6 }, (_, at) => reader(`r${at}`, [], { team: `Other ${at}` }));
  const others = Array.from({ length: 6 }, (_, at) => reader(`o${at}`, [], { team: 'Far', role: 'Guard' }));
  const all = [...team, ...role, ...others];
  expect(peersOf(reader('x', []), all)).toHaveLength(6);
  expect(peersOf(reader('x', [], { team: 'New' }), all)).toHaveLength(12);
  expect(peersOf(reader('x', [], { team: 'New', role: 'New' }), all)).toHaveLength(18);
});

test('laws of groups: they cover everything, none is larger than greed makes it, none can be spared a member', () => {
  const people = fc.array(fc.uniqueArray(fc.nat(11), { maxLength: 6 }), { minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(people, (lists) => {
      const readers = lists.map((had, at) => reader(`u${at}`, had));
      const all = new Set(lists.flat());
      const had = new Map(readers.map((one) => [one.user, one.had]));
      const size = (users: string[]) => new Set(users.flatMap((user) => had.get(user)!)).size;
      for (const { users, covered } of smallestGroups(readers, 12)) {
        expect(covered).toBe(all.size);
        expect(size(users)).toBe(all.size);
        expect(users.length).toBeLessThanOrEqual(greedyCover(readers, all.size).users.length);
        if (users.length <= 3)
          for (const spared of users) expect(size(users.filter((user) => user !== spared))).toBeLessThan(all.size);
      }
    }),
  );
});
