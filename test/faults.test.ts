import { expect, test } from 'vitest';
import { FAULTS } from '../src/base/fault.ts';
import { EXIT_MEANINGS } from '../src/cli/help.ts';
import { faultsPage } from './faults.ts';

test('docs/faults.md is what the table says', async () => {
  await expect(faultsPage()).toMatchFileSnapshot('../docs/faults.md');
});

test('every exit code of the table has a meaning that help pages can print', () => {
  const used = new Set(Object.values(FAULTS).map(({ exit }) => exit));
  expect([...used].filter((exit) => EXIT_MEANINGS[exit] === undefined)).toEqual([]);
});
