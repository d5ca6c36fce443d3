/** Writing acts down: before they are done, and how they ended. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { asFault, Fault } from '../base/fault.ts';
import { randomId } from '../base/id.ts';
import type { Log as ProgramLog } from '../base/log.ts';
import type { CaseworkDb } from '../stores/postgres.ts';
import { commitTo, type Entry, encodeEntry, type Json, MOST_ON, type Result, type RowState } from './entry.ts';
import type { Places } from './keys.ts';
import type { Log } from './log.ts';
import type { Queue } from './queue.ts';
import { declared, hashRows, ROWS_IN_ENTRY } from './rows.ts';
import * as store from './store.ts';

/** What happened, or is about to. All ids are opaque: what may have to be deleted belongs into `details`. */
export interface Act {
  /** `account:ID` or `system:PART`. */
  readonly actor: string;
  /** The object and the verb: `lead.read`, `account.create`. */
  readonly act: string;
  /** What it is done to: `lead:ID`. */
  readonly on?: readonly string[] | undefined;
  /** SHA-256 in hexadecimal of a document or batch that it is about. */
  readonly digest?: string | undefined;
  /** What the entry commits to without saying it: a reason, what was searched for. Kept in casework; see `forget`. */
  readonly details?: Json | undefined;
}

/** Where an act stands in the ledger. */
export interface Recorded {
  readonly id: string;
  readonly index: number;
}

/** What the functions of this room work with. */
export interface Ledger {
  readonly places: Places;
  readonly log: Log;
  readonly queue: Queue;
  readonly clock: Clock;
  readonly tables: readonly store.LedgeredTable[];
  readonly db: CaseworkDb | undefined;
  readonly programLog: ProgramLog;
  /** Called when an entry could be written: whoever waits in the queue may be taken in now. */
  onWritten(): void;
  close(): Promise<void>;
}

/** Writes down an act that has no outcome of its own, such as reading. Do it after this has returned. Throws `ledger-unavailable`. */
export async function record(ledger: Ledger, act: Act, tx?: CaseworkDb): Promise<Recorded> {
  return await write(ledger, 'record', act, {}, tx);
}

/** Writes down what is about to be done. Throws `ledger-unavailable`: then it must not be done. */
export async function intend(ledger: Ledger, act: Act, tx?: CaseworkDb): Promise<Recorded> {
  return await write(ledger, 'intent', act, {}, tx);
}

/**
 * Writes down how an intent ended. It never throws, because what was done is done: an outcome that cannot be written
 * leaves the intent open, and `countersign verify` counts it as such.
 */
export async function settle(ledger: Ledger, intent: Recorded, act: Act, result: Result): Promise<void> {
  const { actor, act: verb, on } = act;
  try {
    await write(ledger, 'outcome', { actor, act: verb, on }, { of: intent.id, result });
  } catch (error) {
    ledger.programLog.error({ room: 'ledger', error }, 'an outcome could not be recorded');
  }
}

/** Intent, work, outcome. A fault of the access rules is recorded as refused, any other error as failed. */
export async function perform<T>(ledger: Ledger, act: Act, work: () => Promise<T> | T): Promise<T> {
  const intent = await intend(ledger, act);
  try {
    const value = await work();
    await settle(ledger, intent, act, 'done');
    return value;
  } catch (error) {
    await settle(ledger, intent, act, asFault(error).status < 500 ? 'refused' : 'failed');
    throw error;
  }
}

/** Says that the row of this key was inserted, changed or deleted. The table is a declared one. */
export type Touch = (table: string, key: string) => void;

/**
 * Does `work` in a transaction and records the rows it touched: their hashes stand in the intent, which is durable
 * before the transaction is committed. Without a ledger it is the transaction alone.
 * If the commit fails the intent stays open, since a server that did not answer may have committed.
 */
export async function change<T>(
  ledger: Ledger | undefined,
  db: CaseworkDb,
  act: Act,
  work: (tx: CaseworkDb, touch: Touch) => Promise<T>,
): Promise<T> {
  const intents: Recorded[] = [];
  const result = await db.transaction().execute(async (tx) => {
    const touched = new Map<string, Set<string>>();
    const touch: Touch = (table, key) => touched.set(table, (touched.get(table) ?? new Set()).add(key));
    const value = await work(tx, touch);
    if (ledger === undefined) return value;
    const rows: RowState[] = [];
    for (const [table, keys] of touched) rows.push(...(await hashRows(tx, declared(ledger.tables, table), [...keys])));
    for (let at = 0; at < rows.length; at += ROWS_IN_ENTRY) {
      const part = rows.slice(at, at + ROWS_IN_ENTRY);
      const on = act.on ?? part.slice(0, MOST_ON).map(({ table, key }) => `${table}:${key}`);
      intents.push(await write(ledger, 'intent', { ...act, on }, { rows: part }, tx));
    }
    return value;
  });
  if (ledger !== undefined) for (const intent of intents) await settle(ledger, intent, act, 'done');
  return result;
}

/** Deletes the details of an entry, and says so. What the entry commits to can then be found out by nobody. */
export async function forget(ledger: Ledger, by: Pick<Act, 'actor'>, entryId: string): Promise<void> {
  const db = caseworkOf(ledger);
  await perform(ledger, { ...by, act: 'ledger.forget', on: [`entry:${entryId}`] }, async () => {
    if (await store.deleteDetails(db, entryId)) return;
    throw new Fault('not-found', 'There are no details of that entry.', { place: entryId });
  });
}

async function write(
  ledger: Ledger,
  kind: Entry['kind'],
  act: Act,
  extra: Pick<Entry, 'of' | 'result' | 'rows'>,
  tx?: CaseworkDb,
): Promise<Recorded> {
  const { id, bytes } = await prepare(ledger, kind, act, extra, tx);
  const index = await ledger.log.append([bytes]);
  ledger.onWritten();
  return { id, index };
}

/** The bytes of an entry. Its details are in casework when this returns. */
export async function prepare(
  ledger: Ledger,
  kind: Entry['kind'],
  { details, on, ...act }: Act,
  extra: Pick<Entry, 'of' | 'result' | 'rows'>,
  tx?: CaseworkDb,
): Promise<{ id: string; bytes: Buffer }> {
  const id = randomId(20);
  const salt = randomBytes(32);
  const commitment = details === undefined ? undefined : commitTo(salt, details);
  const at = ledger.clock().toISOString();
  const bytes = encodeEntry({ v: 1, id, kind, at, on: on && [...on], ...act, ...extra, commitment });
  if (details !== undefined) {
    const db = tx ?? caseworkOf(ledger);
    await store.insertDetails(db, { entryId: id, salt: salt.toString('hex'), details });
  }
  return { id, bytes };
}

function caseworkOf({ db }: Ledger): CaseworkDb {
  if (db === undefined) throw new Fault('defect', 'Details need the casework store.');
  return db;
}
