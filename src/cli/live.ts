/** Taking in what arrives while the console is served: from the spool into the store, and on to the leads. */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../base/config.ts';
import type { Fault } from '../base/fault.ts';
import type { Log } from '../base/log.ts';
import { Patience } from '../base/patience.ts';
import { collect, type Intake, openIntake, type Part } from '../intake/intake.ts';
import type { Gate } from '../leads/leads.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Data } from '../stores/data.ts';
import { computeAgain } from './follow.ts';
import { batchRecorder } from './record.ts';

export interface LiveOptions {
  readonly log: Log;
  readonly gate: Gate;
  readonly signal: AbortSignal;
  /** How long lines gather before they are stored, in milliseconds: many at once cost little more than one. */
  readonly gatherMs?: number;
  /** How long at least lies between two computations of days. */
  readonly computeMs?: number;
}

const GATHER_MS = 500;
const COMPUTE_MS = 10_000;
const [STORE, DAYS] = ['store', 'days'] as const;

/** The intake of a data directory, whose stored parts are recorded in the ledger. */
export function openRecordedIntake(data: Data, ledger: Ledger, config: Config): Promise<Intake> {
  const record = batchRecorder(ledger);
  const onPart = ({ source, entries, lines }: Part) => {
    const digest = createHash('sha256')
      .update(entries.map(({ id }) => id).join('\n'))
      .digest('hex');
    return record({ log: source, position: entries[0]!.number, digest, rows: lines });
  };
  return openIntake({ ...data, onPart, spool: { mostBytes: config.intake_spool_gigabytes * 2 ** 30 } });
}

/** Listens, looks and stores until `signal` aborts. */
export async function takeIn(data: Data, intake: Intake, config: Config, options: LiveOptions): Promise<void> {
  const { intake_tls_cert_file: cert, intake_tls_key_file: key, intake_tls_ca_file: ca } = config;
  const inData = (file: string) => resolve(config.data, file);
  const tls = cert && key ? { cert: inData(cert), key: inData(key), ca: ca && inData(ca) } : undefined;
  await Promise.all([collect(intake, { ...options, tls }), live(data, intake, options)]);
}

/**
 * Stores what arrives until `signal` aborts, and computes the days concerned. Never throws: what the store refuses stays in
 * the spool and is tried again. At most half of the time goes into computing days, so that storing keeps up.
 */
export async function live(data: Data, { spool, loader }: Intake, options: LiveOptions): Promise<void> {
  const { log, gate, signal, gatherMs = GATHER_MS, computeMs = COMPUTE_MS } = options;
  const patience = new Patience(() => performance.now());
  const failed = (what: string, fault: Fault) => {
    patience.failed(what);
    log.warn({ job: 'intake', source: what, code: fault.code, error: fault }, 'tried again later');
  };
  const attempt = async (what: string, work: () => Promise<unknown>) => {
    if (!signal.aborted) await patience.attempt(what, work, failed);
  };
  // What an earlier run stored may not be computed yet.
  let isBehind = true;
  let computeAt = 0;
  while (!signal.aborted) {
    let lines = 0;
    const began = performance.now();
    await attempt(STORE, async () => {
      lines = await loader.round(signal);
    });
    if (lines > 0) {
      isBehind = true;
      log.info({ job: 'intake', rows: lines, milliseconds: Math.round(performance.now() - began) }, 'stored');
    }
    if (isBehind && performance.now() >= computeAt)
      await attempt(DAYS, async () => {
        const started = performance.now();
        await computeAgain(data, { log, gate, signal });
        isBehind = false;
        computeAt = performance.now() + Math.max(computeMs, performance.now() - started);
      });
    // A full part means that more waits: then there is nothing to gather.
    if (lines < FULL_ROUND) await sleep(gatherMs, undefined, { signal }).catch(() => {});
    if (lines === 0 && !isBehind) await spool.arrival(IDLE_MS, signal);
  }
}

const FULL_ROUND = 50_000;
const IDLE_MS = 5_000;
