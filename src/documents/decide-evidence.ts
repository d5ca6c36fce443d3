/** What each registered text has to do with each text of a trove, and which wording the trove shows to be nobody's own. */
import { type Coverage, coverageOf, type Passage, type Place, passagesOf } from './match.ts';
import type { Candidate } from './search.ts';
import type { Registered } from './store.ts';

export interface Evaluated {
  candidate: Candidate;
  documents: readonly Registered[];
  passages: Passage[];
  coverage: Coverage;
  weight: number;
}

type Documents = ReadonlyMap<number, readonly Registered[]>;

/** Wording is common when so many texts of the trove hold it that have nothing else of the document. */
const HOLDERS = 5;
/** Less than this of the file, and of the document, is nothing else of it. */
const LITTLE = { file: 0.5, document: 0.3 };
/** What words that several documents share weigh beside a document's own. */
const SHARED = 0.001;

/**
 * The registered texts of which each text of the trove holds something. A header, notice or table that stands in many found
 * texts, each of them otherwise foreign to the document, is wording that they have from elsewhere: it is no evidence.
 * What a thief cuts out of one document differs from file to file, or is most of the file.
 */
export function evaluateAll(
  candidates: ReadonlyMap<number, readonly Candidate[]>,
  registered: Documents,
): Map<number, Evaluated[]> {
  const all = new Map<number, Evaluated[]>();
  for (const [found, list] of candidates)
    all.set(
      found,
      list.map((candidate) => evaluate(candidate, registered)).filter((one) => one !== undefined),
    );
  const holders = commonPlaces([...all.values()].flat());
  for (const [found, list] of all) {
    const kept = list.map((one) => {
      const common = isLittle(one.coverage) ? holders.get(one.candidate.text) : undefined;
      if (!common) return one;
      const places = one.candidate.places.filter(([, at]) => (common.get(at) ?? 0) < HOLDERS);
      if (places.length === one.candidate.places.length) return one;
      return evaluate({ ...one.candidate, places, all: undefined }, registered);
    });
    all.set(
      found,
      kept.filter((one) => one !== undefined),
    );
  }
  return all;
}

const isLittle = ({ file, document }: Coverage) => file < LITTLE.file && document < LITTLE.document;

/** By registered text, how many texts of the trove that hold little of it hold what stands at each of its places. */
function commonPlaces(all: readonly Evaluated[]): Map<number, Map<number, number>> {
  const holders = new Map<number, Map<number, number>>();
  for (const { candidate, coverage } of all) {
    if (!isLittle(coverage)) continue;
    const counts = holders.get(candidate.text) ?? new Map<number, number>();
    holders.set(candidate.text, counts);
    for (const at of new Set(candidate.places.map(([, place]) => place))) counts.set(at, (counts.get(at) ?? 0) + 1);
  }
  return holders;
}

/** What a text of the trove shares with one of the register; undefined when that is no match. */
export function evaluate(candidate: Candidate, registered: Documents): Evaluated | undefined {
  const documents = registered.get(candidate.text);
  if (!documents?.[0]) return undefined; // a text that no document has any more
  const telling = evaluated(candidate, documents);
  if (telling || !candidate.all) return telling;
  // Nothing but words that several documents share: an excerpt of one of them. Whatever tells more comes before it.
  const shared = evaluated(wholly(candidate, candidate.all), documents);
  return shared && { ...shared, weight: shared.weight * SHARED };
}

function wholly(candidate: Candidate, all: readonly Place[]): Candidate {
  const { own } = candidate;
  return {
    ...{ text: candidate.text, all: undefined },
    places: all.map(([found, place]): Place => [found, place, 1]),
    own: { ...own, common: own.common.map(() => false) },
  };
}

function evaluated(candidate: Candidate, documents: readonly Registered[]): Evaluated | undefined {
  const { own, places } = candidate;
  const { length } = documents[0]!;
  const passages = passagesOf(places, own, length);
  if (passages.length === 0) return undefined;
  const weight = places.reduce((sum, place) => sum + (inside(passages, place) ? place[2] : 0), 0);
  return { candidate, documents, passages, coverage: coverageOf(passages, own, length), weight };
}

const inside = (passages: readonly Passage[], place: Place) =>
  passages.some(({ found }) => place[0] >= found[0] && place[0] < found[1]);
