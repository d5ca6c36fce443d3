/** Rows of declared tables: what the ledger says of them when they change, and when a table is declared. */
import { randomBytes } from 'node:crypto';
import { Fault } from '../base/fault.ts';
import { randomId } from '../base/id.ts';
import type { CaseworkDb } from '../stores/postgres.ts';
import type { Ledger } from './acts.ts';
import { type Entry, encodeEntry, type RowState } from './entry.ts';
import * as store from './store.ts';

/** The acts with which a table's older rows are taken in, once. */
export const ADOPT = 'ledger.adopt';
/** An entry has room for 300. */
export const ROWS_IN_ENTRY = 250;

export function declared(tables: readonly store.LedgeredTable[], name: string): store.LedgeredTable {
  const found = tables.find(({ table }) => table === name);
  if (found === undefined) throw new Fault('defect', `The table ${name} is not declared to the ledger.`);
  return found;
}

/** What the ledger says of rows as they are within the transaction; each gets a new salt. */
export async function hashRows(
  tx: CaseworkDb,
  table: store.LedgeredTable,
  keys: readonly string[],
): Promise<RowState[]> {
  const name = store.recordedName(table);
  const salts = keys.map((key) => ({ table_name: name, row_key: key, salt: randomBytes(32).toString('hex') }));
  await store.saveSalts(tx, salts);
  const hashes = new Map((await store.selectHashes(tx, table, keys)).map(({ key, hash }) => [key, hash]));
  const gone = keys.filter((key) => !hashes.has(key));
  await store.deleteSalts(tx, name, gone);
  return keys.map((key) => ({ table: name, key, hash: hashes.get(key) ?? null }));
}

/** Takes in the rows that were there before their table was declared. */
export async function adoptRows(ledger: Ledger, db: CaseworkDb): Promise<void> {
  for (const table of ledger.tables) {
    if (await store.isTableAdopted(db, store.recordedName(table))) continue;
    const outcome = await db.transaction().execute((tx) => adopt(ledger, tx, table));
    await ledger.log.append([encodeEntry(outcome)]);
  }
}

/** Gives the entry to be written when the transaction is committed. */
async function adopt(ledger: Ledger, tx: CaseworkDb, table: store.LedgeredTable): Promise<Entry> {
  const keys = await store.selectUnsalted(tx, table);
  const rows: RowState[] = [];
  for (let at = 0; at < keys.length; at += ROWS_IN_ENTRY) {
    rows.push(...(await hashRows(tx, table, keys.slice(at, at + ROWS_IN_ENTRY))));
  }
  await store.saveSalts(tx, [{ table_name: store.recordedName(table), row_key: '', salt: '' }]);
  const common = {
    v: 1 as const,
    at: ledger.clock().toISOString(),
    actor: 'system:ledger',
    act: ADOPT,
    on: [`table:${store.recordedName(table)}`],
  };
  const intent: Entry = { ...common, id: randomId(20), kind: 'intent' };
  const parts: Entry[] = [];
  for (let at = 0; at < rows.length; at += ROWS_IN_ENTRY) {
    parts.push({
      ...common,
      id: randomId(20),
      kind: 'record',
      of: intent.id,
      rows: rows.slice(at, at + ROWS_IN_ENTRY),
    });
  }
  await ledger.log.appendAll([intent, ...parts].map(encodeEntry));
  return { ...common, id: randomId(20), kind: 'outcome', of: intent.id, result: 'done' };
}
