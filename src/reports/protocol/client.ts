/** The portal's API as pages and the command line call it. Nothing that identifies goes along: no cookie, no referrer. */

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { type Writer, writersOf } from './conversation.ts';
import type { Signer } from './keys.ts';
import { type Manifest, manifestHash, type SignedManifest, verifyManifest } from './manifest.ts';
import type { InclusionProof } from './proof.ts';
import { Refusal, type RefusalCode } from './refusal.ts';
import { signRequest } from './request.ts';
import { LANGUAGES, type Language } from './words.ts';

export interface PublishedPortal {
  readonly signed: SignedManifest;
  readonly manifest: Manifest;
  /** Hash of the manifest. */
  readonly hash: string;
  readonly root: string;
  readonly promise: Readonly<Record<Language, string>>;
  readonly proof: InclusionProof;
  /** Manifests that were in force before; the root key signed them too. */
  readonly earlier: readonly SignedManifest[];
  /** Who may write as a recipient, of this manifest and of earlier ones. */
  readonly writers: readonly Writer[];
}

export interface ListedMessage {
  readonly hash: string;
  readonly day: string;
  readonly keep: string;
  readonly size: number;
  readonly proof: InclusionProof | null;
  readonly deleted: { readonly day: string; readonly proof: InclusionProof } | null;
}
export type DeliveredMessage = Pick<ListedMessage, 'hash' | 'day' | 'size'>;

/** An answer of the server that is not what was hoped for; `bits` is the postage it asks now, where it asks more. */
export class ServerRefusal extends Refusal {
  readonly status: number;
  readonly bits: number | undefined;
  constructor(code: RefusalCode, status: number, bits: number | undefined) {
    super(code, `The server refused (${status}).`);
    this.status = status;
    this.bits = bits;
  }
}

/** So many starts of messages are asked for at once, at most. */
export const MOST_STARTS = 64;

export class PortalClient {
  /** Such as https://report.example.org */
  readonly origin: string;
  readonly #fetch: typeof fetch;
  readonly #base: string;

  /** `base` is the path that everything is below; recipients who read in the console have another one. */
  constructor(origin: string, fetcher: typeof fetch = (input, init) => fetch(input, init), base = '/portal/api') {
    this.origin = new URL(origin).origin;
    this.#fetch = fetcher;
    this.#base = base;
  }

  /**
   * What the portal publishes, checked: the manifest against `root`, or against the root key the portal itself names
   * where none is given, and the promise against the manifest. Throws the refusal `manifest`.
   */
  async published(root?: string): Promise<PublishedPortal> {
    const answer = await this.#json<Omit<PublishedPortal, 'manifest' | 'hash' | 'writers'>>('GET', '/manifest');
    const trusted = root ?? answer.root;
    const manifest = verifyManifest(answer.signed, trusted);
    for (const language of LANGUAGES) {
      const text = answer.promise[language];
      if (bytesToHex(sha256(utf8ToBytes(text))) === manifest.promise[language]) continue;
      throw new Refusal('manifest', 'The promise is not the one that was signed.');
    }
    const earlier = answer.earlier.map((signed) => verifyManifest(signed, trusted));
    const writers = writersOf(manifest, earlier);
    return { ...answer, root: trusted, manifest, hash: manifestHash(answer.signed), writers };
  }

  postage(): Promise<{ challenge: string; bits: number }> {
    return this.#json('GET', '/postage');
  }

  begin(input: { challenge: string; counter: number; size: number }): Promise<{ id: string }> {
    return this.#json('POST', '/uploads', input);
  }

  async append(id: string, at: number, bytes: Uint8Array<ArrayBuffer>): Promise<number> {
    const response = await this.#send('PUT', `/uploads/${id}/${at}`, bytes, {});
    return ((await response.json()) as { received: number }).received;
  }

