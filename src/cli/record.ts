/** What every command that works on a data directory writes down by itself. */
import { createHash } from 'node:crypto';
import { accessTables } from '../access/access.ts';
import { readConfig } from '../base/config.ts';
import type { Log } from '../base/log.ts';
import { caseTables } from '../cases/cases.ts';
import { rules } from '../detections/detections.ts';
import { documentTables } from '../documents/documents.ts';
import type { Batch } from '../events/events.ts';
import { identityTables } from '../identities/identities.ts';
import { leadTables } from '../leads/leads.ts';
import {
  type Ledger,
  type LedgeredTable,
  ledgerTables,
  openLedger,
  perform,
  recordContents,
  recordOrQueue,
} from '../ledger/ledger.ts';
import { markTables } from '../marks/marks.ts';
import { peopleTables } from '../people/people.ts';
import { ruleContents } from '../sigma/sigma.ts';
import type { Data } from '../stores/data.ts';

/** The tables whose rows are in the ledger; a room that declares some is named here. */
export const TABLES: readonly LedgeredTable[] = [
  ...[...ledgerTables, ...accessTables, ...identityTables],
  ...[...leadTables, ...caseTables],
  ...peopleTables,
  ...documentTables,
  ...markTables,
];

/**
 * The ledger of an open data directory, in which the rules and settings stand as they are now. The caller closes it before
 * the data.
 */
export async function openRecord(data: Data, log?: Log): Promise<Ledger> {
  const ledger = await openLedger({
    ...{ dir: data.dir, db: data.casework, tables: TABLES },
    ...(log ? { programLog: log } : {}),
  });
  try {
    await recordContents(ledger, contentsOf(data));
    return ledger;
  } catch (error) {
    await ledger.close();
    throw error;
  }
}

function contentsOf({ dir }: Data) {
  const { data: _, ...settings } = readConfig({ data: dir, environment: process.env });
  const sha256 = createHash('sha256').update(JSON.stringify(settings)).digest('hex');
  const detections = rules().map((rule) => ({ name: `rule:${rule.id}`, sha256: rule.sha256 }));
  // A rule that is changed, or taken away, is not used without the ledger saying so.
  return [{ name: 'settings', sha256 }, ...detections, ...ruleContents(dir)];
}

/** Writes down each batch of a log that was acknowledged. It waits where the ledger cannot be written: no row is refused. */
export function batchRecorder(ledger: Ledger) {
  return async ({ log, position, digest, rows }: Batch): Promise<void> => {
    const on = [`log:${log}`, `position:${position}`, `rows:${rows}`];
    await recordOrQueue(ledger, { actor: 'system:ingestion', act: 'events.batch', on, digest });
  };
}

/** For a command that does one thing and ends: written down as done by whoever is at the machine, before it happens. */
export async function recordedWork<T>(data: Data, act: string, work: () => Promise<T>): Promise<T> {
  const ledger = await openRecord(data);
  try {
    return await perform(ledger, { actor: 'system:machine', act }, work);
  } finally {
    await ledger.close();
  }
}
