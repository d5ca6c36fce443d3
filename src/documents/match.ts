/**
 * From shared fingerprints to passages, and from passages to what a found text is of a registered one. Pure rules.
 *
 * Two texts that have nothing to do with each other share single fingerprints by chance: common phrases. They share
 * hardly ever several that stand in the same order and at the same distances in both. Such chains are the passages.
 */
import { GRAM_WEIGHT, WINDOW } from './fingerprint.ts';

/** A shared fingerprint: its places in the found text and in the registered one, and what it is worth, 0 to 1. */
export type Place = readonly [found: number, registered: number, weight: number];

/** UTF-16 units, from the first to the one after the last. `alike`: the share of its fingerprints that agree, 0 to 1. */
export interface Passage {
  readonly found: readonly [start: number, end: number];
  readonly registered: readonly [start: number, end: number];
  readonly alike: number;
}

export interface Chain {
  readonly places: Place[];
  readonly weight: number;
}

/** Farther apart than this, in units, two shared fingerprints belong to two passages. */
const GAP = 700;
/** Words that were changed and lines that were broken move what follows by so much of the distance, and by so much. */
const DRIFT = 0.35;
const SLACK = 60;
const OPEN_CHAINS = 48;

/** A chain in which at least this share of the fingerprints agree is word for word the same, but for small slips. */
const WORD_FOR_WORD = 0.5;
/** Least number of places, and least weight of them, that make a chain a passage; and all passages together a match. */
const LEAST = {
  /** Word for word: a sentence. One alone happens by chance; a hundred letters do not. */
  passage: { places: 4, weight: 0.5 },
  /** With words changed: fewer agree, so more of them are asked for. The share keeps chance out of long texts. */
  changed: { places: 9, weight: 5, alike: 0.07 },
  match: { places: 12, weight: 4 },
  /** Of a passage that is a small part of both texts: some 150 letters. Shorter ones are phrases of a trade. */
  part: { places: 18, weight: 4 },
};
/** Less than this of either text is a small part of both. */
const SMALL = 0.5;
/** Changed words leave something everywhere; a header alone leaves much in one place. Share of the pieces that hold some. */
const SPREAD = { piece: 60, least: 0.33 };
/** A passage that lies so much inside heavier ones is none of its own. */
const REPEATED = 0.8;
export const LEAST_WEIGHT = LEAST.match.weight;
/** A file of which so much stands in a registered text is an excerpt of it, even when others hold the same words. */
export const NEARLY_ALL = 0.85;

/** The chains among shared fingerprints, heaviest first; each place belongs to one of them. */
export function chains(places: readonly Place[]): Chain[] {
  const sorted = [...places].sort((one, other) => one[0] - other[0] || one[1] - other[1]);
  const done: Place[][] = [];
  let open: Place[][] = [];
  for (const place of sorted) {
    open = open.filter((chain) => {
      const near = place[0] - chain.at(-1)![0] <= GAP;
      if (!near) done.push(chain);
      return near;
    });
    const chain = closest(open, place);
    if (chain) chain.push(place);
    else {
      if (open.length >= OPEN_CHAINS) done.push(open.shift()!);
      open.push([place]);
    }
  }
  return [...done, ...open]
    .map((chain) => ({ places: chain, weight: chain.reduce((sum, place) => sum + place[2], 0) }))
    .sort((one, other) => other.weight - one.weight);
}

/** The open chain that goes on at `place` with the least shift between the two texts. */
function closest(open: readonly Place[][], place: Place): Place[] | undefined {
  let best: Place[] | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const chain of open) {
    const last = chain.at(-1)!;
    const [step, registeredStep] = [place[0] - last[0], place[1] - last[1]];
    if (step <= 0 || registeredStep <= 0) continue;
    const shift = Math.abs(step - registeredStep);
    if (shift > DRIFT * Math.max(step, registeredStep) + SLACK || shift >= least) continue;
    best = chain;
    least = shift;
  }
  return best;
}

/** A text's fingerprints: where each stands, and whether it is one that tells nothing. */
export interface Own {
  readonly offsets: readonly number[];
  readonly common: readonly (boolean | number)[];
  /** UTF-16 units. */
  readonly length: number;
}