  finish(id: string, tag: string, hash: string): Promise<Pick<ListedMessage, 'hash' | 'day' | 'keep'>> {
    return this.#json('POST', `/uploads/${id}/finish`, { tag, hash });
  }

  async conversation(tag: string): Promise<ListedMessage[]> {
    return (await this.#json<{ messages: ListedMessage[] }>('POST', '/conversation', { tag })).messages;
  }

  /** Ciphertext of a message of a conversation; its first `to` bytes, or all. */
  async message(tag: string, hash: string, to?: number): Promise<Uint8Array> {
    return bytesOf(await this.#post('/message', { tag, hash, ...(to === undefined ? {} : { to }) }));
  }

  /** What recipients may fetch; `signer` holds a key of the manifest. */
  async delivered(signer: Signer): Promise<DeliveredMessage[]> {
    const response = await this.#post('/recipients/list', {}, signer);
    return ((await response.json()) as { messages: DeliveredMessage[] }).messages;
  }

  async deliveredMessage(signer: Signer, hash: string, to?: number): Promise<Uint8Array> {
    return bytesOf(await this.#post('/recipients/message', { hash, ...(to === undefined ? {} : { to }) }, signer));
  }

  /**
   * The first `to` bytes of several delivered messages, at most MOST_STARTS, in the order asked for; undefined for one that is no
   * longer there. Whoever reads asks for all there are, so that what he asks for says nothing of what he can open.
   */
  async deliveredStarts(
    signer: Signer,
    starts: readonly { readonly hash: string; readonly to: number }[],
  ): Promise<(Uint8Array | undefined)[]> {
    const bytes = await bytesOf(await this.#post('/recipients/starts', { starts }, signer));
    const lengths = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    return starts.map(() => {
      if (at + 4 > bytes.length) throw new Refusal('connection', 'The connection broke.');
      const [from, length] = [at + 4, lengths.getUint32(at)];
      at = from + length;
      if (at > bytes.length) throw new Refusal('connection', 'The connection broke.');
      return length === 0 ? undefined : bytes.subarray(from, at);
    });
  }

  #post(path: string, value: unknown, signer?: Signer): Promise<Response> {
    const body = JSON.stringify(value);
    const request = { origin: this.origin, path: this.#base + path, body, time: Math.floor(Date.now() / 1000) };
    return this.#send('POST', path, body, {
      'Content-Type': 'application/json',
      ...(signer === undefined ? {} : { Authorization: signRequest(request, signer) }),
    });
  }

  async #json<T>(method: 'GET' | 'POST', path: string, value?: unknown): Promise<T> {
    const response = method === 'GET' ? await this.#send('GET', path, null, {}) : await this.#post(path, value);
    return (await response.json()) as T;
  }

  async #send(
    method: string,
    path: string,
    body: string | Uint8Array<ArrayBuffer> | null,
    headers: Record<string, string>,
  ): Promise<Response> {
    let response: Response;
    try {
      response = await this.#fetch(`${this.origin}${this.#base}${path}`, {
        ...{ method, body, headers, credentials: 'omit', cache: 'no-store', referrerPolicy: 'no-referrer' },
        redirect: 'error',
      });
    } catch {
      throw new Refusal('connection', 'The server could not be reached.');
    }
    if (response.ok) return response;
    const bits = Number(response.headers.get('x-postage-bits') ?? Number.NaN);
    throw new ServerRefusal(codeOf(response.status), response.status, Number.isNaN(bits) ? undefined : bits);
  }
}

function codeOf(status: number): RefusalCode {
  if (status === 404) return 'lost';
  if (status === 429) return 'busy';
  if (status === 507) return 'full';
  // What a proxy says when it cannot reach the server behind it.
  return [502, 503, 504].includes(status) ? 'connection' : 'server';
}

/** The connection may break within an answer as well. */
async function bytesOf(response: Response): Promise<Uint8Array> {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch {
    throw new Refusal('connection', 'The connection broke.');
  }
}
