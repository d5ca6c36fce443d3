import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { manualClock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import { activityOf } from './activity.ts';
import { type Ledger, openLedger, perform, proveEntry, record } from './ledger.ts';

let clock: ReturnType<typeof manualClock>;
let dir: string;
let ledger: Ledger;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'countersign-activity-'));
  clock = manualClock('2026-03-02T08:00:00Z');
  ledger = await openLedger({ dir, clock, name: 'example.org/log' });
});
afterEach(async () => {
  await ledger.close();
  rmSync(dir, { recursive: true });
});

const read = (actor: string, times: number) =>
  Promise.all(Array.from({ length: times }, () => record(ledger, { actor, act: 'get.leads' })));

test('every entry is counted once by day, actor, kind and act, and an outcome only if it stopped the act', async () => {
  await read('account:1', 300);
  await perform(ledger, { actor: 'account:1', act: 'case.open' }, () => {});
  const refused = perform(ledger, { actor: 'account:2', act: 'case.open' }, () => {
    throw new Fault('forbidden', 'no');
  });
  await expect(refused).rejects.toThrow('no');
  clock.advance(86_400);
  await read('account:2', 700);
  const all = await activityOf(ledger, '2026-03-01', '2026-03-31');
  expect(all).toMatchObject({ since: 0, size: 1004 });
  expect(
    all.counts.map(({ day, actor, kind, act, count }) => [day.slice(8), actor, kind, act, count].join(' ')),
  ).toEqual([
    '02 account:1 intent case.open 1',
    '02 account:1 record get.leads 300',
    '02 account:2 intent case.open 1',
    '02 account:2 stopped case.open 1',
    '03 account:2 record get.leads 700',
  ]);
  // Full bundles are remembered; what came since is counted too.
  await read('account:2', 9);
  const later = await activityOf(ledger, '2026-03-03', '2026-03-04');
  expect(later.counts).toEqual([
    { day: '2026-03-03', actor: 'account:2', kind: 'record', act: 'get.leads', count: 709 },
  ]);
  expect((await activityOf(ledger, '2026-03-01', '2026-03-03')).counts).toEqual(all.counts.slice(0, 4));
});

test('an entry is proved together with what it says, and an intent with its outcome', async () => {
  await perform(ledger, { actor: 'account:1', act: 'case.open', on: ['case:7'] }, () => read('account:2', 300));
  const intent = await proveEntry(ledger, 0);
  expect(intent.said).toMatchObject({ index: 0, kind: 'intent', on: ['case:7'] });
  expect(intent.other).toMatchObject({ index: 301, kind: 'outcome', result: 'done', of: intent.said!.id });
  expect((await proveEntry(ledger, 301)).other).toMatchObject({ index: 0, kind: 'intent' });
  expect((await proveEntry(ledger, 5)).other).toBeNull();
});
