import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NO_POLICY, openLedger, verifyLedger } from '../ledger/ledger.ts';
import { openLeafFile } from '../reports/reports.ts';
import { Anchors, anchorLeaves } from './anchors.ts';

const dir = mkdtempSync(join(tmpdir(), 'countersign-anchors-'));
const path = join(dir, 'reports', 'leaves');
const leaf = (number: number) => createHash('sha256').update(String(number)).digest('hex');

beforeAll(async () => {
  mkdirSync(join(dir, 'reports'));
  const [ledger, leaves] = [await openLedger({ dir }), openLeafFile(path)];
  const anchor = anchorLeaves(ledger);
  await anchor(await leaves.head());
  for (let number = 0; number < 5; number += 1) {
    await leaves.appendLeaf(leaf(number));
    if (number === 2) await anchor(await leaves.head());
  }
  await anchor(await leaves.head());
  await anchor(await leaves.head());
  expect(ledger.log.size).toBe(3);
  await ledger.close();
});
afterAll(() => rmSync(dir, { recursive: true }));

async function findings(): Promise<string[]> {
  const anchors = new Anchors();
  const onEntry: Parameters<typeof verifyLedger>[2]['onEntry'] = (index, entry) => anchors.take(index, entry);
  expect((await verifyLedger(join(dir, 'ledger'), dir, { policy: NO_POLICY, onEntry })).problems).toEqual([]);
  return anchors.compare(dir).map(({ index, message }) => `${index ?? '-'} ${message}`);
}

test('the portal’s leaves are as the ledger anchors them, and may go on', async () => {
  expect(await findings()).toEqual([]);
  await openLeafFile(path).appendLeaf(leaf(9));
  expect(await findings()).toEqual([]);
});

test.for([
  ['a changed leaf', (lines: string[]) => lines.with(1, leaf(7)), ['1 was changed', '2 was changed']],
  ['a late one', (lines: string[]) => lines.with(4, leaf(7)), ['2 was changed']],
  ['leaves in another order', (lines: string[]) => lines.with(0, lines[1]!).with(1, lines[0]!), ['1 was', '2 was']],
  ['leaves that were cut off', (lines: string[]) => lines.slice(0, 4), ['2 lacks leaves: there were 5']],
  ['a damaged file', () => ['x'.repeat(70)], ['- The file of leaves is damaged']],
] as const)('%s is named', async ([, change, expected]) => {
  const before = readFileSync(path, 'utf8');
  writeFileSync(path, `${change(before.trimEnd().split('\n')).join('\n')}\n`);
  const found = await findings();
  writeFileSync(path, before);
  expect(found).toEqual(expected.map((text) => expect.stringContaining(text)));
});

test('a file that is gone is named', async () => {
  const before = readFileSync(path);
  rmSync(path);
  expect(await findings()).toEqual(['- is missing, although the ledger knows its leaves']);
  writeFileSync(path, before);
});
