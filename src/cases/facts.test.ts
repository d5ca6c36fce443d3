import { afterAll, beforeAll, expect, test } from 'vitest';
import { type House, house } from '../../test/cases.ts';
import { caseFacts } from './facts.ts';

let at: House;
beforeAll(async () => {
  at = await house();
});
afterAll(async () => {
  await at.close();
});

const everybody = () => true;
const facts = (until: string, mayCount: (userUid: string) => boolean = everybody) =>
  caseFacts(at.cases).cases({ from: '2026-03-01', until, mayCount });

test('a case counts as it stood at the end of the range, with the days its terms took', async () => {
  const id = await at.opened('SUB0001');
  at.clock.advance(5 * 86_400);
  const considered = { H1: 'the supervisor confirms it' };
  await at.step('otto', id, { kind: 'propose', outcome: 'cleared', reasons: 'nothing is left', considered });
  at.clock.advance(2 * 86_400);
  await at.step('piet', id, { kind: 'decide', reasons: 'I confirm it' });
  expect(await facts('2026-03-01')).toEqual([]);
  expect(await facts('2026-03-03')).toEqual([{ state: 'open', outcome: null, terms: {} }]);
  expect(await facts('2026-03-08')).toEqual([{ state: 'proposed', outcome: null, terms: { proposal: 5 } }]);
  expect(await facts('2026-03-31')).toEqual([
    { state: 'decided', outcome: 'cleared', terms: { proposal: 5, decision: 2 } },
  ]);
});

test('a case about somebody who must not be counted is none', async () => {
  expect(await facts('2026-03-31', (user) => user !== 'SUB0001')).toEqual([]);
});
