/** The mailroom: takes sealed messages in, gives them out under their tag, and delivers them once a round. */
import { createHash } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import { randomId } from '../base/id.ts';
import type { ReportLedger } from './leaves.ts';
import type { PostOffice } from './postage.ts';
import { addDays, type InclusionProof, type Manifest, sealedSizes } from './protocol/protocol.ts';
import type { MessageFiles, Part, Stored } from './store.ts';

export interface MailroomParts {
  readonly files: MessageFiles;
  readonly ledger: ReportLedger;
  readonly office: PostOffice;
  readonly manifest: () => Promise<Manifest>;
  readonly clock: Clock;
  /** Bytes that all messages together may take. */
  readonly space: number;
}

/** A message as whoever knows its tag sees it. */
export interface Listed extends Pick<Stored, 'hash' | 'day' | 'keep' | 'size'> {
  /** That the ledger holds it; null until the next round. */
  readonly proof: InclusionProof | null;
  readonly deleted: { readonly day: string; readonly proof: InclusionProof } | null;
}

interface Upload {
  /** The postage it was begun with. */
  readonly stamp: string;
  readonly part: Part;
  readonly size: number;
  /** Pieces are taken one after the other, whatever arrives at once. */
  last: Promise<unknown>;
  usedAt: number;
}

/** What an upload begins with: its postage and the size of the sealed message. */
interface Beginning {
  readonly challenge: string;
  readonly counter: number;
  readonly size: number;
}

/** One piece of an upload. */
export const PIECE = 1_048_576;
const MOST_UPLOADS = 64;
const IDLE_SECONDS = 15 * 60;

export class Mailroom {
  readonly #parts: MailroomParts;
  readonly #uploads = new Map<string, Upload>();

  constructor(parts: MailroomParts) {
    this.#parts = parts;
  }

  /**
   * Begins an upload of exactly `size` bytes, which must be the size of a sealed message. Takes its postage. Asked again
   * with the same postage, because the answer was lost, it is the same upload.
   */
  async begin(input: Beginning): Promise<{ id: string }> {
    const { office } = this.#parts;
    // First what costs us least: junk without postage must not even make us read a file.
    return await this.#begin(input, () => office.spend(input.challenge, input.counter));
  }

  /** The same for somebody who has shown in another way that he may send; the challenge is any that is not used twice. */
  async beginPaid(input: Beginning): Promise<{ id: string }> {
    return await this.#begin(input, () => {});
  }

