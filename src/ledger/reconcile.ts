/**
 * Comparing casework with the ledger: each row of a declared table must be as the last entry about it says, and details
 * must be those that were committed to. Whoever changes a row behind the program's back changes no entry.
 */
import type { CaseworkDb } from '../stores/postgres.ts';
import { type Entry, opens, type RowState } from './entry.ts';
import { ADOPT } from './rows.ts';
import type { Problem } from './scan.ts';
import * as store from './store.ts';

interface Statement {
  readonly index: number;
  readonly hash: string | null;
}

/** What the ledger says of one row. */
interface Expected {
  /** The last change that was done. */
  done?: Statement;
  /** Intents since without an outcome: the program may have been ended before or after the change. */
  open: Statement[];
}

/** Takes the entries in order, and then compares. */
export class Reconciliation {
  readonly #tables: readonly store.LedgeredTable[];
  readonly #rows = new Map<string, Map<string, Expected>>();
  /** Intents without an outcome so far. */
  readonly #open = new Map<string, { index: number; rows: readonly RowState[] }>();
  readonly #adoptions = new Map<string, { table: string; index: number }>();
  readonly #settled = new Set<string>();
  readonly #commitments = new Map<string, { index: number; commitment: string }>();
  readonly #forgotten = new Set<string>();
  readonly #problems: Problem[] = [];

  constructor(tables: readonly store.LedgeredTable[]) {
    this.#tables = tables;
  }

  /** How many acts were announced whose end is not in the ledger. */
  get openIntents(): number {
    return this.#open.size;
  }

  take(index: number, entry: Entry): void {
    const { id, kind, act, on = [], of, rows = [], commitment } = entry;
    if (commitment !== undefined) this.#commitments.set(id, { index, commitment });
    if (act === 'ledger.forget' && kind === 'intent') for (const what of on) this.#forgotten.add(what);
    if (act === ADOPT) this.#adopt(index, entry);
    else if (kind === 'intent') this.#intend(index, id, rows);
    else if (kind === 'outcome' && of !== undefined) this.#settle(of, entry.result === 'done');
    else for (const row of rows) this.#done(index, row);
  }

  #intend(index: number, id: string, rows: readonly RowState[]): void {
    this.#open.set(id, { index, rows });
    for (const { table, key, hash } of rows) this.#expected(table, key).open.push({ index, hash });
  }

  #settle(id: string, isDone: boolean): void {
    const intent = this.#open.get(id);
    this.#open.delete(id);
    for (const row of intent?.rows ?? []) {
      if (isDone) this.#done(intent!.index, row);
      const expected = this.#expected(row.table, row.key);
      expected.open = expected.open.filter(({ index }) => index !== intent!.index);
    }
  }

  #done(index: number, { table, key, hash }: RowState): void {
    this.#settled.add(table);
    const expected = this.#expected(table, key);
    if (expected.done !== undefined && expected.done.index > index) return;
    expected.done = { index, hash };
    expected.open = expected.open.filter((one) => one.index > index);
  }

  /**
   * Rows that were there before their table was declared. It happens once: the attack is to change rows, and to have
   * the program take them in anew by making it believe that the table is new to it.
   */
  #adopt(index: number, { kind, id, of = '', on = [], rows = [] }: Entry): void {
    const table = on[0]?.replace(/^table:/, '') ?? '';
    if (kind === 'intent') {
      this.#adoptions.set(id, { table, index });
      if (this.#settled.has(table)) {
        const message = `was taken in anew by entry ${index}, although the ledger knew its rows`;
        this.#problems.push({ place: table, index, message });
      }
    } else if (kind === 'outcome') {
      this.#settled.add(this.#adoptions.get(of)?.table ?? '');
    } else {
      for (const { table, key, hash } of rows) this.#expected(table, key).open.push({ index, hash });
    }
  }

  #expected(table: string, key: string): Expected {
    const rows = this.#rows.get(table) ?? new Map<string, Expected>();
    this.#rows.set(table, rows);
    const expected = rows.get(key) ?? { open: [] };
    rows.set(key, expected);
    return expected;
  }

  /** Compares with the database: what differs, by table and row. */
  async compare(db: CaseworkDb): Promise<Problem[]> {
    const problems = [...this.#problems];
    for (const table of this.#tables) problems.push(...(await this.#compareTable(db, table)));
    problems.push(...(await this.#compareDetails(db)));
    return problems;
  }

  async #compareTable(db: CaseworkDb, table: store.LedgeredTable): Promise<Problem[]> {
    const problems: Problem[] = [];
    const expected = new Map(this.#rows.get(store.recordedName(table)));
    for (const { key, hash } of await store.selectAllHashes(db, table)) {
      const row = expected.get(key);
      expected.delete(key);
      const message = row === undefined ? 'is in no entry: it was added behind the program’s back' : differs(row, hash);
      if (message !== undefined) problems.push({ place: `${table.table} ${key}`, message, index: latest(row) });
    }
    for (const [key, row] of expected) {
      const message = differs(row, null);
      if (message !== undefined) problems.push({ place: `${table.table} ${key}`, message, index: latest(row) });
    }
    return problems;
  }

  async #compareDetails(db: CaseworkDb): Promise<Problem[]> {
    const PAGE = 1000;
    const problems: Problem[] = [];
    const missing = new Map(this.#commitments);
    for (let after = '', more = true; more; ) {
      const page = await store.pageDetails(db, after, PAGE);
      for (const { entryId, salt, details } of page) {
        const committed = this.#commitments.get(entryId);
        missing.delete(entryId);
        if (committed === undefined || opens(committed.commitment, Buffer.from(salt, 'hex'), details)) continue;
        problems.push({
          place: `ledger_details ${entryId}`,
          index: committed.index,
          message: 'was changed behind the program’s back: these are not the details that the entry commits to',
        });
      }
      after = page.at(-1)?.entryId ?? '';
      more = page.length === PAGE;
    }
    for (const [id, { index }] of missing) {
      if (this.#forgotten.has(`entry:${id}`)) continue;
      problems.push({ place: `ledger_details ${id}`, index, message: 'was deleted behind the program’s back' });
    }
    return problems;
  }
}

/** Why a row is not what the ledger says; undefined if it is. `hash` is null for a row that is not there. */
function differs({ done, open }: Expected, hash: string | null): string | undefined {
  const allowed = [done?.hash ?? null, ...open.map((one) => one.hash)];
  if (allowed.includes(hash)) return undefined;
  if (hash === null) return 'was deleted behind the program’s back';
  return done?.hash === null
    ? 'was deleted, and put back behind the program’s back'
    : 'was changed behind the program’s back';
}

/** The last entry about the row. */
function latest(row: Expected | undefined): number | undefined {
  return row?.open.at(-1)?.index ?? row?.done?.index;
}
