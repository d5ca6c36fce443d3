/** Declared sources: under which name lines arrive, which reader reads them, and where the program fetches them itself. */
import type { Clock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import { lineReaders } from '../events/events.ts';
import { change, type Ledger } from '../ledger/ledger.ts';
import type { CaseworkDb } from '../stores/postgres.ts';
import { SOURCE } from './entry.ts';
import * as store from './store.ts';

export interface SourceDeclaration {
  readonly name: string;
  /** '' lets each line find its own. */
  readonly reader: string;
  /** As `parseOrigin` takes it. */
  readonly origin: string;
}

export interface Declaring {
  readonly db: CaseworkDb;
  readonly clock: Clock;
  readonly ledger?: Ledger | undefined;
  readonly actor?: string;
}

/** Where lines come from. A source of any kind takes them over HTTP as well. */
export type Origin =
  | { readonly kind: 'http' }
  | { readonly kind: 'udp' | 'tcp' | 'tls'; readonly host: string; readonly port: number }
  | { readonly kind: 'tail' | 'drop'; readonly path: string };

const LISTENING = /^(?:syslog\+(udp|tcp|tls)):\/\/(\[[0-9a-f:]+\]|[^:/\s]+):(\d{1,5})$/;
const READING = /^(tail|drop):(\/\S.*)$/;

/**
 * `http`, `syslog+udp://HOST:PORT`, `syslog+tcp://`, `syslog+tls://`, `tail:/PATH` or `drop:/FOLDER`.
 * Errors: invalid-input.
 */
export function parseOrigin(text: string): Origin {
  if (text === 'http') return { kind: 'http' };
  const listening = LISTENING.exec(text);
  if (listening !== null) {
    const kind = listening[1] as 'udp' | 'tcp' | 'tls';
    const [host, port] = [listening[2]!.replace(/^\[|\]$/g, ''), Number(listening[3])];
    if (port <= 65535) return { kind, host, port };
  }
  const reading = READING.exec(text);
  if (reading !== null) return { kind: reading[1] as 'tail' | 'drop', path: reading[2]! };
  const forms = 'http, syslog+udp://HOST:PORT, syslog+tcp://, syslog+tls://, tail:/FILE, drop:/FOLDER';
  throw new Fault('invalid-input', `A source's lines come from one of ${forms}.`, { place: 'from' });
}

/** Declares a source, or changes its reader and origin. Errors: invalid-input, not-found for a reader there is not. */
export async function declareSource(by: Declaring, { name, reader, origin }: SourceDeclaration): Promise<void> {
  if (!SOURCE.test(name)) {
    const message = 'A source has small letters, digits, dots, dashes and underscores, at most 64.';
    throw new Fault('invalid-input', message, { place: 'name' });
  }
  parseOrigin(origin);
  const known = ['', 'unknown', ...lineReaders().map(({ log_name }) => log_name)];
  if (!known.includes(reader))
    throw new Fault('not-found', `There is no reader ${reader}; there are ${known.slice(1).join(', ')}.`, {
      place: 'reader',
    });
  await change(by.ledger, by.db, act(by, 'source.declare'), async (tx, touch) => {
    await store.putSource(tx, { name, reader, origin, declared_at: by.clock() });
    touch('sources', name);
  });
}

/** What has arrived stays. Errors: not-found. */
export async function removeSource(by: Declaring, name: string): Promise<void> {
  await change(by.ledger, by.db, act(by, 'source.remove'), async (tx, touch) => {
    if (!(await store.deleteSource(tx, name)))
      throw new Fault('not-found', 'There is no such source.', { place: name });
    touch('sources', name);
  });
}

export async function listDeclared(db: CaseworkDb): Promise<SourceDeclaration[]> {
  return (await store.selectSources(db)).map(({ name, reader, origin }) => ({ name, reader, origin }));
}

const act = (by: Declaring, verb: string) => ({ actor: by.actor ?? 'system:machine', act: verb });
