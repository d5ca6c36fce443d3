/**
 * What the program is run with: its rules and its settings. They are files, so anybody with an editor can change them; what
 * he cannot do is to have a changed one used without the ledger saying so.
 */
import { change, type Ledger } from './acts.ts';
import * as store from './store.ts';

export interface Content {
  /** `settings`, `rule:ID`: what the ledger calls it. */
  readonly name: string;
  /** Of its bytes, hexadecimal. */
  readonly sha256: string;
}

/**
 * Compares with what was used last and records what has changed, was added or is gone, before it is used. Gives the names.
 * Throws `ledger-unavailable`: then it must not be used.
 */
export async function recordContents(ledger: Ledger, contents: readonly Content[]): Promise<string[]> {
  const { db } = ledger;
  if (db === undefined) return [];
  const before = new Map((await store.selectContents(db)).map(({ name, sha256 }) => [name, sha256]));
  const changed = contents.filter(({ name, sha256 }) => before.get(name) !== sha256);
  const gone = [...before.keys()].filter((name) => !contents.some((one) => one.name === name));
  const names = [...changed.map(({ name }) => name), ...gone].sort();
  if (names.length === 0) return [];
  await change(ledger, db, { actor: 'system:machine', act: 'content.change' }, async (tx, touch) => {
    await store.saveContents(tx, changed);
    await store.deleteContents(tx, gone);
    for (const name of names) touch('ledger_contents', name);
  });
  return names;
}
