/** Keeping the register current: a folder or share is looked at again and again, and what has come is taken in. */
import { setTimeout as sleep } from 'node:timers/promises';
import { asFault, type Fault } from '../../base/fault.ts';
import { Patience } from '../../base/patience.ts';
import type { Share } from '../share/share.ts';
import { type ImportedRegister, type ImportingOptions, importRegister } from './importing.ts';
import type { Register } from './work.ts';

export interface WatchOptions extends Pick<ImportingOptions, 'table' | 'onProgress'> {
  readonly signal: AbortSignal;
  /** The pause between two looks in milliseconds, when there is little to do. */
  readonly pauseMs?: number | undefined;
  readonly onChange: (found: ImportedRegister, removed: readonly string[]) => void;
  readonly onFault: (fault: Fault) => void;
}

const PAUSE_MS = 5_000;

/**
 * Looks at the share until the signal. It never throws: what fails is told and tried again later. At most a quarter of the
 * time is spent looking. A file that is gone is told once; what the register says of it stays.
 */
export async function watchDocuments(register: Register, share: Share, options: WatchOptions): Promise<void> {
  const look = documentWatcher(register, share, options);
  while (!options.signal.aborted) {
    const began = performance.now();
    await look();
    const pause = Math.max(options.pauseMs ?? PAUSE_MS, 3 * (performance.now() - began));
    await sleep(pause, undefined, { signal: options.signal }).catch(() => {});
  }
}

/** One look after another. Each takes in what has come since the one before. */
export function documentWatcher(register: Register, share: Share, options: WatchOptions): () => Promise<void> {
  const patience = new Patience(() => performance.now());
  let gone: ReadonlySet<string> = new Set();
  return async () => {
    if (!patience.isDue(share.place)) return;
    try {
      const found = await importRegister(register, { ...options, share, isQuiet: true });
      const removed = found.files.removedFiles.filter((path) => !gone.has(path));
      gone = new Set(found.files.removedFiles);
      patience.succeeded(share.place);
      if (found.isChanged || removed.length > 0) options.onChange(found, removed);
    } catch (error) {
      if (options.signal.aborted) return;
      patience.failed(share.place);
      options.onFault(asFault(error));
    }
  };
}
