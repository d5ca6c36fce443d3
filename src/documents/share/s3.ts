/**
 * A share that speaks S3: its objects are listed with ListObjectsV2 and fetched one at a time, each request signed with
 * signature version 4. Only listing and fetching; nothing on the share is changed.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AwsClient } from 'aws4fetch';
import { Parser } from 'htmlparser2';
import { Fault } from '../../base/fault.ts';
import type { WalkedFile } from '../folder.ts';
import type { Share } from './share.ts';

export interface S3Options {
  /** https://objects.example.org; without it AWS in the region. */
  readonly endpoint?: string | undefined;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  /** The pause before something is asked again in milliseconds; it grows fourfold. */
  readonly pauseMs?: number | undefined;
}

interface Found {
  readonly key: string;
  readonly size: number;
  readonly modified: number;
}

/** A name longer than this is cut for the file on this machine; its ending stays. */
const LONGEST_NAME = 120;
const PAGES = 100_000;
const TRIES = 3;
/** A share that says nothing for so long is not there. */
const SILENCE_MS = 60_000;
const MAX_LISTING = 64 * 1024 * 1024;

/** What the environment says of a share, by the names other tools use. Errors: usage when the keys are missing. */
export function s3Environment(environment: Record<string, string | undefined>): Omit<S3Options, 'endpoint'> {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  if (!accessKeyId || !secretAccessKey)
    throw new Fault('usage', 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY for the share', { place: 's3' });
  const region = environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? 'us-east-1';
  return { accessKeyId, secretAccessKey, region, sessionToken: environment.AWS_SESSION_TOKEN };
}

/** `address` is s3://bucket or s3://bucket/folder/. Errors: usage for any other, not-reachable, forbidden, invalid-input. */
export async function s3Share(address: string, options: S3Options): Promise<Share> {
  const parts = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(address);
  if (parts === null) throw new Fault('usage', 'a share is written s3://BUCKET/FOLDER', { place: address });
  const [, bucket, below = ''] = parts as unknown as [string, string, string?];
  const folder = below === '' || below.endsWith('/') ? below : `${below}/`;
  const place = `s3://${bucket}/${folder}`;
  const { endpoint, pauseMs = 800, ...keys } = options;
  const base = new URL(endpoint ?? `https://s3.${options.region}.amazonaws.com`);
  const client = new AwsClient({ ...definedKeys(keys), service: 's3', retries: 0 });
  let scratch: Promise<string> | undefined;
  let fetched = 0;

  const get = async (path: string, query: URLSearchParams | undefined, signal: AbortSignal | undefined) => {
    const url = new URL(base);
    url.pathname = `${base.pathname.replace(/\/$/, '')}/${bucket}${path}`;
    if (query !== undefined) url.search = query.toString();
    return await answerOf(client, url, { place, pauseMs, signal });
  };
  const save = async (key: string, size: number, signal?: AbortSignal): Promise<string> => {
    if (!isAddressable(key)) throw new Fault('invalid-input', LOST_NAME, { place });
    const response = await get(`/${key.split('/').map(encodeKey).join('/')}`, undefined, signal);
    fetched += 1;
    scratch ??= mkdtemp(join(tmpdir(), 'countersign-share-'));
    const path = join(await scratch, String(fetched), fileName(key));
    await mkdir(dirname(path), { mode: 0o700 });
    await writeBody(response, path, size, key);
    return path;
  };
  const release = (path: string) => rm(dirname(path), { recursive: true, force: true });

  return {
    ...{ kind: 's3', place, prefix: place, release },
    async *walk(signal) {
      for await (const { key, size, modified } of listed(get, folder, place, signal)) {
        // A name that ends in / is a folder as some programs make it.
        if (key.endsWith('/')) continue;
        const relative = key.slice(folder.length);
        const why = isAddressable(key) ? undefined : LOST_NAME;
        yield { path: `s3://${bucket}/${key}`, relative, size, modified, why } satisfies WalkedFile;
      }
    },
    async table(signal) {
      for await (const { key, size } of listed(get, `${folder}documents.csv`, place, signal))
        if (key === `${folder}documents.csv`) return await save(key, size, signal);
      return undefined;
    },
    fetch: ({ path, size }, signal) => save(path.slice(`s3://${bucket}/`.length), size, signal),
    async close() {
      if (scratch !== undefined) await rm(await scratch, { recursive: true, force: true });
    },
  };
}

type Get = (path: string, query: URLSearchParams, signal: AbortSignal | undefined) => Promise<Response>;

async function* listed(get: Get, prefix: string, place: string, signal?: AbortSignal): AsyncGenerator<Found> {
  let token: string | undefined;
  let last = '';
  for (let number = 0; number < PAGES; number++) {
    const query = new URLSearchParams({ 'list-type': '2', prefix, 'max-keys': '1000' });
    if (token !== undefined) query.set('continuation-token', token);
    const page = parseListing(await textOf(await get('/', query, signal), place), place);
    for (const found of page.found) {
      // Names come in order: a share that goes back would be listed for ever, or files would be read twice.
      if (!found.key.startsWith(prefix) || found.key <= last) continue;
      last = found.key;
      yield found;
    }
    if (page.next === undefined || page.next === token) return;
    token = page.next;
  }
}

async function textOf(response: Response, place: string): Promise<string> {
  let bytes = 0;
  const parts: Uint8Array[] = [];
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > MAX_LISTING) throw new Fault('invalid-input', 'the share’s list is too long', { place });
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** The objects of one page. The parser knows no entities but the five of XML and reads nothing from elsewhere. */
export function parseListing(text: string, place: string): { found: Found[]; next: string | undefined } {
  const found: Found[] = [];
  const open: string[] = [];
  let one: Record<string, string> = {};
  const page: Record<string, string> = {};
  const parser = new Parser(
    {
      onopentag(name) {
        open.push(name);
        if (name === 'Contents') one = {};
      },
      ontext(data) {
        const [name, under] = [open.at(-1)!, open.at(-2)];
        const into = under === 'Contents' ? one : under === 'ListBucketResult' ? page : undefined;
        if (into !== undefined && name !== 'Contents') into[name] = (into[name] ?? '') + data;
      },
      onclosetag(name) {
        open.pop();
        const modified = Date.parse(one.LastModified ?? '');
        if (name === 'Contents' && one.Key !== undefined && /^\d+$/.test(one.Size ?? ''))
          found.push({ key: one.Key, size: Number(one.Size), modified: Number.isNaN(modified) ? 0 : modified });
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.write(text);
  parser.end();
  if (!text.includes('<ListBucketResult'))
    throw new Fault('invalid-input', 'the answer is no list of an S3 share', { place });
  return { found, next: page.IsTruncated === 'true' ? page.NextContinuationToken : undefined };
}

interface Asking {
  readonly place: string;
  readonly pauseMs: number;
  readonly signal: AbortSignal | undefined;
}

/** An answer that can be used; what may pass is tried again after a pause. */
async function answerOf(client: AwsClient, url: URL, { place, pauseMs, signal }: Asking): Promise<Response> {
  for (let round = 1; ; round++) {
    signal?.throwIfAborted();
    const silence = AbortSignal.timeout(SILENCE_MS);
    const ended = signal === undefined ? silence : AbortSignal.any([signal, silence]);
    let response: Response | undefined;
    try {
      response = await client.fetch(url.href, { signal: ended, redirect: 'error' });
    } catch (cause) {
      if (signal?.aborted) throw cause;
      if (round === TRIES) throw new Fault('not-reachable', 'the share does not answer', { place, cause });
    }
    if (response?.ok) return response;
    await response?.body?.cancel();
    if (response !== undefined && (response.status < 500 || round === TRIES)) throw refusal(response.status, place);
    await new Promise((resolve) => setTimeout(resolve, pauseMs * 4 ** (round - 1)));
  }
}

function refusal(status: number, place: string): Fault {
  if (status === 404) return new Fault('not-found', 'the share has no such bucket or object', { place });
  if (status === 403 || status === 401) return new Fault('forbidden', 'the share refuses these keys', { place });
  return new Fault('not-reachable', `the share answered ${status}`, { place });
}

/** Never more than the list said: a share that lies must not fill the disk. */
async function writeBody(response: Response, path: string, size: number, key: string): Promise<void> {
  let bytes = 0;
  const most = async function* (body: AsyncIterable<Uint8Array>) {
    for await (const part of body) {
      bytes += part.length;
      if (bytes > size)
        throw new Fault('invalid-input', 'the share sent more than it listed', { place: basename(key) });
      yield part;
    }
  };
  if (response.body === null) throw new Fault('not-reachable', 'the share sent nothing', { place: basename(key) });
  await pipeline(Readable.fromWeb(response.body as never), most, createWriteStream(path, { mode: 0o600, flags: 'wx' }));
  if (bytes < size) throw new Fault('not-reachable', 'the share sent less than it listed', { place: basename(key) });
}

/** An address with such steps leads to another object, or to another bucket, and would be signed all the same. */
const isAddressable = (key: string): boolean => !key.split('/').some((step) => step === '.' || step === '..');
const LOST_NAME = 'its name has a step . or .., which leads elsewhere';

/** A name that is one on this machine: what may lead elsewhere is replaced. */
function fileName(key: string): string {
  const name = basename(key).replaceAll(/[^\p{L}\p{N}._ -]/gu, '_');
  return name.length <= LONGEST_NAME && !/^\.*$/.test(name) ? name : `file${name.slice(-20).replace(/^[^.]*/, '')}`;
}

/** As signature version 4 encodes a name: everything but letters, digits and -._~ (RFC 3986). */
const encodeKey = (part: string): string =>
  encodeURIComponent(part).replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

const definedKeys = (keys: Omit<S3Options, 'endpoint' | 'pauseMs'>) => {
  const { sessionToken, ...rest } = keys;
  return sessionToken === undefined ? rest : { ...rest, sessionToken };
};
