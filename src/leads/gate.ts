import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../base/fault.ts';

/** How long somebody waits for days that are being computed, and how long computing waits for those who read. */
const READER_WAIT_MS = 15_000;
const CHANGE_WAIT_MS = 2_000;

/**
 * Keeps reading what was derived from days apart from computing those days again, when their rows are gone for a moment:
 * who reads sees the state before or after, or is told to come again. Reading does not wait for reading.
 */
export class Gate {
  #readers = 0;
  #change: Promise<void> | undefined;
  #lastRead = () => {};
  readonly #readerWait: number;

  constructor({ readerWaitMs = READER_WAIT_MS } = {}) {
    this.#readerWait = readerWaitMs;
  }

  /** Whether days are being computed again right now. */
  get changing(): boolean {
    return this.#change !== undefined;
  }

  /** Does `work` while nothing is changed. Errors: computing, when a change takes too long to wait for it. */
  async read<T>(work: () => Promise<T> | T): Promise<T> {
    while (this.#change)
      if (!(await within(this.#readerWait, this.#change)))
        throw new Fault('computing', 'Days are being computed again.');
    this.#readers++;
    try {
      return await work();
    } finally {
      this.#readers--;
      if (this.#readers === 0) this.#lastRead();
    }
  }

  /** Does `work`, one change at a time, when those who read have finished; a slow one is not waited for for ever. */
  async change<T>(work: () => Promise<T>): Promise<T> {
    while (this.#change) await this.#change;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#change = promise;
    try {
      if (this.#readers > 0)
        await within(
          CHANGE_WAIT_MS,
          new Promise<void>((read) => {
            this.#lastRead = read;
          }),
        );
      return await work();
    } finally {
      this.#change = undefined;
      resolve();
    }
  }
}

/** Whether a promise came true within so many milliseconds. */
async function within(milliseconds: number, promise: Promise<void>): Promise<boolean> {
  const stop = new AbortController();
  const late = sleep(milliseconds, false, { signal: stop.signal }).catch(() => false);
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    stop.abort();
  }
}
