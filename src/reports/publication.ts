/**
 * What an organisation has published: the root key it pins, the manifest that key signed, and the promise the manifest
 * names. Everything is checked each time it is served; whoever changes a file on the server closes the portal.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fault } from '../base/fault.ts';
import { manifestLeaf, type ReportLedger } from './leaves.ts';
import {
  type InclusionProof,
  LANGUAGES,
  type Language,
  type Manifest,
  manifestHash,
  Refusal,
  type SignedManifest,
  verifyManifest,
} from './protocol/protocol.ts';
import { readJson } from './store.ts';

const PROMISE = fileURLToPath(new URL('../../content/promise/', import.meta.url));

export interface Publication {
  readonly signed: SignedManifest;
  readonly manifest: Manifest;
  readonly hash: string;
  /** The root key, 64 hexadecimal digits. */
  readonly root: string;
  /** The promise as its files have it. */
  readonly promise: Readonly<Record<Language, string>>;
  /** The manifest's place in the ledger. */
  readonly leaf: number;
  /** Manifests that were in force before, so that what their recipients wrote can still be checked. */
  readonly earlier: readonly SignedManifest[];
}

/** A publication as it goes out: what a client checks again. */
export interface Published extends Pick<Publication, 'signed' | 'root' | 'promise' | 'earlier'> {
  /** That the ledger holds the manifest. */
  readonly proof: InclusionProof;
}

/** The keys with which recipients of the present manifest sign. */
export function keysOfManifest({ signed, root }: Published): string[] {
  return verifyManifest(signed, root).recipients.map(({ key }) => key);
}

interface Recorded {
  serial: number;
  hash: string;
  leaf: number;
}

/** The texts of content/promise, by language. `folder` is for organisations that keep theirs elsewhere. */
export async function readPromise(folder = PROMISE): Promise<Record<Language, string>> {
  const texts = await Promise.all(LANGUAGES.map((language) => readFile(join(folder, `${language}.json`), 'utf8')));
  return Object.fromEntries(LANGUAGES.map((language, index) => [language, texts[index] ?? ''])) as Record<
    Language,
    string
  >;
}

/** What a manifest says of the promise: SHA-256 of each file. */
export function promiseHashes(promise: Readonly<Record<Language, string>>): Record<Language, string> {
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
  return { en: hash(promise.en), 'zh-CN': hash(promise['zh-CN']) };
}

/** Puts a signed manifest into the data directory. The first one pins its root key, which `root` must confirm. */
export async function publish(dir: string, signed: unknown, root: string): Promise<Manifest> {
  const folder = join(dir, 'portal');
  const pinned = await pinnedRoot(folder);
  if (pinned !== undefined && pinned !== root) {
    throw new Fault('not-trusted', 'Another root key is pinned here.', { place: join(folder, 'root.json') });
  }
  const manifest = checked(signed, root, 'the manifest');
  const recorded = (await readJson(join(folder, 'recorded.json'))) as Recorded | undefined;
  refuseOlder(manifest, manifestHash(signed as SignedManifest), recorded);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, 'root.json'), `${JSON.stringify({ root })}\n`, { mode: 0o600 });
  const text = `${JSON.stringify(signed, null, 1)}\n`;
  await writeFile(join(folder, `manifest-${manifest.serial}.json`), text, { mode: 0o600 });
  await writeFile(join(folder, 'manifest.json'), text, { mode: 0o600 });
  return manifest;
}

/** Those kept beside the present one that the root key signed; others are passed over. */
async function earlierManifests(folder: string, serial: number, root: string): Promise<SignedManifest[]> {
  const names = (await readdir(folder)).filter((name) => /^manifest-\d+\.json$/.test(name));
  const all = await Promise.all(names.map((name) => readJson(join(folder, name))));
  return all.filter((signed): signed is SignedManifest => {
    try {
      return verifyManifest(signed, root).serial < serial;
    } catch {
      return false;
    }
  });
}

export async function isPublished(dir: string): Promise<boolean> {
  return (await pinnedRoot(join(dir, 'portal'))) !== undefined;
}

/**
 * What is published, checked, with the manifest recorded in the ledger. Throws `not-trusted` for a manifest that the root
 * key did not sign or an older one than was recorded, `invalid-content` for a promise that is not the signed one.
 */
export async function openPublication(dir: string, ledger: ReportLedger, promiseFolder?: string): Promise<Publication> {
  const folder = join(dir, 'portal');
  const root = await pinnedRoot(folder);
  const place = join(folder, 'manifest.json');
  const signed = await readJson(place);
  if (root === undefined || signed === undefined) {
    throw new Fault('not-found', 'No manifest is published yet. `countersign portal publish` does it.', { place });
  }
  const manifest = checked(signed, root, place);
  const hash = manifestHash(signed as SignedManifest);
  const promise = await readPromise(promiseFolder);
  const hashes = promiseHashes(promise);
  for (const language of LANGUAGES) {
    if (hashes[language] === manifest.promise[language]) continue;
    const message =
      'The promise is not the one the manifest was signed with. Sign a new manifest, or restore the text.';
    throw new Fault('invalid-content', message, { place: `content/promise/${language}.json` });
  }
  const leaf = await record(folder, { serial: manifest.serial, hash }, ledger, manifest);
  const earlier = await earlierManifests(folder, manifest.serial, root);
  return { signed: signed as SignedManifest, manifest, hash, root, promise, leaf, earlier };
}

async function record(
  folder: string,
  current: Omit<Recorded, 'leaf'>,
  ledger: ReportLedger,
  manifest: Manifest,
): Promise<number> {
  const place = join(folder, 'recorded.json');
  const recorded = (await readJson(place)) as Recorded | undefined;
  refuseOlder(manifest, current.hash, recorded);
  if (recorded?.hash === current.hash) return recorded.leaf;
  const leaf = await ledger.appendLeaf(manifestLeaf(current.hash));
  await writeFile(place, `${JSON.stringify({ ...current, leaf })}\n`, { mode: 0o600 });
  return leaf;
}

/** The attack: put back last year's manifest, rightly signed, with the recipient who has left since. */
function refuseOlder(manifest: Manifest, hash: string, recorded: Recorded | undefined): void {
  if (recorded === undefined || recorded.hash === hash || manifest.serial > recorded.serial) return;
  throw new Fault(
    'not-trusted',
    `A manifest with serial ${recorded.serial} is in force; this one has ${manifest.serial}.`,
  );
}

async function pinnedRoot(folder: string): Promise<string | undefined> {
  const value = (await readJson(join(folder, 'root.json'))) as { root?: unknown } | undefined;
  return typeof value?.root === 'string' && /^[0-9a-f]{64}$/.test(value.root) ? value.root : undefined;
}

function checked(signed: unknown, root: string, place: string): Manifest {
  try {
    return verifyManifest(signed, root);
  } catch (error) {
    if (error instanceof Refusal) throw new Fault('not-trusted', error.message, { place, cause: error });
    throw error;
  }
}
