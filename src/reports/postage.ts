/**
 * How much postage a message needs now. The price follows the traffic, so that a flood pays for itself, and a bucket
 * bounds what even those can send who can pay. Neither knows who sends: no address, no cookie, no count for anybody.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import { isSolved } from './protocol/protocol.ts';

export interface PostagePolicy {
  /** Leading zero bits at rest: 2 to the power of so many hashes on average. */
  readonly least: number;
  /** In a flood; a laptop's browser needs about half a minute for 24. */
  readonly most: number;
  /** Messages in ten minutes or so that cost no more than at rest. */
  readonly free: number;
  /** What is taken at once beyond the steady rate, and that rate. */
  readonly burst: number;
  readonly perMinute: number;
}

export const POSTAGE: PostagePolicy = { least: 16, most: 24, free: 8, burst: 300, perMinute: 30 };

const VALID_SECONDS = 15 * 60;
const HALF_LIFE_SECONDS = 5 * 60;

/** The price after so many recent messages: two bits more for each doubling beyond what is free. */
export function price(recent: number, policy: PostagePolicy): number {
  const more = 2 * Math.floor(Math.log2(Math.max(1, recent / policy.free)));
  return Math.min(policy.most, policy.least + more);
}

/** A postage that was not enough; `bits` is what is asked now for the same challenge. */
export class PostageFault extends Fault {
  readonly bits: number;
  constructor(message: string, bits: number) {
    super('too-many-tries', message);
    this.bits = bits;
  }
}

export class PostOffice {
  readonly #clock: Clock;
  readonly #policy: PostagePolicy;
  readonly #secret = randomBytes(32);
  /** Spent challenges until they expire. Each one cost its postage, so nobody can fill the memory with them. */
  readonly #spent = new Map<string, number>();
  #recent = 0;
  #tokens: number;
  #at: number;

  constructor(clock: Clock, policy: PostagePolicy = POSTAGE) {
    this.#clock = clock;
    this.#policy = policy;
    this.#tokens = policy.burst;
    this.#at = this.#now();
  }

  /** A challenge is not stored: it carries its own expiry and a seal. */
  challenge(): { challenge: string; bits: number } {
    this.#pass();
    const body = Buffer.alloc(16);
    randomBytes(10).copy(body);
    body.writeUIntBE(Math.floor(this.#now()) + VALID_SECONDS, 10, 6);
    return { challenge: body.toString('hex') + this.#seal(body), bits: price(this.#recent, this.#policy) };
  }

  /** Takes the postage of one message. Throws `invalid-input` for a false one, `too-many-tries` for too little of it. */
  spend(challenge: string, counter: number): void {
    this.#pass();
    const body = Buffer.from(challenge.slice(0, 32), 'hex');
    const sealed = body.length === 16 && challenge.slice(32) === this.#seal(body);
    if (!sealed) throw new Fault('invalid-input', 'This postage was not issued here.', { place: 'challenge' });
    const expiry = body.readUIntBE(10, 6);
    if (expiry < this.#now()) throw new Fault('invalid-input', 'The postage has expired.', { place: 'challenge' });
    if (this.#spent.has(challenge)) throw new Fault('invalid-input', 'The postage is used up.', { place: 'challenge' });
    // The price may have risen since the challenge was given out; a bit is forgiven, a store of old challenges is not.
    const bits = price(this.#recent, this.#policy);
    if (!isSolved(challenge, counter, Math.max(this.#policy.least, bits - 1))) {
      throw new PostageFault('More postage is needed now.', bits);
    }
    if (this.#tokens < 1) throw new PostageFault('Too many messages are arriving at once.', bits);
    this.#tokens -= 1;
    this.#recent += 1;
    this.#spent.set(challenge, expiry);
  }

  #pass(): void {
    const now = this.#now();
    const seconds = Math.max(0, now - this.#at);
    this.#recent *= 0.5 ** (seconds / HALF_LIFE_SECONDS);
    this.#tokens = Math.min(this.#policy.burst, this.#tokens + (seconds / 60) * this.#policy.perMinute);
    this.#at = now;
    for (const [challenge, expiry] of this.#spent) {
      if (expiry >= now) break;
      this.#spent.delete(challenge);
    }
  }

  #now(): number {
    return this.#clock().getTime() / 1000;
  }

  #seal(body: Uint8Array): string {
    return createHmac('sha256', this.#secret).update(body).digest('hex').slice(0, 32);
  }
}
