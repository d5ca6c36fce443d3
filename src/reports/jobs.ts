/**
 * The round. Once a day, at midnight UTC, all that has arrived is entered in the ledger in an order that says nothing,
 * written anew and delivered to the recipients. So neither the ledger, nor a file's birth, nor a recipient who asks every
 * minute can tell when in the day somebody wrote. A few messages that nobody can open go along: who is left out of a
 * report sees no more than he sees every day.
 */
import { randomInt } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { randomToken } from '../base/id.ts';
import type { Log } from '../base/log.ts';
import type { LeafHead, ReportLedger } from './leaves.ts';
import { tagHashOf } from './mailroom.ts';
import {
  addDays,
  deletionLeafOf,
  keysOf,
  leafOf,
  type Manifest,
  newEntropy,
  partsOf,
  SIZE_CLASSES,
  seal,
} from './protocol/protocol.ts';
import type { MessageFiles, Stored } from './store.ts';

export interface RoundParts {
  readonly files: MessageFiles;
  readonly ledger: ReportLedger;
  readonly manifest: () => Promise<Manifest>;
  readonly clock: Clock;
  /** Where a round's end is written down, so that no leaf before it can be changed unseen. */
  readonly anchor?: ((head: LeafHead) => Promise<void>) | undefined;
  /** How many messages that nobody can open a round adds at most; the number is drawn by lot. */
  readonly cover?: number;
}

/** One round. Interrupted, the next one does what is left; a leaf may then stand in the ledger twice. */
export async function round(parts: RoundParts): Promise<{ delivered: number; deleted: number }> {
  const { files, ledger, clock } = parts;
  const today = clock().toISOString().slice(0, 10);
  const sizes = coverSizes(parts.cover ?? 3, randomInt);
  for (const size of sizes) await addCover(parts, today, size);
  const cover = sizes.length;
  // The order of hashes is no order of arrival.
  const arrived = files
    .all()
    .filter(({ leaf }) => leaf === null)
    .sort(byHash);
  for (const stored of arrived) {
    await files.rewrite({ ...stored, leaf: await ledger.appendLeaf(leafOf(stored.hash)) });
  }
  const expired = expiredOn(today, files.all()).sort(byHash);
  for (const stored of expired) {
    const leaf = await ledger.appendLeaf(deletionLeafOf(stored.hash));
    await files.rewrite({ ...stored, deleted: { day: today, leaf } });
  }
  await files.settle(today);
  await parts.anchor?.(await ledger.head());
  return { delivered: arrived.length - cover, deleted: expired.length };
}

/** Messages to delete on a day: those of conversations in which even the last message need no longer be kept. */
export function expiredOn(today: string, all: readonly Stored[]): Stored[] {
  const until = new Map<string, string>();
  for (const { tagHash, keep } of all) {
    if (keep > (until.get(tagHash) ?? '')) until.set(tagHash, keep);
  }
  return all.filter((one) => one.deleted === null && one.leaf !== null && (until.get(one.tagHash) ?? today) < today);
}

/**
 * The sizes of a round's messages that nobody can open: up to `most` of the smallest class and, ever more rarely, one of
 * a larger class. Without those, whoever cannot open a message with attachments would know that it is real, and that it
 * was kept from him. `draw` gives a whole number below its argument.
 */
export function coverSizes(most: number, draw: (below: number) => number): number[] {
  if (most === 0) return [];
  const larger = LARGER_COVER.filter(({ oneIn }) => draw(oneIn) === 0).map(({ size }) => size);
  return [...Array.from({ length: draw(most + 1) }, () => SIZE_CLASSES[0]), ...larger];
}

/** On average 1.75 MB a round. A message above 64 MiB has no cover: it would cost more than all others together. */
const LARGER_COVER = [
  { size: SIZE_CLASSES[1], oneIn: 4 },
  { size: SIZE_CLASSES[2], oneIn: 16 },
  { size: SIZE_CLASSES[3], oneIn: 64 },
] as const;

async function addCover({ files, manifest }: RoundParts, day: string, size: number): Promise<void> {
  const { suite, slots, keep_days } = await manifest();
  const keys = await keysOf(newEntropy(), suite);
  const letter = {
    v: 1,
    kind: 'report',
    door: 'seen',
    language: 'en',
    manifest: '0'.repeat(64),
    to: [],
    text: '',
  } as const;
  const message = await seal({
    least: size,
    letter: { ...letter, to: [], tag: keys.tag, reply_to: keys.recipient },
    signer: keys.signer,
    recipients: [],
    ...{ suite, slots },
  });
  const part = await files.begin();
  for await (const bytes of partsOf(message.stream)) await part.append(bytes);
  await files.keep(part, {
    hash: part.digest(),
    tagHash: tagHashOf(randomToken()),
    day,
    keep: addDays(day, keep_days),
  });
}

const byHash = (a: Stored, b: Stored): number => (a.hash < b.hash ? -1 : 1);

/** A round whose failure is logged. What it delivered is not: on a quiet portal, such a line would tell of a report. */
async function loggedRound(parts: RoundParts, log: Log): Promise<void> {
  await round(parts).catch((error: unknown) => log.error({ room: 'reports', job: 'round', error }, 'a round failed'));
}

/** Runs a round at each multiple of `minutes` since midnight UTC, until `signal` aborts. */
export function startRounds(
  parts: RoundParts,
  options: { minutes: number; log: Log; signal: AbortSignal },
): Promise<void> {
  const { minutes, log, signal } = options;
  const rest = (): Promise<void> =>
    new Promise((resolve) => {
      const length = minutes * 60_000;
      const timer = setTimeout(resolve, length - (Date.now() % length));
      signal.addEventListener('abort', () => [clearTimeout(timer), resolve()], { once: true });
    });
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      await rest();
      if (!signal.aborted) await loggedRound(parts, log);
    }
  };
  return loop();
}
