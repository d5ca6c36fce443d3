/**
 * Taking in an exported directory, or a table of links: LDIF or CSV. An entry that cannot be taken costs itself and no other; done
 * again after an interruption it goes on, because what is there already is not written twice.
 */
import { Fault } from '../../base/fault.ts';
import type { CaseworkDb } from '../../stores/postgres.ts';
import type { Sealing } from '../../stores/sealing.ts';
import type { Under } from '../directory/keep.ts';
import { changed, type Directory, today } from '../links/links.ts';
import { tasksOf } from './tasks.ts';
import { BATCH, type Names, type Told, Work } from './work.ts';

export interface Importing extends Directory {
  /** Distinguished names hold names of people: their keyed hashes are kept. */
  readonly sealing: Pick<Sealing, 'mark'>;
}

export interface ImportOptions {
  /** From which day on what the file says holds, YYYY-MM-DD. */
  readonly from?: string | undefined;
  /** Nothing is written; the report says what would be. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface ImportReport extends Readonly<Told> {
  readonly names: Names;
}

/** Ends the transaction of a dry run; caught where it was opened. */
class Undone extends Error {}

/** Takes in a file's text. Errors: invalid-content for a table whose header is none; interrupted. */
export async function importDirectory(
  parts: Importing,
  text: string,
  place: string,
  options: ImportOptions = {},
): Promise<ImportReport> {
  const report: Told = { changes: [], unchanged: 0, passedOver: 0, bad: [] };
  const names: Names = new Map();
  const now = parts.clock();
  const day = options.from ?? today(parts);
  const tasks = tasksOf(text, place, { now, day, report });
  const work = new Work(parts.sealing, report, names);
  const under = (tx: CaseworkDb, touch: Under['touch']): Under => ({ tx, touch, now, day, source: 'import' });

  /** Every step in what `within` gives: transactions of their own, or one that is undone. */
  const run = async (within: (step: (under: Under) => Promise<void>) => Promise<void>): Promise<void> => {
    for (let at = 0; at < tasks.length; at += BATCH) {
      if (options.signal?.aborted) throw new Fault('interrupted', 'The import was stopped.', { place });
      await within(async (under) => {
        for (const task of tasks.slice(at, at + BATCH)) await work.take(under, task);
      });
      options.onProgress?.(Math.min(tasks.length, at + BATCH), tasks.length);
    }
    // Supervisors and groups may stand anywhere in the file: they are known when all of it is read.
    for (const later of work.later()) await within(later);
  };
  if (options.dryRun === true) await undone(parts.casework, (tx) => run((step) => step(under(tx, () => {}))));
  else await run((step) => changed(parts, 'people.import', '', (tx, touch) => step(under(tx, touch))));
  report.bad.sort((a, b) => a.line - b.line);
  return { ...report, names };
}

/** Does the work, and leaves nothing of it. */
async function undone(db: CaseworkDb, work: (tx: CaseworkDb) => Promise<void>): Promise<void> {
  try {
    await db.transaction().execute(async (tx) => {
      await work(tx);
      throw new Undone();
    });
  } catch (error) {
    if (!(error instanceof Undone)) throw error;
  }
}