  async #begin(input: Beginning, pay: () => void): Promise<{ id: string }> {
    const { files, manifest, space } = this.#parts;
    const stamp = `${input.challenge} ${input.counter} ${input.size}`;
    for (const [id, upload] of this.#uploads) if (upload.stamp === stamp) return { id };
    pay();
    const { suite, slots } = await manifest();
    if (!sealedSizes(suite, slots).includes(input.size)) {
      throw new Fault('invalid-input', 'This is not the size of a sealed message.', { place: 'size' });
    }
    const pending = [...this.#uploads.values()].reduce((sum, { size }) => sum + size, 0);
    if (files.bytes() + pending + input.size > space)
      throw new Fault('disk-full', 'There is no more room for messages.');
    await this.#makeRoom();
    const id = randomId(26);
    this.#uploads.set(id, {
      stamp,
      part: await files.begin(),
      size: input.size,
      last: Promise.resolve(),
      usedAt: this.#now(),
    });
    return { id };
  }

  /** How much of an upload has arrived: where to go on after the connection was lost. */
  received(id: string): { received: number } {
    return { received: this.#upload(id).part.received };
  }

  /** Takes a piece. One that is here already is taken as done; one that leaves a gap changes nothing. */
  async append(id: string, at: number, bytes: Uint8Array): Promise<{ received: number }> {
    const upload = this.#upload(id);
    const { part, size } = upload;
    return await this.#inTurn(upload, async () => {
      if (at === part.received && at + bytes.length <= size) await part.append(bytes);
      return { received: part.received };
    });
  }

  /**
   * Keeps a complete upload under `tag`. The second time it says the same as the first, so that whoever never got the
   * answer may ask again.
   */
  async finish(id: string, tag: string, hash: string): Promise<Pick<Stored, 'hash' | 'day' | 'keep'>> {
    const { files, clock, manifest } = this.#parts;
    const tagHash = tagHashOf(tag);
    const kept = files.get(hash);
    if (kept !== undefined && kept.tagHash === tagHash) return receipt(kept);
    const upload = this.#upload(id);
    const { keep_days } = await manifest();
    return await this.#inTurn(upload, async () => {
      const before = files.get(hash);
      if (before !== undefined && before.tagHash === tagHash) return receipt(before);
      if (upload.part.received !== upload.size || upload.part.digest() !== hash) {
        throw new Fault('invalid-input', 'The upload is not complete, or not what it should be.', { place: 'hash' });
      }
      const day = clock().toISOString().slice(0, 10);
      const stored = await files.keep(upload.part, { hash, tagHash, day, keep: addDays(day, keep_days) });
      this.#uploads.delete(id);
      return receipt(stored);
    });
  }

  /** The messages under a tag, in the order of their days; empty for a tag that nobody has used. */
  async conversation(tag: string): Promise<Listed[]> {
    const found = this.#parts.files.ofTag(tagHashOf(tag));
    found.sort((a, b) => (a.day + a.hash < b.day + b.hash ? -1 : 1));
    return await Promise.all(found.map((one) => this.#listed(one)));
  }

  /** What recipients may fetch: messages that a round has delivered. Nothing says who can open which. */
  delivered(): Pick<Stored, 'hash' | 'day' | 'size'>[] {
    const found = this.#parts.files.all().filter(({ leaf, deleted }) => leaf !== null && deleted === null);
    return found
      .map(({ hash, day, size }) => ({ hash, day, size }))
      .sort((a, b) => (a.day + a.hash < b.day + b.hash ? -1 : 1));
  }

  /** Ciphertext of a message, for whoever knows its tag. */
  readOwn(tag: string, hash: string, from: number, to: number): ReadableStream<Uint8Array> {
    const stored = this.#parts.files.get(hash);
    return this.#read(stored?.tagHash === tagHashOf(tag) ? stored : undefined, from, to);
  }

  /** Ciphertext of a message that has been delivered. */
  readDelivered(hash: string, from: number, to: number): ReadableStream<Uint8Array> {
    const stored = this.#parts.files.get(hash);
    return this.#read(stored?.leaf === null ? undefined : stored, from, to);
  }

  /** The first `to` bytes of a delivered message; none where it is not there, so that the others still come. */
  async startOfDelivered(hash: string, to: number): Promise<Uint8Array> {
    const stored = this.#parts.files.get(hash);
    if (stored === undefined || stored.leaf === null || stored.deleted !== null) return new Uint8Array();
    return await this.#parts.files.readStart(stored.hash, Math.min(to, stored.size));
  }

  /** Gives up all uploads that are under way. */
  async close(): Promise<void> {
    const uploads = [...this.#uploads.values()];
    this.#uploads.clear();
    for (const { part } of uploads) await part.discard();
  }

  #read(stored: Stored | undefined, from: number, to: number): ReadableStream<Uint8Array> {
    if (stored === undefined || stored.deleted !== null) throw new Fault('not-found', 'There is no such message.');
    return this.#parts.files.read(stored.hash, Math.min(from, stored.size - 1), Math.min(to, stored.size));
  }

  async #listed(stored: Stored): Promise<Listed> {
    const { ledger } = this.#parts;
    const { hash, day, keep, size, leaf, deleted } = stored;
    return {
      ...{ hash, day, keep, size },
      proof: leaf === null ? null : await ledger.proof(leaf),
      deleted: deleted === null ? null : { day: deleted.day, proof: await ledger.proof(deleted.leaf) },
    };
  }

  #upload(id: string): Upload {
    const upload = this.#uploads.get(id);
    if (upload === undefined) throw new Fault('not-found', 'There is no such upload, or it has been given up.');
    upload.usedAt = this.#now();
    return upload;
  }

  async #inTurn<T>(upload: Upload, work: () => Promise<T>): Promise<T> {
    const turn = upload.last.then(work);
    upload.last = turn.catch(() => {});
    return await turn;
  }

  /** Gives up what nobody goes on with; when there are too many at once, the one that has waited longest. */
  async #makeRoom(): Promise<void> {
    const oldest = [...this.#uploads].sort(([, a], [, b]) => a.usedAt - b.usedAt);
    const idle = oldest.filter(([, { usedAt }]) => this.#now() - usedAt > IDLE_SECONDS);
    const crowd = oldest.slice(0, Math.max(0, oldest.length - MOST_UPLOADS + 1));
    for (const [id, { part }] of new Map([...idle, ...crowd])) {
      this.#uploads.delete(id);
      await part.discard();
    }
  }

  #now(): number {
    return this.#parts.clock().getTime() / 1000;
  }
}

export function tagHashOf(tag: string): string {
  return createHash('sha256').update(`countersign tag v1\n${tag}`).digest('hex');
}

function receipt({ hash, day, keep }: Stored): Pick<Stored, 'hash' | 'day' | 'keep'> {
  return { hash, day, keep };
}
