import { afterAll, beforeAll, expect, test } from 'vitest';
import { type House, house } from '../../test/cases.ts';
import { isHeldByCase } from './held.ts';

let at: House;
beforeAll(async () => {
  at = await house();
  await at.data.events.run(
    `INSERT INTO documents (uid, path, name, level, registered) VALUES (1, 'a.txt', 'a.txt', 4, '2026-01-01'), (2, 'b.txt', 'b.txt', 4, '2026-01-01')`,
  );
});
afterAll(() => at.close());

const held = (path: string, holder?: string) => isHeldByCase({ ...at.cases }, { path, holder });

test('copies of documents that a case names are kept while its copies are held, and those its person has', async () => {
  const id = await at.opened('SUB0001');
  await at.step('otto', id, { kind: 'link', documents: ['a.txt'], reason: 'were in the folder' });
  expect([await held('a.txt'), await held('b.txt', 'SUB0001')]).toEqual([false, false]);
  await at.step('otto', id, { kind: 'effect', effect: 'copies_hold', text: 'his folder' });
  expect([await held('a.txt'), await held('b.txt', 'SUB0001')]).toEqual([true, true]);
  expect([await held('b.txt'), await held('b.txt', 'SUB0002')]).toEqual([false, false]);
  await at.step('otto', id, { kind: 'effect_undone', effect: 'X1', text: 'copied' });
  expect([await held('a.txt'), await held('b.txt', 'SUB0001')]).toEqual([false, false]);
});

test('a case that is held by law keeps the documents it names, until the day', async () => {
  const id = await at.opened('SUB0002');
  await at.step('otto', id, { kind: 'link', documents: ['b.txt'], reason: 'were in the folder' });
  await at.step('piet', id, { kind: 'hold', reason: 'a court asks', until: '2026-03-20' });
  expect(await held('b.txt')).toBe(true);
  expect(await held('a.txt', 'SUB0002')).toBe(false);
  at.clock.advance(30 * 86_400);
  expect(await held('b.txt')).toBe(false);
});
