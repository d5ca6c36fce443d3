import { setTimeout } from 'node:timers/promises';

/** One press of Ctrl-C can arrive twice: from the terminal, and handed on by npm or by an older Node's process. */
const SAME_PRESS_MS = 300;

export interface Interrupt {
  /** Aborted at the first press. */
  readonly signal: AbortSignal;
  /** Stops listening, after a press only when it can no longer come a second time. */
  release(): Promise<void>;
}

/**
 * Listens for Ctrl-C and SIGTERM while a command runs. The first asks the command to stop, the second ends the
 * process at once with 130: stores must survive that, as they survive a power cut.
 */
export function listenForInterrupt(say: (text: string) => void): Interrupt {
  const controller = new AbortController();
  let first: number | undefined;
  const onSignal = (): void => {
    const at = performance.now();
    if (first === undefined) {
      first = at;
      say('Stopping; press Ctrl-C again to end at once.');
      controller.abort();
    } else if (at - first > SAME_PRESS_MS) {
      process.exit(130);
    }
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    async release() {
      // A process that is ending takes the same press, coming late, for an order to die at once.
      if (first !== undefined) await setTimeout(Math.max(0, first + SAME_PRESS_MS - performance.now()));
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
