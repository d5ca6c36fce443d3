/** Lines that arrive singly become deliveries: those that come while the last ones are being written go together. */
import { setTimeout as sleep } from 'node:timers/promises';
import { asFault } from '../base/fault.ts';
import { randomId } from '../base/id.ts';
import type { Spool } from './spool.ts';

const NEWLINE = Buffer.of(0x0a);
const MOST_DELIVERY_BYTES = 2 * 2 ** 20;
/** What may wait in memory; a sender who can be held back is held back long before. */
const MOST_WAITING_BYTES = 32 * 2 ** 20;
const GATHER_MS = 20;
const TRY_AGAIN_MS = 1000;

interface Waiting {
  readonly lines: readonly Buffer[];
  readonly bytes: number;
  readonly done: () => void;
}

/**
 * Nobody sends a line of these again, so each that arrives is an event: it is numbered in a stream of this run. Equal lines
 * are two events.
 */
export class Collector {
  /** Lines for which there was no room, from senders who cannot be held back. */
  lost = 0;
  readonly #spool: Spool;
  readonly #source: string;
  readonly #stream: string;
  #sequence = 1;
  #waiting: Waiting[] = [];
  #bytes = 0;
  #writing: Promise<void> | undefined;

  constructor(spool: Spool, source: string, kind: string) {
    this.#spool = spool;
    this.#source = source;
    this.#stream = `${kind}-${randomId(12)}`;
  }

  /** Resolves when the lines are durable, however long that takes. They hold no line ends. */
  add(lines: readonly Buffer[]): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const bytes = lines.reduce((sum, line) => sum + line.length + 1, 0);
    this.#waiting.push({ lines, bytes, done: resolve });
    this.#bytes += bytes;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
    return promise;
  }

  /** For senders who cannot be held back: without room in memory a line is counted as lost. */
  offer(line: Buffer): void {
    if (this.#bytes + line.length > MOST_WAITING_BYTES) this.lost += 1;
    else void this.add([line]);
  }

  /** Resolves when everything that arrived is durable, or after a while when it cannot be. */
  async close(milliseconds = 3000): Promise<void> {
    await Promise.race([this.#writing, sleep(milliseconds, undefined, { ref: false })]);
  }

  async #write(): Promise<void> {
    await sleep(GATHER_MS);
    while (this.#waiting.length > 0) {
      const taken = this.#take();
      const lines = taken.flatMap((one) => one.lines);
      const bytes = Buffer.concat(lines.flatMap((line) => [line, NEWLINE]));
      await this.#putUntilDurable(bytes, lines.length);
      this.#bytes -= taken.reduce((sum, one) => sum + one.bytes, 0);
      for (const { done } of taken) done();
    }
  }

  #take(): Waiting[] {
    let [count, bytes] = [0, 0];
    for (const one of this.#waiting) {
      if (count > 0 && bytes + one.bytes > MOST_DELIVERY_BYTES) break;
      count += 1;
      bytes += one.bytes;
    }
    return this.#waiting.splice(0, count);
  }

  async #putUntilDurable(bytes: Buffer, lines: number): Promise<void> {
    const delivery = { source: this.#source, stream: this.#stream, sequence: this.#sequence, bytes, lines };
    for (;;)
      try {
        await this.#spool.put(delivery);
        this.#sequence += lines;
        return;
      } catch (error) {
        const { code } = asFault(error);
        if (code !== 'intake-full' && code !== 'intake-unavailable') throw error;
        await sleep(TRY_AGAIN_MS, undefined, { ref: false });
      }
  }
}
