/**
 * The record of who did what, which nobody can rewrite unseen. An entry is durable before the act it announces:
 *
 *     await record(ledger, { actor, act: 'lead.read', on: ['lead:7F3K'] });         // then show the lead
 *     await perform(ledger, { actor, act: 'case.open', on }, () => openCase(...));   // intent, act, outcome
 *     await change(ledger, db, { actor, act: 'account.create' }, async (tx, touch) => { ...; touch('accounts', id); });
 *     const routes = recorded(ledger, [...allRoutes]);                              // every route, reads included
 */
import { type Clock, systemClock } from '../base/clock.ts';
import { type Log as ProgramLog, silentLog } from '../base/log.ts';
import type { CaseworkDb } from '../stores/postgres.ts';
import type { Ledger } from './acts.ts';
import { drain, drainLater } from './drain.ts';
import { ownPolicy } from './jobs.ts';
import { openKey, placesIn } from './keys.ts';
import { Log } from './log.ts';
import { Queue } from './queue.ts';
import { adoptRows } from './rows.ts';
import type { LedgeredTable } from './store.ts';

export {
  type Act,
  change,
  forget,
  intend,
  type Ledger,
  perform,
  type Recorded,
  record,
  settle,
  type Touch,
} from './acts.ts';
export { type Content, recordContents } from './contents.ts';
export { recordOrQueue } from './drain.ts';
export { canonical, decodeEntry, type Entry, type Json, type Result } from './entry.ts';
export { askWitnesses, keepWitnessed } from './jobs.ts';
export { formatVerifierKey, generateKey, NoteError, parseVerifierKey } from './note.ts';
export { NO_POLICY, type Policy, parsePolicy, readPolicy } from './policy.ts';
export { verifyProof } from './proof.ts';
export { listEntries, proveEntry } from './reading.ts';
export { Reconciliation } from './reconcile.ts';
export { ledgerRoutes, recorded } from './routes.ts';
export { LEDGERED as ledgerTables, type LedgeredTable, type SaltedRow, selectSalted } from './store.ts';
export { type Problem, type Report, verifyLedger } from './verify.ts';
export { openWitness, Witness } from './witness.ts';
export { serveWitness } from './witness-server.ts';

export interface LedgerOptions {
  /** The data directory, whose lock the caller holds. */
  readonly dir: string;
  /** Casework, for details and rows. Without it there are none. */
  readonly db?: CaseworkDb | undefined;
  readonly tables?: readonly LedgeredTable[];
  readonly clock?: Clock;
  /** The log's name when it is made: an address without its scheme, if it is to have one. */
  readonly name?: string | undefined;
  readonly programLog?: ProgramLog;
}

/**
 * Opens the ledger of a data directory, or begins it. Entries that were queued are taken in, and the rows of a table
 * that is declared for the first time. Throws `ledger-damaged`, `ledger-unavailable`, `invalid-content` for its policy.
 */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const places = placesIn(options.dir);
  const log = await Log.open(places.folder, await openKey(places, options.name));
  const ledger: Ledger = {
    places,
    log,
    queue: new Queue(places.queue),
    clock: options.clock ?? systemClock,
    tables: options.tables ?? [],
    db: options.db,
    programLog: options.programLog ?? silentLog,
    onWritten: () => drainLater(ledger),
    close: () => log.close(),
  };
  // A policy with a mistake in it is noticed now, and not when it is too late to look.
  ownPolicy(ledger);
  await drain(ledger);
  if (ledger.db !== undefined) await adoptRows(ledger, ledger.db);
  return ledger;
}
