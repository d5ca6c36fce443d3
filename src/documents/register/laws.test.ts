import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Registry, registry } from '../../../test/register.ts';
import { checkRegister } from '../documents.ts';

/** The laws of custody over the real store: whatever is asked in whatever order, these hold after every answer. */
let at: Registry;
beforeAll(async () => {
  at = await registry();
});
afterAll(() => at.close());

interface Asked {
  readonly name: string;
  readonly body: object;
  readonly path: 'steps' | 'confirm';
}

const COPIES = [1, 2];
const keeper = fc.constantFrom('reg', 'rosa', 'twin', 'nobody');
const copy = fc.constantFrom(...COPIES);
const act = fc.oneof(
  fc.constant({ act: 'registered' }),
  fc.record({ act: fc.constant('issued'), to: fc.constantFrom('ADA0001', 'BOB0001', 'EVE0001') }),
  fc.record({
    act: fc.constant('lent'),
    to: fc.constantFrom('ADA0001', 'BOB0001'),
    due: fc.constantFrom('2026-03-05', '2099-01-01'),
  }),
  fc.constant({ act: 'returned' }),
  fc.record({ act: fc.constant('inventoried'), seen: fc.boolean() }),
  fc.constant({ act: 'destruction proposed', how: 'burnt' }),
  fc.constant({ act: 'destruction withdrawn' }),
);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(copy, act).map(([number, one]) => ({ kind: 'copy', copy: number, ...one })) },
  fc.record({ kind: fc.constant('raised'), level: fc.constantFrom('secret', 'top_secret'), reason: fc.constant('r') }),
  fc.record({
    kind: fc.constant('downgrade proposed'),
    level: fc.constantFrom('public', 'internal', 'secret'),
    reason: fc.constant('r'),
  }),
  fc.constant({ kind: 'downgrade withdrawn' }),
);
const asked: fc.Arbitrary<Asked> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ name: keeper, body: step, path: fc.constant('steps' as const) }) },
  fc.record({
    name: fc.constantFrom('reg', 'rosa', 'twin', 'nobody', 'piet'),
    body: fc.oneof(
      fc.constant({ kind: 'downgrade' }),
      copy.map((number) => ({ kind: 'destruction', copy: number })),
    ),
    path: fc.constant('confirm' as const),
  }),
);

/** One run that comes to the end of everything, so that the property never says nothing. */
const FAR: Asked[] = [
  { name: 'reg', path: 'steps', body: { kind: 'copy', copy: 1, act: 'destruction proposed', how: 'burnt' } },
  { name: 'rosa', path: 'confirm', body: { kind: 'destruction', copy: 1 } },
  { name: 'rosa', path: 'steps', body: { kind: 'downgrade proposed', level: 'internal', reason: 'r' } },
  { name: 'piet', path: 'confirm', body: { kind: 'downgrade' } },
  { name: 'reg', path: 'steps', body: { kind: 'copy', copy: 1, act: 'returned' } },
];

interface Place {
  copy: number;
  state: string;
  holder: string | null;
}
const placesOf = async (id: string): Promise<Place[]> =>
  (
    await sql<Place>`SELECT copy, state, holder FROM register_copies WHERE document = ${id} ORDER BY copy`.execute(
      at.data.casework,
    )
  ).rows;

test('a copy is at exactly one place, what is destroyed stays so, and what takes two took two people', async () => {
  let number = 0;
  let destroyed = 0;
  let lowered = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(asked, { minLength: 5, maxLength: 14 }), async (all) => {
      number += 1;
      const made = await at.as('reg')('POST', '/api/documents', { path: `laws/${number}`, level: 'confidential' });
      const id: string = made.json.id;
      const gone = new Set<number>();
      for (const body of COPIES.map((one) => ({ kind: 'copy', copy: one, act: 'registered' })))
        await at.step('reg', id, body);
      for (const { name, body, path } of all) {
        at.clock.advance(3600);
        const before = await placesOf(id);
        const { status } = await at.as(name)('POST', `/api/documents/${id}/${path}`, body);
        expect([200, 403, 422]).toContain(status);
        const after = await placesOf(id);
        // Refused: nothing has changed.
        if (status !== 200) expect(after).toEqual(before);
        expect(after.map(({ copy: one }) => one)).toEqual(COPIES);
        for (const { copy: one, state, holder } of after) {
          expect(holder !== null).toBe(state === 'issued' || state === 'lent');
          if (gone.has(one)) expect(state).toBe('destroyed');
          if (state === 'destroyed') gone.add(one);
        }
      }
      const { json } = await at.as('reg')('GET', `/api/documents/${id}`);
      const person = (by: string) => [...at.accounts.values()].find((one) => one.id === by)!.person;
      for (const confirmed of json.steps.filter(
        ({ step: one }: { step: { act?: string } }) => one.act === 'destruction confirmed',
      )) {
        const proposed = json.steps.findLast(
          (one: { n: number; step: { act?: string; copy?: number } }) =>
            one.n < confirmed.n && one.step.act === 'destruction proposed' && one.step.copy === confirmed.step.copy,
        );
        expect(person(proposed.by)).not.toBeNull();
        expect(person(proposed.by)).not.toBe(person(confirmed.by));
        destroyed += 1;
      }
      for (const confirmed of json.steps.filter(({ kind }: { kind: string }) => kind === 'downgrade confirmed')) {
        const proposed = json.steps.findLast(
          (one: { n: number; kind: string }) => one.n < confirmed.n && one.kind === 'downgrade proposed',
        );
        expect(person(proposed.by)).not.toBe(person(confirmed.by));
        lowered += 1;
      }
      // Detection reads the level that the register has.
      const levels = ['unknown', 'public', 'internal', 'confidential', 'secret', 'top_secret'];
      expect(levels[await at.levelOn(`laws/${number}`, '2099-01-01')]).toBe(json.level);
    }),
    { numRuns: 15, examples: [[FAR]] },
  );
  // The property would say nothing if no run ever came so far.
  expect(destroyed).toBeGreaterThan(0);
  expect(lowered).toBeGreaterThan(0);
  expect(await checkRegister(at.register)).toEqual([]);
  expect(await at.findings()).toEqual([]);
}, 180_000);