/** The passages that the found text shares with a registered one; none when all of them together are no match. */
export function passagesOf(places: readonly Place[], own: Own, registeredLength: number): Passage[] {
  const passages: Passage[] = [];
  const together = { places: 0, weight: 0 };
  let changed = false;
  let large = false;
  let covered: Span[] = [];
  for (const { places: chain, weight } of chains(places)) {
    if (chain.length < LEAST.passage.places || weight < LEAST.passage.weight) continue;
    const [first, last] = [chain[0]!, chain.at(-1)!];
    const alike = Math.min(1, chain.length / Math.max(1, within(own, first[0], last[0] + 1).telling));
    const { changed: least } = LEAST;
    if (alike < WORD_FOR_WORD) {
      if (chain.length < least.places || weight < least.weight || alike < least.alike) continue;
      if (spreadOf(chain) < SPREAD.least) continue;
    }
    // What repeats itself in the registered text pairs up again, less well, with a place that is explained already.
    if (coveredShare([first[0], last[0] + 1], covered) > REPEATED) continue;
    covered = union([...covered, [first[0], last[0] + 1]]);
    changed ||= alike < WORD_FOR_WORD;
    large ||= alike >= WORD_FOR_WORD && chain.length >= LEAST.part.places && weight >= LEAST.part.weight;
    together.places += chain.length;
    together.weight += weight;
    // A shared passage begins up to a window before its first fingerprint and ends a gram and a window after its last.
    const edge = Math.round(WINDOW / 2);
    const span = (at: 0 | 1, length: number): readonly [number, number] => [
      first[at] <= 2 * WINDOW ? 0 : first[at] - edge,
      last[at] + 3 * WINDOW >= length ? length : last[at] + GRAM_WEIGHT + edge,
    ];
    passages.push({ found: span(0, own.length), registered: span(1, registeredLength), alike });
  }
  const enough = together.places >= LEAST.match.places && together.weight >= LEAST.match.weight;
  if (!changed && !enough) return [];
  const { file, document } = coverageOf(passages, own, registeredLength);
  return large || Math.max(file, document) >= SMALL ? passages : [];
}

/** The share of a chain's pieces of the found text in which one of its places stands, 0 to 1. */
function spreadOf(chain: readonly Place[]): number {
  const [first, last] = [chain[0]![0], chain.at(-1)![0]];
  const pieces = new Set(chain.map(([found]) => Math.floor((found - first) / SPREAD.piece)));
  return pieces.size / (Math.floor((last - first) / SPREAD.piece) + 1);
}

/** How many of a text's fingerprints between two places tell something, and how many tell nothing. */
export function within(own: Own, start: number, end: number): { telling: number; common: number } {
  let telling = 0;
  let common = 0;
  for (let at = lowerBound(own.offsets, start); at < own.offsets.length && own.offsets[at]! < end; at++)
    if (own.common[at]) common += 1;
    else telling += 1;
  return { telling, common };
}

function lowerBound(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

export const VERDICTS = [
  'same',
  'same text in another format',
  'edited',
  'excerpt',
  'contained in',
  'retyped with changes',
  'no match',
] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Shares, 0 to 1: how much of the found text is in the registered one, and how much of that is in the found text. */
export interface Coverage {
  readonly file: number;
  readonly document: number;
}

/** Coverage both ways. Boilerplate is no evidence, and where it stands around a match it is not held against it. */
export function coverageOf(passages: readonly Passage[], own: Own, registeredLength: number): Coverage {
  const found = union(passages.map((passage) => passage.found));
  const all = within(own, 0, Number.POSITIVE_INFINITY);
  const inside = found.map(([start, end]) => within(own, start, end));
  const telling = inside.reduce((sum, part) => sum + part.telling, 0);
  const commonOutside = all.common - inside.reduce((sum, part) => sum + part.common, 0);
  const perGram = all.telling + all.common > 0 ? own.length / (all.telling + all.common) : 0;
  const span = size(union(passages.map((passage) => passage.registered)));
  return {
    file: all.telling === 0 ? 0 : rounded(telling / all.telling),
    document: rounded(
      (span + Math.min(commonOutside * perGram, registeredLength - span)) / Math.max(1, registeredLength),
    ),
  };
}

const rounded = (share: number) => Math.round(Math.min(1, Math.max(0, share)) * 1000) / 1000;

type Span = readonly [start: number, end: number];

export function union(spans: readonly Span[]): Span[] {
  const merged: [number, number][] = [];
  for (const [start, end] of [...spans].sort((one, other) => one[0] - other[0])) {
    const last = merged.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}

/** The share of a span that lies inside others, which do not overlap. */
function coveredShare([start, end]: Span, spans: readonly Span[]): number {
  const inside = spans.reduce((sum, [from, to]) => sum + Math.max(0, Math.min(end, to) - Math.max(start, from)), 0);
  return inside / Math.max(1, end - start);
}

const size = (spans: readonly Span[]) => spans.reduce((sum, [start, end]) => sum + end - start, 0);

/** Nearly all of a text, most of it, and the share of fingerprints that agree in a text whose words were not changed. */
const ALL = 0.95;
const MOST = 0.75;
const VERBATIM = WORD_FOR_WORD;

/** What the found text is of the registered one, when they share `passages`. */
export function verdictOf(
  passages: readonly Passage[],
  coverage: Coverage,
  formats: { found: string; registered: string },
): Verdict {
  if (passages.length === 0) return 'no match';
  const lengths = passages.map(({ found }) => found[1] - found[0]);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const alike = passages.reduce((sum, passage, at) => sum + passage.alike * lengths[at]!, 0) / Math.max(1, total);
  if (alike < VERBATIM) return 'retyped with changes';
  if (coverage.file >= ALL && coverage.document >= ALL && alike >= 0.9 && formats.found !== formats.registered)
    return 'same text in another format';
  if (coverage.file >= MOST && coverage.document >= MOST) return 'edited';
  if (coverage.document >= MOST) return 'contained in';
  return 'excerpt';
}
