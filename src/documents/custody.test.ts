import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Copy, type CustodyEntry, copiesOf, copyKey, missing, neverReturned, overdue } from './custody.ts';

const at = (day: number) => `2026-03-${String(day).padStart(2, '0')}T09:00:00Z`;
const copy = { document: '\\\\fs1\\vault\\plan.docx', copy: 1 };
const made: CustodyEntry = { ...copy, act: 'registered', at: at(1), by: 'registrar' };
const lent: CustodyEntry = { ...copy, act: 'lent', at: at(2), by: 'registrar', to: 'reader', due: '2026-03-09' };
const returned: CustodyEntry = { ...copy, act: 'returned', at: at(5), by: 'registrar' };
const proposed: CustodyEntry = {
  ...copy,
  act: 'destruction proposed',
  at: at(6),
  by: 'registrar',
  how: 'shredded, P-5',
};
const confirmed: CustodyEntry = { ...copy, act: 'destruction confirmed', at: at(7), by: 'witness' };

const left = (...entries: CustodyEntry[]): Copy => copiesOf(entries).get(copyKey(copy))!;

test('a copy is lent, returned, and destroyed by two', () => {
  expect(left(made, lent)).toMatchObject({ state: 'lent', holder: 'reader', due: '2026-03-09' });
  expect(left(made, lent, returned)).toMatchObject({ state: 'in registry', holder: undefined, due: undefined });
  const end = left(made, lent, returned, proposed, confirmed);
  expect(end).toMatchObject({
    state: 'destroyed',
    certificate: { how: 'shredded, P-5', proposedBy: 'registrar', confirmedBy: 'witness', at: at(7) },
  });
  expect(end.certificate!.sha256).toMatch(/^[0-9a-f]{64}$/);
});

describe('refused', () => {
  test.for<[string, CustodyEntry[], string]>([
    ['an unknown copy', [lent], 'not registered'],
    ['the same copy twice', [made, made], 'registered already'],
    ['lending what is lent', [made, lent, { ...lent, at: at(3), to: 'other' }], 'has to be returned first'],
    ['a loan that is due before it begins', [made, { ...lent, due: '2026-03-01' }], 'due before it is lent'],
    ['returning what is there', [made, returned], 'in the registry'],
    ['an entry from before the last one', [made, { ...lent, at: '2026-02-01T09:00:00Z' }], 'dated before'],
    ['destroying without a proposal', [made, confirmed], 'nobody has proposed it'],
    ['destroying alone', [made, proposed, { ...confirmed, by: 'registrar' }], 'cannot confirm it'],
    [
      'destroying what is missing',
      [made, proposed, { ...returned, act: 'inventoried', at: at(6), seen: false }, confirmed],
      'missing',
    ],
    ['lending what is to be destroyed', [made, proposed, { ...lent, at: at(7) }], 'withdraw that first'],
    ['anything after the end', [made, proposed, confirmed, { ...lent, at: at(8) }], 'was destroyed'],
  ])('%s', ([, entries, why]) => {
    expect(() => copiesOf(entries)).toThrow(why);
  });
});

test('lists: overdue from the day after, held by who has left, not found', () => {
  const copies = [...copiesOf([made, lent]).values()];
  expect(overdue(copies, '2026-03-09')).toEqual([]);
  expect(overdue(copies, '2026-03-10')).toHaveLength(1);
  expect(neverReturned(copies, new Set(['reader']))).toHaveLength(1);
  expect(neverReturned(copies, new Set(['other']))).toEqual([]);
  const lost: CustodyEntry = { ...copy, act: 'inventoried', at: at(10), by: 'auditor', seen: false };
  expect(missing(copiesOf([made, lent, lost]).values())).toHaveLength(1);
  expect(missing(copiesOf([made, lent, lost, { ...lost, at: at(11), seen: true }]).values())).toEqual([]);
});

test('laws: a holder exactly while it is away, nothing after the end, never destroyed by one', () => {
  const acts = fc.constantFrom<Partial<CustodyEntry>>(
    { act: 'registered' },
    { act: 'issued', to: 'a' },
    { act: 'lent', to: 'b', due: '2026-12-31' },
    { act: 'returned' },
    { act: 'inventoried', seen: true },
    { act: 'inventoried', seen: false },
    { act: 'destruction proposed', how: 'burnt' },
    { act: 'destruction confirmed' },
    { act: 'destruction withdrawn' },
  );
  const person = fc.constantFrom('one', 'two');
  fc.assert(
    fc.property(fc.array(fc.tuple(acts, person), { maxLength: 30 }), (drawn) => {
      const kept: CustodyEntry[] = [];
      for (const [number, [act, by]] of drawn.entries()) {
        const entry = {
          ...copy,
          ...act,
          by,
          at: `2026-03-01T09:00:${String(number).padStart(2, '0')}Z`,
        } as CustodyEntry;
        const before = kept.length > 0 ? left(...kept) : undefined;
        try {
          copiesOf([...kept, entry]);
        } catch {
          continue;
        }
        expect(before?.state).not.toBe('destroyed');
        kept.push(entry);
        const now = left(...kept);
        expect(now.holder !== undefined).toBe(now.state === 'issued' || now.state === 'lent');
        expect(now.due !== undefined).toBe(now.state === 'lent');
        if (now.certificate) expect(now.certificate.proposedBy).not.toBe(now.certificate.confirmedBy);
        expect(now.certificate !== undefined).toBe(now.state === 'destroyed');
      }
    }),
  );
});
