/** Which registered texts share enough with the trove's to be looked at, and the passages they share. */
import type { Events } from '../stores/clickhouse.ts';
import type { FoundText } from './decide.ts';
import { LEAST_WEIGHT, NEARLY_ALL, type Own, type Place } from './match.ts';
import { findHits, ownFingerprints, pairs } from './store.ts';

/** A registered text that shares fingerprints with one of the trove's. */
export interface Candidate {
  text: number;
  places: Place[];
  /** All that they share, also what tells nothing; only when that is nearly all of the trove's text. */
  all: Place[] | undefined;
  own: Own;
}

export interface SearchOptions {
  /** Fingerprints that more texts than this hold tell nothing. */
  common: number;
  /** Up to so many texts are named all the same, when a file is nothing else. */
  listed: number;
  onProgress: (done: number) => void;
  signal: AbortSignal | undefined;
}

/** Texts of the trove asked about at once: the answer has to fit into memory, whatever they hold. */
const BATCH = 100;

/** Candidates of each text of the trove, by its number, the one that shares most first. */
export async function candidatesOf(
  events: Events,
  texts: readonly FoundText[],
  { common, listed, onProgress, signal }: SearchOptions,
): Promise<Map<number, Candidate[]>> {
  const found = new Map<number, Candidate[]>();
  if (texts.length === 0) return found;
  await findHits(events, common, listed);
  const lengths = new Map(texts.map(({ number, length }) => [number, length]));
  for (let from = 1; from <= texts.length; from += BATCH) {
    signal?.throwIfAborted();
    const to = Math.min(texts.length, from + BATCH - 1);
    const shared = await pairs(events, from, to, LEAST_WEIGHT, NEARLY_ALL);
    if (shared.length > 0) {
      const owns = new Map((await ownFingerprints(events, from, to)).map(({ found: text, ...own }) => [text, own]));
      for (const { found: number, text, places, nearly_all } of shared) {
        const own = { ...owns.get(number)!, length: lengths.get(number)! };
        const telling = places.filter(([, , weight]) => weight > 0);
        const candidate = { text, places: telling, all: nearly_all ? places : undefined, own };
        const known = found.get(number);
        if (known) known.push(candidate);
        else found.set(number, [candidate]);
      }
    }
    onProgress(to);
  }
  return found;
}
