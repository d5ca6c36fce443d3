import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createAccount, listAccounts, type Role } from '../access/access.ts';
import type { Fault } from '../base/fault.ts';
import { randomToken } from '../base/id.ts';
import { type Log, openLog } from '../base/log.ts';
import { keepRetention } from '../cases/cases.ts';
import {
  adoptRegister,
  documentWatcher,
  type ImportedRegister,
  type Share,
  watchDocuments,
} from '../documents/documents.ts';
import { Gate, refreshLeads } from '../leads/leads.ts';
import { keepWitnessed, type Ledger } from '../ledger/ledger.ts';
import { type Data, openData } from '../stores/data.ts';
import { type BesideConsole, openBeside } from './beside.ts';
import { command } from './command.ts';
import { consoleAccess, consoleCases, consoleConfig, consoleRegister, serveConsole } from './console.ts';
import { openShare } from './documents-share.ts';
import { follow } from './follow.ts';
import { openRecordedIntake, takeIn } from './live.ts';
import { serveMetrics } from './metrics.ts';
import { dataOption, port, text } from './option.ts';
import { checkFolder } from './organisation.ts';
import { openRecord } from './record.ts';

/** In a data directory that holds a made-up organisation, so that nobody takes its people for real ones. */
export const SYNTHETIC_MARK = 'synthetic';

export const serve = command({
  name: 'serve',
  summary: 'serve the console over a data directory',
  description: [
    'Serves the console and its API. On a data directory without accounts it makes one for an',
    'analyst, an engineer and an auditor and prints their passwords once. Ctrl-C ends it; nothing',
    'is lost. With --follow the folder is looked at every few seconds: rows that are added to',
    'its logs and tables are loaded, the days concerned are computed again, and the leads',
    'follow. A line counts when its line end is there. Where a portal for reports has been set',
    'up, it is served too, on a port of its own; see `countersign portal --help`. With --documents',
    'a folder or share of documents is watched in the same way, and the register kept current.',
    'Lines of sources are taken in over HTTP and wherever they were declared: `countersign sources`.',
  ].join('\n'),
  operands: {},
  options: {
    data: dataOption,
    port: port('PORT', 'The port to listen on. Default: 12339, or what config.yml says.'),
    follow: text('DIR', 'An organisation folder to take in as it grows; makes the data directory when it is missing.'),
    documents: text('DIR', 'A folder or s3://BUCKET/FOLDER with documents: the register follows it.'),
    endpoint: text('URL', 'Where the share of --documents is served. Default: AWS in the region.'),
  },
  example: 'countersign serve --data data --follow world',
  exits: [3, 4, 6],
  async run({ options, signal, say }) {
    const config = consoleConfig(options.data, options.port);
    const folder = options.follow;
    if (folder !== undefined) checkFolder(folder);
    const share =
      options.documents === undefined ? undefined : await openShare(options.documents, options.endpoint, say);
    const data = await openData(options.data, { create: folder !== undefined, purpose: 'countersign serve' });
    const stop = new AbortController();
    const ended = AbortSignal.any([signal, stop.signal]);
    let following: Promise<void> | undefined;
    let arriving: Promise<void> | undefined;
    let witnessed: Promise<void> | undefined;
    let retained: Promise<void> | undefined;
    let ledger: Ledger | undefined;
    let portal: BesideConsole | undefined;
    try {
      const log = openLog({ level: config.log_level });
      ledger = await openRecord(data, log);
      const access = consoleAccess(data, config, ledger);
      const passwords = await firstAccounts(access);
      // Days that wait to be computed belong to the queue: following brings it up to date.
      if (folder === undefined) await refreshLeads(data);
      const synthetic = existsSync(join(data.dir, SYNTHETIC_MARK));
      const gate = new Gate();
      portal = await openBeside(data.dir, { ledger, signal: ended, say });
      const sealed = portal?.portal;
      const intake = await openRecordedIntake(data, ledger, config);
      const server = await serveConsole(data, config, access, {
        ledger,
        synthetic,
        signal,
        log,
        gate,
        portal: sealed,
        intake,
      });
      say(`Countersign: ${server.url}   (Ctrl-C ends it)`);
      for (const [name, password] of passwords)
        say(`Sign in as ${name} with the password ${password}   (shown only now)`);
      if (config.metrics_port !== undefined) {
        const metrics = await serveMetrics(data, ledger, { port: config.metrics_port, signal: ended });
        say(`Metrics: ${metrics.url}/metrics`);
      }
      witnessed = keepWitnessed(ledger, ended);
      retained = keepRetention(consoleCases(data, config, ledger), ended, log);
      await portal?.serve();
      arriving = takeIn(data, intake, config, { log, gate, signal: ended });
      following = keepCurrent(data, { folder, share, log, gate, ledger, signal: ended });
      await server.closed;
      return 0;
    } finally {
      stop.abort();
      await following;
      await arriving;
      await witnessed;
      await retained;
      await portal?.ended();
      await ledger?.close();
      await data.close();
      await share?.close();
    }
  },
});

interface Current {
  readonly folder: string | undefined;
  readonly share: Share | undefined;
  readonly log: Log;
  readonly gate: Gate;
  readonly ledger: Ledger;
  readonly signal: AbortSignal;
}

/** Follows what is to be followed; without anything the register alone takes in what other commands have loaded. */
async function keepCurrent(data: Data, { folder, share, log, gate, ledger, signal }: Current): Promise<void> {
  const register = consoleRegister(data, ledger, log);
  const watching = {
    signal,
    onChange: (found: ImportedRegister, removed: readonly string[]) =>
      log.info({ job: 'documents', rows: found.added + found.changed + found.files.read + removed.length }, 'taken in'),
    onFault: (fault: Fault) =>
      log.warn({ job: 'documents', code: fault.code, error: fault }, 'could not be taken in, tried again later'),
  };
  if (folder !== undefined) {
    const documents = share === undefined ? undefined : documentWatcher(register, share, watching);
    return await follow(data, folder, { log, gate, ledger, signal, documents });
  }
  try {
    await adoptRegister(register, { signal });
  } catch (error) {
    if (!signal.aborted) log.error({ job: 'documents', error }, 'the register is not up to date');
  }
  if (share !== undefined) await watchDocuments(register, share, watching);
}

const FIRST_ROLES: readonly Role[] = ['analyst', 'engineer', 'auditor'];

/**
 * One account for each of these roles when there is no account at all. Nobody holds two: who keeps the sources sees no
 * leads. The accounts of real people are made with `countersign account`, which says whose they are.
 */
export async function firstAccounts(
  access: Parameters<typeof createAccount>[0],
  roles: readonly Role[] = FIRST_ROLES,
  password: () => string = () => randomToken(15),
): Promise<Map<Role, string>> {
  const made = new Map<Role, string>();
  if ((await listAccounts(access)).length > 0) return made;
  for (const role of roles) {
    made.set(role, password());
    await createAccount(access, { name: role, role, password: made.get(role)! });
  }
  return made;
}
