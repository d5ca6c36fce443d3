import { asFault, type Fault } from './fault.ts';

const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 300_000;

/** What keeps failing is tried again after pauses that grow: 5 seconds, 10, 20, up to five minutes. */
export class Patience {
  readonly #waiting = new Map<string, { pause: number; until: number }>();
  readonly #now: () => number;

  /** `now` in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether it is time to try. */
  isDue(what: string): boolean {
    return this.#now() >= (this.#waiting.get(what)?.until ?? 0);
  }

  failed(what: string): void {
    const before = this.#waiting.get(what)?.pause ?? FIRST_PAUSE_MS / 2;
    const pause = Math.min(LONGEST_PAUSE_MS, before * 2);
    this.#waiting.set(what, { pause, until: this.#now() + pause });
  }

  succeeded(what: string): void {
    this.#waiting.delete(what);
  }

  /** Does `work` when it is time to. A failure goes to `failed`, which puts off the next try; an interruption is none. */
  async attempt(
    what: string,
    work: () => Promise<unknown>,
    failed: (what: string, fault: Fault) => void,
  ): Promise<void> {
    if (!this.isDue(what)) return;
    try {
      await work();
      this.succeeded(what);
    } catch (error) {
      const fault = asFault(error);
      if (fault.code !== 'interrupted') failed(what, fault);
    }
  }
}
