/**
 * The portal keeps the hashes of sealed messages in a log of its own, so that its writing never waits for the console, and
 * writes them only once a round. Each round's end is anchored in the ledger: its size and root.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { asFault } from '../base/fault.ts';
import { type Entry, type Ledger, type Problem, recordOrQueue } from '../ledger/ledger.ts';
import { type LeafHead, rootsAt } from '../reports/reports.ts';

const ACT = 'portal.leaves';
const SIZE = /^leaves:(\d+)$/;

/** Writes down where the portal's log stands. It waits where the ledger cannot be written: no report is refused. */
export function anchorLeaves(ledger: Ledger) {
  let last = -1;
  return async ({ size, root }: LeafHead): Promise<void> => {
    if (size === last) return;
    await recordOrQueue(ledger, { actor: 'system:portal', act: ACT, on: [`leaves:${size}`], digest: root });
    last = size;
  };
}

/** Takes the ledger's entries, and then compares the portal's log with those that anchor it. */
export class Anchors {
  readonly #roots = new Map<number, { index: number; root: string }>();

  take(index: number, { act, on = [], digest }: Entry): void {
    const size = SIZE.exec(on[0] ?? '')?.[1];
    if (act === ACT && size !== undefined && digest !== undefined)
      this.#roots.set(Number(size), { index, root: digest });
  }

  compare(dir: string): Problem[] {
    const path = join(dir, 'reports', 'leaves');
    const place = 'reports/leaves';
    if (this.#roots.size === 0) return [];
    if (!existsSync(path)) return [{ place, message: 'is missing, although the ledger knows its leaves' }];
    try {
      const roots = rootsAt(path, new Set(this.#roots.keys()));
      return [...this.#roots].flatMap(([size, { index, root }]) => {
        if (size === 0 || roots.get(size) === root) return [];
        const message = roots.has(size)
          ? `was changed: its first ${size} leaves are others`
          : `lacks leaves: there were ${size}`;
        return [{ place, index, message }];
      });
    } catch (error) {
      return [{ place, message: asFault(error).message }];
    }
  }
}
