import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CaseworkStore, openCasework } from '../stores/postgres.ts';
import { type Ledger, ledgerTables, listEntries, openLedger, recordContents } from './ledger.ts';

const dir = mkdtempSync(join(tmpdir(), 'countersign-contents-'));
const hash = (letter: string) => letter.repeat(64);
let store: CaseworkStore;
let ledger: Ledger;

beforeAll(async () => {
  store = await openCasework({ memory: true });
  ledger = await openLedger({ dir, db: store.db, tables: ledgerTables });
});
afterAll(async () => {
  await ledger.close();
  await store.close();
  rmSync(dir, { recursive: true });
});

test('what was changed, added or is gone is in the ledger before it is used; what is as it was is not', async () => {
  const settings = { name: 'settings', sha256: hash('a') };
  const rule = (sha256: string) => ({ name: 'rule:collect', sha256 });
  expect(await recordContents(ledger, [settings, rule(hash('b'))])).toEqual(['rule:collect', 'settings']);
  const { size } = ledger.log;
  expect(await recordContents(ledger, [rule(hash('b')), settings])).toEqual([]);
  expect(ledger.log.size).toBe(size);
  expect(await recordContents(ledger, [settings, rule(hash('c'))])).toEqual(['rule:collect']);
  expect(await recordContents(ledger, [settings])).toEqual(['rule:collect']);
  const { entries } = await listEntries(ledger, { act: 'content.change', kind: 'intent' });
  expect(entries.map(({ on }) => on)).toEqual([
    ['ledger_contents:rule:collect'],
    ['ledger_contents:rule:collect'],
    ['ledger_contents:rule:collect', 'ledger_contents:settings'],
  ]);
});

test('what the ledger cannot say is not used', async () => {
  mkdirSync(join(dir, 'other'));
  const closed = await openLedger({ dir: join(dir, 'other'), db: store.db, tables: ledgerTables });
  await closed.close();
  const recorded = recordContents(closed, [{ name: 'settings', sha256: hash('d') }]);
  await expect(recorded).rejects.toMatchObject({ code: 'ledger-unavailable' });
  const row = await store.db
    .selectFrom('ledger_contents')
    .selectAll()
    .where('name', '=', 'settings')
    .executeTakeFirst();
  expect(row?.sha256).toBe(hash('a'));
});
