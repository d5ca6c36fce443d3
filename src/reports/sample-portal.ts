/** A portal on a temporary data directory, for tests: its manifest is signed, its pages are two lines. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { openPortal, type Portal, type PortalOptions } from './portal.ts';
import {
  type Keys,
  keysOf,
  type Manifest,
  newEntropy,
  PortalClient,
  type PublishedPortal,
  Sending,
  type SendingOptions,
  type Suite,
  seal,
  signManifest,
} from './protocol/protocol.ts';
import { ROOT, sampleLetter, sampleManifest } from './protocol/samples.ts';
import { promiseHashes, publish, readPromise } from './publication.ts';

export const ORIGIN = 'http://127.0.0.1';
/** Cheap postage, so that tests do not calculate for long. */
export const CHEAP = { least: 4, most: 8, free: 1000, burst: 100_000, perMinute: 1000 };

export interface Sample {
  readonly dir: string;
  readonly portal: Portal;
  readonly manifest: Manifest;
  readonly client: PortalClient;
  /** Closes the portal and opens it again, as after a power cut. */
  reopen(options?: Partial<PortalOptions>): Promise<Sample>;
  close(): Promise<void>;
}

export async function samplePortal(
  options: Partial<PortalOptions> & { suite?: Suite; recipients?: number; slots?: number } = {},
): Promise<Sample> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'countersign-portal-'));
  const manifest = {
    ...(await sampleManifest(options.suite ?? 'x25519', options.recipients ?? 2, options.slots ?? 4)),
    promise: promiseHashes(await readPromise()),
  };
  if (options.dir === undefined) await publish(dir, signManifest(manifest, ROOT), ROOT.key);
  const bundleFolder = join(dir, 'pages');
  mkdirSync(bundleFolder, { recursive: true });
  writeFileSync(join(bundleFolder, 'index.html'), '<!doctype html>\n<title>Portal</title>\n');
  const all = {
    host: '127.0.0.1',
    clock: systemClock,
    log: silentLog,
    postage: CHEAP,
    bundleFolder,
    cover: 0,
    ...options,
  };
  const portal = await openPortal({ ...all, dir });
  const client = clientOf(portal);
  return {
    ...{ dir, portal, manifest, client },
    async reopen(changed = {}) {
      await portal.close();
      return await samplePortal({ ...options, dir, ...changed });
    },
    async close() {
      await portal.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A client whose requests go straight into the portal. */
export function clientOf(portal: Pick<Portal, 'fetch'>): PortalClient {
  return new PortalClient(ORIGIN, async (input, init) => await portal.fetch(new Request(input as string, init)));
}

export interface Reporter {
  readonly keys: Keys;
  send(text: string, options?: SendingOptions & { to?: string[]; first?: boolean }): Promise<string>;
}

/** A reporter with new words, who has read what the portal publishes. */
export async function sampleReporter(client: PortalClient): Promise<Reporter> {
  const published = await client.published(ROOT.key);
  const keys = await keysOf(newEntropy(), published.manifest.suite);
  return {
    keys,
    async send(text, { to = published.manifest.recipients.map(({ id }) => id), first = true, ...sending } = {}) {
      const sealed = await sealFor(published, keys, { text, to, kind: first ? 'report' : 'more' });
      return (await new Sending(client, sealed, keys.tag).run(sending)).hash;
    },
  };
}

/** A message of this reporter to these recipients, sealed. */
export function sealFor(
  { manifest, hash }: PublishedPortal,
  keys: Keys,
  { text, to, kind }: { text: string; to: string[]; kind: 'report' | 'more' },
) {
  const readers = manifest.recipients.filter(({ id }) => to.includes(id)).map(({ age }) => age);
  return seal({
    letter: sampleLetter({ kind, text, to, manifest: hash, tag: keys.tag, reply_to: keys.recipient }),
    signer: keys.signer,
    recipients: [keys.recipient, ...readers],
    suite: manifest.suite,
    slots: manifest.slots,
  });
}
