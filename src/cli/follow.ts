/** Following an organisation folder while the console is served: what is added to it reaches the leads by itself. */
import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../base/fault.ts';
import type { Log } from '../base/log.ts';
import { Patience } from '../base/patience.ts';
import type { DayProgress } from '../detections/detections.ts';
import { adoptRegister, loadDocuments, registerState } from '../documents/documents.ts';
import { followLogs } from '../events/events.ts';
import { directoryFiles, listKeys, sealNames } from '../identities/identities.ts';
import { type Gate, replay } from '../leads/leads.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { loadPeople } from '../people/people.ts';
import type { Data } from '../stores/data.ts';
import type { SideOptions, SideReport } from '../stores/folder.ts';
import { consoleRegister } from './console.ts';
import { batchRecorder } from './record.ts';

export interface FollowOptions {
  log: Log;
  gate: Gate;
  signal: AbortSignal;
  /** Where the batches are recorded. */
  ledger?: Ledger;
  /** Looks at a folder of documents as well: one after the other, since both load by the same way. */
  documents?: (() => Promise<void>) | undefined;
  /** The pause between two looks in milliseconds, when there is little to do. */
  pauseMs?: number;
}

/** A look asks for the state of a few files, which costs nothing, and works on every kind of file system. */
const PAUSE_MS = 2_000;
/** How often a long computation says how far it is. */
const SAY_EVERY_MS = 10_000;
/** In place of a file's name: what is tried as a whole. */
const [PEOPLE, NAMES, DOCUMENTS, LOGS, DAYS] = ['people', 'names', 'documents', 'logs', 'days'] as const;
const REGISTER = 'register';

/**
 * Looks at `folder` until `signal` aborts: loads what was added, computes the days concerned and brings the leads up to
 * date. Ends between two days and never throws: what fails is logged by its code and tried again later, everything else
 * goes on. At most half of the time is spent working, so that whoever reads is answered in between.
 */
export async function follow(data: Data, folder: string, options: FollowOptions): Promise<void> {
  const look = follower(data, folder, options);
  while (!options.signal.aborted) {
    const began = performance.now();
    await look();
    const pause = Math.max(options.pauseMs ?? PAUSE_MS, performance.now() - began);
    await sleep(pause, undefined, { signal: options.signal }).catch(() => {});
  }
}

/** One look after another: each takes in what has come since the one before. */
function follower(
  data: Data,
  folder: string,
  { log, gate, signal, ledger, documents }: FollowOptions,
): () => Promise<void> {
  const patience = new Patience(() => performance.now());
  const readTables = tableReader(data, folder);
  const sealAnew = nameSealer(data, folder, signal);
  const readLogs = followLogs(data.events, folder);
  // What an earlier run loaded may not be computed yet.
  let behind = true;
  let register = '';

  const failed = (what: string, fault: Fault) => {
    patience.failed(what);
    log.warn(
      { job: 'follow', source: what, code: fault.code, error: fault },
      'could not be taken in, tried again later',
    );
  };
  const attempt = async (what: string, work: () => Promise<void>) => {
    if (!signal.aborted) await patience.attempt(what, work, failed);
  };
  const isDue = (file: string) => patience.isDue(file);

  return async () => {
    const began = performance.now();
    let rows = 0;
    for (const part of [PEOPLE, DOCUMENTS] as const)
      await attempt(part, async () => {
        const { read, unreadable } = await readTables(part, isDue);
        if (read.length > 0) behind = true;
        for (const file of read) patience.succeeded(file);
        for (const { file, fault } of unreadable) failed(file, fault);
      });
    await attempt(REGISTER, async () => {
      if (ledger) await adoptRegister(consoleRegister(data, ledger, log), { signal });
      await documents?.();
      // What the registrar has decided meanwhile is computed as well.
      const state = await registerState(data.events);
      if (state !== register) behind = true;
      register = state;
    });
    await attempt(NAMES, sealAnew);
    await attempt(LOGS, async () => {
      const added = await readLogs({ wanted: isDue, signal, ...(ledger ? { onBatch: batchRecorder(ledger) } : {}) });
      rows = added.rows;
      for (const [file, fault] of added.failed) failed(file, fault);
    });
    if (rows > 0) behind = true;
    if (behind)
      await attempt(DAYS, async () => {
        const days = await computeAgain(data, { log, gate, signal });
        behind = false;
        if (rows > 0 || days > 0)
          log.info({ job: 'follow', rows, days, milliseconds: Math.round(performance.now() - began) }, 'taken in');
      });
  };
}

/** Seals names when the directory or the officers have changed since they were last sealed. */
function nameSealer(data: Data, folder: string, signal: AbortSignal): () => Promise<void> {
  let seen = '';
  return async () => {
    const keys = (await listKeys(data)).map(({ id, state }) => `${id} ${state}`);
    const state = [...keys, ...directoryFiles(folder).map(stateOf)].join('\n');
    if (state === seen) return;
    await sealNames(data, folder, { signal });
    seen = state;
  };
}

/** Reads the tables beside the logs that have changed since they were last read. */
function tableReader(data: Data, folder: string) {
  const name = (file: string) => relative(folder, file);
  const loaders = { [PEOPLE]: loadPeople, [DOCUMENTS]: loadDocuments };
  const seen = new Map<string, string>();
  return async (part: keyof typeof loaders, isDue: (file: string) => boolean) => {
    const states = new Map<string, string>();
    const wanted = (file: string) => {
      const state = stateOf(file);
      if (state === seen.get(file) || !isDue(name(file))) return false;
      states.set(file, state);
      return true;
    };
    const options: SideOptions = { wanted, ended: true };
    const { read, unreadable }: SideReport = await loaders[part](data.events, folder, options);
    for (const file of read) seen.set(file, states.get(file)!);
    const unread = [...states.keys()].filter((file) => !read.includes(file));
    return { read: read.map(name), unreadable: unreadable.map((fault, i) => ({ file: name(unread[i]!), fault })) };
  };
}

function stateOf(file: string): string {
  const { ino, size, mtimeMs } = statSync(file);
  return `${ino} ${size} ${mtimeMs}`;
}

/** Computes the days that have changed and replaces the queue of leads, while nobody reads them. Returns the days. */
export function computeAgain(
  data: Data,
  { log, gate, signal }: Pick<FollowOptions, 'log' | 'gate' | 'signal'>,
): Promise<number> {
  let days = 0;
  let said = performance.now();
  const onDay = (progress: DayProgress) => {
    days = progress.days;
    if (performance.now() - said < SAY_EVERY_MS) return;
    said = performance.now();
    log.info({ job: 'follow', days, total_days: progress.totalDays }, 'computing days');
  };
  return gate.change(async () => {
    await replay(data, { signal, onDay });
    return days;
  });
}
