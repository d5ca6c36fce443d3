/** Opens the portal over a data directory: what `countersign portal serve` and `countersign serve` share. */
import { join } from 'node:path';
import type { Hono } from 'hono';
import type { Clock } from '../base/clock.ts';
import { acquireLock } from '../base/lock.ts';
import type { Log } from '../base/log.ts';
import type { Reach } from '../http/guard.ts';
import { readBundle } from './bundle.ts';
import { createDesk, type DeskDoor } from './desk.ts';
import { type RoundParts, round, startRounds } from './jobs.ts';
import { openLeafFile, type ReportLedger } from './leaves.ts';
import { Mailroom } from './mailroom.ts';
import { type PostagePolicy, PostOffice } from './postage.ts';
import { openPublication, type Published } from './publication.ts';
import { createPortal } from './routes.ts';
import { MessageFiles } from './store.ts';

export interface PortalOptions extends Reach {
  /** The data directory. */
  readonly dir: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Where leaves go; a file of the portal's own where none is given. */
  readonly ledger?: ReportLedger | undefined;
  readonly anchor?: RoundParts['anchor'];
  readonly postage?: PostagePolicy | undefined;
  /** Bytes that all messages together may take. */
  readonly space?: number | undefined;
  readonly promiseFolder?: string | undefined;
  /** The built pages; for tests. */
  readonly bundleFolder?: string | undefined;
  /** Cover messages of a round, at most. */
  readonly cover?: number | undefined;
}

export interface Portal {
  fetch(request: Request): Response | Promise<Response>;
  /** What the console needs for recipients who read there, to be mounted below /api/sealed. */
  desk(door: DeskDoor): Hono;
  /** One round now. */
  round(): Promise<{ delivered: number; deleted: number }>;
  /** Rounds at their times until the signal aborts. */
  rounds(minutes: number, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const SPACE = 20e9;

/** Errors: data-in-use; not-found without a manifest or a bundle; not-trusted for a manifest that is not to be trusted. */
export async function openPortal(options: PortalOptions): Promise<Portal> {
  const { clock, log } = options;
  const dir = join(options.dir, 'reports');
  const bundle = readBundle(options.bundleFolder);
  const lock = await acquireLock(dir, 'countersign portal');
  try {
    const ledger = options.ledger ?? openLeafFile(join(dir, 'leaves'));
    const publication = () => openPublication(options.dir, ledger, options.promiseFolder);
    await publication();
    const manifest = async () => (await publication()).manifest;
    const files = await MessageFiles.open(dir);
    const office = new PostOffice(clock, options.postage);
    const mailroom = new Mailroom({ files, ledger, office, manifest, clock, space: options.space ?? SPACE });
    const { anchor } = options;
    const parts = {
      files,
      ledger,
      manifest,
      clock,
      anchor,
      ...(options.cover === undefined ? {} : { cover: options.cover }),
    };
    const { host, publicOrigin } = options;
    const published = async (): Promise<Published> => {
      const { signed, root, promise, earlier, leaf } = await publication();
      return { signed, root, promise, earlier, proof: await ledger.proof(leaf) };
    };
    const app = createPortal({ mailroom, office, published, bundle, clock, log, host, publicOrigin });
    return {
      fetch: (request) => app.fetch(request),
      desk: (door) => createDesk({ mailroom, published, clock }, door),
      round: () => round(parts),
      rounds: (minutes, signal) => startRounds(parts, { minutes, log, signal }),
      async close() {
        await mailroom.close();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** The recipients' desk of a portal that is open in this process; without one it says so to recipients. */
export function deskPages(portal: Portal | undefined, door: DeskDoor): Hono {
  return portal === undefined ? createDesk(undefined, door) : portal.desk(door);
}
