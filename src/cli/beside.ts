/** The portal for sealed reports in the console's process: what `serve` and `demo` share. */
import { Fault } from '../base/fault.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { isPublished, type Portal } from '../reports/reports.ts';
import { anchorLeaves } from './anchors.ts';
import { openPortalHere, type PortalHere } from './portal.ts';

export interface BesideConsole {
  readonly portal: Portal;
  /** Listens, if it can. Recipients read in the console even where it cannot. */
  serve(): Promise<void>;
  /** Resolves when it has ended; ends it where it does not listen. */
  ended(): Promise<void>;
}

/** undefined where no manifest is published, or something is wrong with it: that is said, and the console goes on without. */
export async function openBeside(
  dir: string,
  { ledger, signal, say, port }: { ledger: Ledger; signal: AbortSignal; say: (text: string) => void; port?: number },
): Promise<BesideConsole | undefined> {
  if (!(await isPublished(dir))) return undefined;
  const orSay = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      say(`The portal for reports is not served: ${error.message} ${error.hint}`);
      return undefined;
    }
  };
  const here = await orSay<PortalHere>(() => openPortalHere(dir, { port, signal, anchor: anchorLeaves(ledger) }));
  if (here === undefined) return undefined;
  let closed: Promise<void> | undefined;
  return {
    portal: here.portal,
    async serve() {
      const serving = await orSay(() => here.serve());
      if (serving === undefined) return;
      closed = serving.closed;
      say(`Portal for reports: ${serving.url}/portal/`);
    },
    async ended() {
      await (closed ?? here.close());
    },
  };
}
