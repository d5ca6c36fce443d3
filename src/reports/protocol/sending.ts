/**
 * Sending a sealed message: postage, pieces, and the last word. A connection that breaks is tried again for a while;
 * after that `run` throws `connection`, and called again goes on where it stopped. Until the last word nothing counts
 * as sent, and what was only begun is thrown away by the server.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { type ListedMessage, type PortalClient, ServerRefusal } from './client.ts';
import { Refusal } from './refusal.ts';
import type { Sealed } from './seal.ts';
import { solve } from './stamp.ts';

/** Small enough to arrive within half a minute over a line of 10 kB a second; a server closes slower requests. */
const PIECE = 262_144;
const FIRST_WAIT = 250;
const LONGEST_WAIT = 8000;
const DEAREST = 30;

export interface SendingOptions {
  readonly signal?: AbortSignal;
  /** `done` of `total` bytes; 0 while the postage is being worked out. */
  readonly onProgress?: (done: number, total: number) => void;
  /** How long a broken connection is tried again before `run` gives up, in milliseconds. */
  readonly patience?: number;
}

export class Sending {
  readonly #client: PortalClient;
  readonly #sealed: Sealed;
  readonly #tag: string;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #hash = sha256.create();
  #id: string | undefined;
  #piece = new Uint8Array(new ArrayBuffer(0));
  #rest = new Uint8Array(new ArrayBuffer(0));
  /** Where the piece at hand begins. */
  #at = 0;
  #digest: string | undefined;

  constructor(client: PortalClient, sealed: Sealed, tag: string) {
    this.#client = client;
    this.#sealed = sealed;
    this.#tag = tag;
    this.#reader = sealed.stream.getReader();
  }

  /** Sends, or goes on sending. Gives the receipt: the message's hash and its day. */
  async run(options: SendingOptions = {}): Promise<Pick<ListedMessage, 'hash' | 'day' | 'keep'>> {
    const { size } = this.#sealed;
    options.onProgress?.(this.#at, size);
    this.#id ??= await this.#begin(options);
    const id = this.#id;
    while (this.#at < size) {
      if (this.#piece.length === 0) this.#piece = await this.#nextPiece();
      const received = await this.#patiently(options, () => this.#client.append(id, this.#at, this.#piece));
      if (received < this.#at || received > this.#at + this.#piece.length)
        throw new Refusal('lost', 'The upload is lost.');
      this.#piece = this.#piece.slice(received - this.#at);
      this.#at = received;
      options.onProgress?.(this.#at, size);
    }
    this.#digest ??= bytesToHex(this.#hash.digest());
    const digest = this.#digest;
    return await this.#patiently(options, () => this.#client.finish(id, this.#tag, digest));
  }

  async #begin(options: SendingOptions): Promise<string> {
    const size = this.#sealed.size;
    let { challenge, bits } = await this.#patiently(options, () => this.#client.postage());
    for (;;) {
      if (bits > DEAREST) throw new Refusal('busy', 'The server asks for more postage than can be worked out.');
      const counter = await solve(challenge, bits, options.signal ? { signal: options.signal } : {});
      try {
        return (await this.#patiently(options, () => this.#client.begin({ challenge, counter, size }))).id;
      } catch (error) {
        // The price rose while we were working: the same challenge will do with more work.
        if (error instanceof ServerRefusal && error.bits !== undefined && error.bits > bits) bits = error.bits;
        // The answer to a begin was lost: its postage is spent, and another is needed.
        else if (error instanceof ServerRefusal && error.status === 422)
          ({ challenge, bits } = await this.#patiently(options, () => this.#client.postage()));
        else throw error;
      }
    }
  }

  /** The next piece of ciphertext. It is kept until the server has it, because it cannot be made a second time. */
  async #nextPiece(): Promise<Uint8Array<ArrayBuffer>> {
    const piece = new Uint8Array(Math.min(PIECE, this.#sealed.size - this.#at));
    for (let filled = 0; filled < piece.length; ) {
      if (this.#rest.length === 0) {
        const { done, value } = await this.#reader.read();
        if (done) throw new Refusal('damaged', 'The message ended before its size.');
        this.#rest = new Uint8Array(value);
      }
      const taken = this.#rest.subarray(0, piece.length - filled);
      piece.set(taken, filled);
      filled += taken.length;
      this.#rest = this.#rest.slice(taken.length);
    }
    this.#hash.update(piece);
    return piece;
  }

  async #patiently<T>({ signal, patience = 60_000 }: SendingOptions, call: () => Promise<T>): Promise<T> {
    let left = patience;
    for (let wait = FIRST_WAIT; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
      try {
        signal?.throwIfAborted();
        return await call();
      } catch (error) {
        const broken = error instanceof Refusal && error.code === 'connection';
        if (!broken || left <= 0) throw error;
        await new Promise((resolve) => setTimeout(resolve, wait));
        left -= wait;
      }
    }
  }
}
