/** Loading a whole organisation folder: what people declared, the register, and the logs. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FAULTS, Fault } from '../base/fault.ts';
import { adoptRegister, loadDocuments } from '../documents/documents.ts';
import { type LogTotals, loadLogs, logTotals } from '../events/events.ts';
import { sealNames } from '../identities/identities.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { loadPeople } from '../people/people.ts';
import type { Data } from '../stores/data.ts';
import { consoleRegister } from './console.ts';
import { formatCount, type StartProgress } from './progress.ts';
import { batchRecorder } from './record.ts';

export interface Loaded {
  logs: LogTotals[];
  bad: number;
  rows: number;
  unreadable: Fault[];
}

/** A tenth of the rows bad is no dirt any more: something is wrong with the export. */
const TOO_MANY_BAD = 0.1;

export interface LoadingOptions {
  progress: StartProgress;
  signal: AbortSignal;
  /** Where the batches are recorded; none for organisations that are only tried out. */
  ledger?: Ledger;
  reread?: boolean;
}

/** Errors: folder-not-found, interrupted. What cannot be read is reported; the rest is loaded all the same. */
export async function loadOrganisation(
  data: Data,
  folder: string,
  { progress, signal, ledger, reread = false }: LoadingOptions,
): Promise<Loaded> {
  checkFolder(folder);
  const people = await loadPeople(data.events, folder);
  await sealWithProgress(data, folder, progress, signal);
  const documents = await loadDocuments(data.events, folder);
  if (ledger) await adoptWithProgress(data, ledger, progress, signal);
  const line = progress({ label: 'Loading', unit: 'rows' });
  const report = await loadLogs(data.events, folder, {
    signal,
    reread,
    ...(ledger ? { onBatch: batchRecorder(ledger) } : {}),
    onProgress: ({ rows, bytes, totalBytes }) =>
      line.update(rows, `${Math.floor((bytes / totalBytes) * 100)} % of the bytes`),
  });
  const logs = report.logs;
  const rows = sum(logs.map((log) => log.rows));
  line.done(`${formatCount(rows)} rows`);
  return {
    logs,
    rows,
    bad: sum(logs.map((log) => log.bad)),
    unreadable: [...people.unreadable, ...documents.unreadable, ...report.unreadable],
  };
}

/** The register follows the tables, before the days are computed from both. */
export async function adoptWithProgress(
  data: Data,
  ledger: Ledger,
  progress: StartProgress,
  signal: AbortSignal,
): Promise<void> {
  let line: ReturnType<StartProgress> | undefined;
  const onProgress = (done: number) => {
    line ??= progress({ label: 'Registering', unit: 'documents' });
    line.update(done);
  };
  const { added } = await adoptRegister(consoleRegister(data, ledger), { signal, onProgress });
  line?.done(`${formatCount(added)} new documents`);
}

/** Names are read to be sealed to officers, and not at all while there are none. */
async function sealWithProgress(
  data: Data,
  folder: string,
  progress: StartProgress,
  signal: AbortSignal,
): Promise<void> {
  let line: ReturnType<StartProgress> | undefined;
  const onProgress = (done: number, total: number) => {
    line ??= progress({ label: 'Sealing', unit: 'names', total });
    line.update(done);
  };
  const { sealed } = await sealNames(data, folder, { onProgress, signal });
  line?.done(`${formatCount(sealed)} names`);
}

/** A file in the data directory that says which made-up or judged organisation it holds. */
export interface Mark {
  file: string;
  text: string;
}

export function isMarked({ dir }: Data, { file, text }: Mark): boolean {
  const path = join(dir, file);
  return existsSync(path) && readFileSync(path, 'utf8') === text;
}

/**
 * Another organisation's people among these would spoil every comparison, and nobody could take them out again. Errors:
 * usage when the data directory holds records without this mark.
 */
export async function refuseOtherRecords(data: Data, mark: Mark): Promise<void> {
  if (isMarked(data, mark) || (await logTotals(data.events)).length === 0) return;
  throw new Fault('usage', 'the data directory holds other records; name an empty one with --data', {
    place: data.dir,
  });
}

/** Errors: folder-not-found. */
export function checkFolder(folder: string): void {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new Fault('folder-not-found', 'there is no such folder', { place: folder });
}

/** Says per log what was read, stored, repeated and set aside; returns the exit code. */
export function reportLoaded(loaded: Loaded, say: (text: string) => void): number {
  for (const { log_name, rows, bad, events } of loaded.logs) {
    const repeated = Math.max(0, rows - bad - events);
    const parts = [
      `${formatCount(events)} events`,
      repeated && `${formatCount(repeated)} repeated rows`,
      bad && `${formatCount(bad)} bad rows`,
    ];
    say(`${log_name.padEnd(16)} ${parts.filter(Boolean).join(', ')}`);
  }
  for (const fault of loaded.unreadable) say(`NOT READ  ${fault.place ?? ''}: ${fault.message}`);
  const tooMany = loaded.bad >= Math.max(1, loaded.rows) * TOO_MANY_BAD;
  if (loaded.bad > 0)
    say(
      `${formatCount(loaded.bad)} of ${formatCount(loaded.rows)} rows are in the quarantine, with file, line and reason.`,
    );
  if (!tooMany && loaded.unreadable.length === 0) return 0;
  if (tooMany)
    say(
      'THIS IS TOO MUCH: a tenth of the rows or more could not be read. Check the export before you trust any result.',
    );
  return FAULTS['bad-rows'].exit;
}

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
