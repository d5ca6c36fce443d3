/** The room's background work: listening, looking at files, and moving what waits into the store. */
import { setTimeout as sleep } from 'node:timers/promises';
import { asFault, Fault } from '../base/fault.ts';
import type { Log } from '../base/log.ts';
import { Patience } from '../base/patience.ts';
import type { Events } from '../stores/clickhouse.ts';
import type { CaseworkDb } from '../stores/postgres.ts';
import { Collector } from './collector.ts';
import { Drop } from './drop.ts';
import { Loader, type LoaderOptions, type Part } from './loader.ts';
import { listDeclared, type Origin, parseOrigin, type SourceDeclaration } from './sources.ts';
import { Spool, type SpoolOptions } from './spool.ts';
import { type Listening, listenTcp, listenUdp, type TlsFiles } from './syslog.ts';
import { Tail } from './tail.ts';

export interface Intake {
  readonly spool: Spool;
  readonly loader: Loader;
  readonly declared: readonly SourceDeclaration[];
}

export interface IntakeParts {
  readonly dir: string;
  readonly events: Events;
  readonly casework: CaseworkDb;
  readonly onPart?: (part: Part) => Promise<void>;
  readonly readers?: LoaderOptions['readers'];
  readonly spool?: SpoolOptions;
}

/** Opens the spool of a data directory with what waits in it, and what was declared of its sources. */
export async function openIntake(parts: IntakeParts): Promise<Intake> {
  const spool = await Spool.open(parts.dir, parts.spool);
  const declared = await listDeclared(parts.casework);
  const readers = new Map(declared.map(({ name, reader }) => [name, reader]));
  const loader = new Loader({
    ...{ events: parts.events, spool, readerOf: (source) => readers.get(source) ?? '' },
    ...(parts.onPart ? { onPart: parts.onPart } : {}),
    ...(parts.readers ? { readers: parts.readers } : {}),
  });
  return { spool, loader, declared };
}

export interface Collecting {
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly tls?: TlsFiles | undefined;
  /** The pause between two looks at files, in milliseconds. */
  readonly pauseMs?: number;
  /** Called with the port of each source that listens. */
  readonly onListening?: (source: string, port: number) => void;
}

const PAUSE_MS = 1000;
const SAY_LOST_MS = 60_000;

/**
 * Listens and looks for every declared source until `signal` aborts; then what has arrived is durable. What is wrong with one
 * source is logged, and the others go on.
 */
export async function collect({ spool, declared }: Intake, options: Collecting): Promise<void> {
  const { log, signal } = options;
  await Promise.all(
    declared.map(async ({ name, origin: text }) => {
      try {
        const origin = parseOrigin(text);
        if (origin.kind === 'tail') await keepLooking(name, new Tail(spool, name, origin.path), options);
        else if (origin.kind === 'drop') await keepLooking(name, new Drop(spool, name, origin.path), options);
        else if ('port' in origin) await keepListening(spool, name, origin, options);
      } catch (error) {
        const fault = asFault(error);
        if (!signal.aborted)
          log.error({ job: 'intake', source: name, code: fault.code, error: fault }, 'a source is not read');
      }
    }),
  );
}

async function keepLooking(
  source: string,
  reader: { look(): Promise<number> },
  { log, signal, pauseMs = PAUSE_MS }: Collecting,
): Promise<void> {
  const patience = new Patience(() => performance.now());
  while (!signal.aborted) {
    if (patience.isDue(source))
      try {
        await reader.look();
        patience.succeeded(source);
      } catch (error) {
        patience.failed(source);
        const fault = asFault(error);
        log.warn({ job: 'intake', source, code: fault.code, error: fault }, 'could not be read, tried again later');
      }
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
  }
}

async function keepListening(
  spool: Spool,
  source: string,
  origin: Origin & { host: string; port: number },
  { log, signal, tls, onListening }: Collecting,
): Promise<void> {
  const collector = new Collector(spool, source, origin.kind);
  const listening = await listen(origin, collector, tls);
  onListening?.(source, listening.port);
  log.info({ job: 'intake', source, port: listening.port }, 'listening');
  let said = 0;
  const saying = setInterval(() => {
    if (collector.lost === said) return;
    log.warn({ job: 'intake', source, rows: collector.lost - said }, 'lines were lost: there was no room for them');
    said = collector.lost;
  }, SAY_LOST_MS);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  clearInterval(saying);
  await listening.close();
}

function listen(
  origin: Origin & { host: string; port: number },
  collector: Collector,
  tls?: TlsFiles,
): Promise<Listening> {
  switch (origin.kind) {
    case 'udp':
      return listenUdp(origin, collector);
    case 'tcp':
      return listenTcp(origin, collector);
    case 'tls':
      if (tls !== undefined) return listenTcp(origin, collector, tls);
      throw new Fault('usage', 'Syslog over TLS needs intake_tls_cert_file and intake_tls_key_file.', {
        place: 'config.yml',
      });
    default:
      throw new Fault('usage', 'This program does not listen for that.', { place: origin.kind });
  }
}
