/** From equal bytes, equal texts and shared passages to one verdict for each part of the trove. Pure rules. */
import { type Level, levelName } from '../base/level.ts';
import type { Match } from './assess.ts';
import { type Evaluated, evaluate, evaluateAll } from './decide-evidence.ts';
import type { Kind } from './extract/kind.ts';
import { type Coverage, type Place, union, type Verdict, verdictOf } from './match.ts';
import type { Candidate } from './search.ts';
import type { Registered } from './store.ts';

/** A text of the trove; files that say the same share one. */
export interface FoundText {
  readonly number: number;
  /** UTF-16 units. */
  readonly length: number;
}

/** A file of the trove, or a part inside one. `text` is 0 without any text. */
export interface FoundPart {
  readonly path: string;
  readonly kind: Kind;
  readonly bytes: number;
  readonly sha256: string;
  readonly text_sha256: string;
  readonly text: number;
  readonly container: boolean;
}

export interface PartVerdict {
  readonly part: FoundPart;
  readonly match: Verdict;
  readonly document: string | null;
  readonly level: Level | null;
  readonly coverage: Coverage | null;
  readonly matches: Match[];
  readonly alternatives: string[];
  readonly ambiguous: boolean;
}

export interface Evidence {
  readonly parts: readonly FoundPart[];
  /** Documents with the bytes or text of some part. */
  readonly equal: readonly Registered[];
  readonly candidates: ReadonlyMap<number, readonly Candidate[]>;
  readonly registered: ReadonlyMap<number, readonly Registered[]>;
}

/** One verdict for each part; an archive without a document of its own is left out, its parts speak for it. */
export function decide({ parts, equal, candidates, registered }: Evidence): PartVerdict[] {
  const bySha = Map.groupBy(
    equal.filter(({ part }) => part === ''),
    ({ sha256 }) => sha256,
  );
  const byText = Map.groupBy(
    equal.filter(({ text_sha256 }) => text_sha256 !== ''),
    ({ text_sha256 }) => text_sha256,
  );
  const evaluated = evaluateAll(candidates, registered);
  const known = new Map<string, Explained>();
  return parts.flatMap((part): PartVerdict[] => {
    const bytes = bySha.get(part.sha256);
    const text = byText.get(part.text_sha256);
    if (bytes) return [whole(part, 'same', bytes)];
    if (text) return [whole(part, 'same text in another format', text)];
    if (part.container) return [];
    // Copies of one text in one format get one answer, found once.
    const key = `${part.kind} ${part.text}`;
    const found = known.get(key) ?? explain(part, evaluated.get(part.text) ?? [], registered);
    known.set(key, found);
    const [first] = found.matches;
    return [
      {
        part,
        match: first?.match ?? 'no match',
        document: first?.document ?? null,
        level: first?.level ?? null,
        coverage: first?.coverage ?? null,
        ambiguous: found.alternatives.length > 0,
        ...found,
      },
    ];
  });
}

function whole(part: FoundPart, match: Verdict, documents: readonly Registered[]): PartVerdict {
  const [first, ...others] = ranked(documents, part.path);
  const coverage = { file: 1, document: 1 };
  const { document, level, length } = first!;
  const passages =
    length > 0 ? [{ file: [0, length], document: [0, length], alike: 1 } as Match['passages'][number]] : [];
  const found: Match = { document, level: levelName(level), match, coverage, passages };
  const alternatives = [...new Set(others.map((other) => other.document))].filter((other) => other !== document);
  return {
    ...{ part, match, document, level: found.level, coverage, matches: [found] },
    ...{ alternatives, ambiguous: alternatives.length > 0 },
  };
}

/**
 * The likeliest of documents that are equal in bytes or text: the one of the same name, else the most protected: it is
 * not for the program to play a loss down.
 */
function ranked(documents: readonly Registered[], path: string): Registered[] {
  const name = baseName(path);
  const named = (one: Registered) => (baseName(one.document) === name ? 1 : 0);
  return [...documents].sort(
    (one, other) => named(other) - named(one) || other.level - one.level || (one.document < other.document ? -1 : 1),
  );
}

const baseName = (path: string) => path.split(/[\\/]/).at(-1)!.toLowerCase();

interface Explained {
  matches: Match[];
  alternatives: string[];
}

/** Candidates beside the best are as good when they weigh so much of it. */
const AS_GOOD = 0.97;

/**
 * The fewest documents that explain a text: the one that shares most with it, then what explains something of the rest.
 * Other versions of a document that is named already explain nothing more and are alternatives.
 */
function explain(
  part: FoundPart,
  candidates: readonly Evaluated[],
  registered: ReadonlyMap<number, readonly Registered[]>,
): Explained {
  const matches: Match[] = [];
  const alternatives: string[] = [];
  let explained: Span[] = [];
  let best: Evaluated | undefined;
  const left = candidates
    .map((whole) => ({ whole, weight: whole.weight }))
    .sort((one, other) => one.weight - other.weight || one.whole.coverage.document - other.whole.coverage.document);
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { whole } = next;
    // What is left of it beside what is explained can only have shrunk since it was weighed.
    const places = outside(whole.candidate.places, explained);
    const rest = evaluate({ ...whole.candidate, places, all: undefined }, registered);
    if (rest === undefined) {
      if (best && whole.weight >= AS_GOOD * best.weight) alternatives.push(whole.documents[0]!.document);
      continue;
    }
    if (rest.weight < (left.at(-1)?.weight ?? 0)) {
      const at = left.findLastIndex((one) => one.weight <= rest.weight);
      left.splice(at + 1, 0, { whole, weight: rest.weight });
      continue;
    }
    best ??= whole;
    const [document, ...copies] = ranked(whole.documents, part.path);
    matches.push(matchOf(part, whole, document!));
    alternatives.push(...copies.map((copy) => copy.document));
    explained = union([...explained, ...whole.passages.map(({ found }) => found)]);
  }
  const named = new Set(matches.map(({ document }) => document));
  return { matches, alternatives: [...new Set(alternatives)].filter((document) => !named.has(document)) };
}

type Span = readonly [start: number, end: number];

function matchOf(part: FoundPart, { passages, coverage }: Evaluated, { document, level, kind }: Registered): Match {
  return {
    ...{ document, level: levelName(level), coverage },
    match: verdictOf(passages, coverage, { found: part.kind, registered: kind }),
    passages: passages.map(({ found, registered: place, alike }) => ({
      ...{ file: [...found] as [number, number], document: [...place] as [number, number] },
      alike: Math.round(alike * 1000) / 1000,
    })),
  };
}

function outside(places: readonly Place[], spans: readonly Span[]): Place[] {
  return places.filter((place) => !spans.some(([start, end]) => place[0] >= start && place[0] < end));
}
