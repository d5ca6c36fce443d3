/**
 * Who could explain a trove: whose logged reading covers the documents in it. Pure rules over what the logs say. These
 * are explanations to be checked, never guilt: logs have gaps, accounts are borrowed, documents travel on paper.
 */

/** A person and the documents of the trove he had, as indices; and all documents he ever had, by number. */
export interface Reader {
  readonly user: string;
  readonly team: string;
  readonly role: string;
  readonly had: readonly number[];
  readonly documents: number;
}

export interface Surprise {
  /** How many of the trove's documents somebody with the same access and as many documents would have had. */
  readonly expected: number;
  /** How surprising the number he had is, in bits; 0 where it is no more than expected. */
  readonly bits: number;
  readonly peers: number;
}

/** Fewer colleagues than this in a team tell little: then those of the same role are asked. */
const LEAST_PEERS = 5;

/** The people whose access is most like a person's: his team, or if that is small everybody of his role, or all. */
export function peersOf(reader: Reader, all: readonly Reader[]): Reader[] {
  const others = all.filter((other) => other.user !== reader.user && other.documents > 0);
  for (const alike of [
    (other: Reader) => reader.team !== '' && other.team === reader.team,
    (other: Reader) => reader.role !== '' && other.role === reader.role,
  ]) {
    const peers = others.filter(alike);
    if (peers.length >= LEAST_PEERS) return peers;
  }
  return others;
}

/**
 * For each document the share of the peers who had it is how likely the person is to have had it, more or less as he
 * reads more or less than they do. What he had is weighed by how unlikely each was, and the chance of so much by
 * Chernoff's bound, so that the surprise is never overstated.
 */
export function surpriseOf(reader: Reader, peers: readonly Reader[], documents: number): Surprise {
  const usual = peers.reduce((sum, peer) => sum + peer.documents, 0) / Math.max(1, peers.length);
  const pace = usual > 0 ? reader.documents / usual : 1;
  const counts = new Uint32Array(documents);
  for (const peer of peers) for (const document of peer.had) counts[document]! += 1;
  const chance = (count: number) => Math.min(0.999, ((count + 0.5) / (peers.length + 1)) * pace);
  // Documents that equally many peers had are equally likely: there are few kinds of them.
  const kinds = new Map<number, { documents: number; had: number }>();
  const kind = (document: number) => {
    const count = counts[document]!;
    const known = kinds.get(count) ?? { documents: 0, had: 0 };
    kinds.set(count, known);
    return known;
  };
  for (let document = 0; document < documents; document++) kind(document).documents += 1;
  for (const document of reader.had) kind(document).had += 1;
  const likely = [...kinds].map(([count, numbers]) => ({ chance: chance(count), ...numbers }));
  const bits = Math.max(0, ...TILTS.map((tilt) => tailBits(likely, tilt)));
  return { expected: likely.reduce((sum, one) => sum + one.chance * one.documents, 0), bits, peers: peers.length };
}

const TILTS = Array.from({ length: 30 }, (_, at) => (at + 1) / 20);

/** -log2 of Chernoff's bound at one tilt, each document weighing -ln of its chance. */
function tailBits(likely: readonly { chance: number; documents: number; had: number }[], tilt: number): number {
  let nats = 0;
  for (const { chance, documents, had } of likely) {
    const weight = -Math.log(chance);
    nats += tilt * weight * had - documents * Math.log(1 - chance + chance * Math.exp(tilt * weight));
  }
  return nats / Math.LN2;
}

export interface Cover {
  /** In the order in which each adds most. */
  readonly users: string[];
  /** Documents the group had together. */
  readonly covered: number;
}

const EXACT_SIZE = 3;
/** Candidates of the exact search; with so many the triples are 30,000. */
const EXACT_CANDIDATES = 60;
const MOST_GROUPS = 10;

/**
 * The smallest groups that had everything anybody had: exactly, up to three people among those who had most; beyond
 * that one group, found greedily.
 */
export function smallestGroups(readers: readonly Reader[], documents: number): Cover[] {
  const all = new Set(readers.flatMap(({ had }) => had));
  if (all.size === 0) return [];
  const greedy = greedyCover(readers, all.size);
  const candidates = [...readers]
    .sort((one, other) => other.had.length - one.had.length || (one.user < other.user ? -1 : 1))
    .slice(0, EXACT_CANDIDATES)
    .map((reader) => ({ user: reader.user, bits: bitsOf(reader.had, documents), had: reader.had.length }));
  for (let size = 1; size <= Math.min(EXACT_SIZE, greedy.users.length); size++) {
    const groups = exactCovers(candidates, all.size, size);
    if (groups.length > 0) return groups.map((users) => ({ users, covered: all.size }));
  }
  return [greedy];
}

/** Each time the person who adds most; of several the one who had most, then by name. */
export function greedyCover(readers: readonly Reader[], total: number): Cover {
  const left = new Map(readers.map((reader) => [reader, new Set(reader.had)]));
  const users: string[] = [];
  let covered = 0;
  while (covered < total && left.size > 0) {
    const [best, adds] = [...left].reduce((one, other) =>
      other[1].size > one[1].size || (other[1].size === one[1].size && other[0].had.length > one[0].had.length)
        ? other
        : one,
    );
    if (adds.size === 0) break;
    left.delete(best);
    users.push(best.user);
    covered += adds.size;
    for (const rest of left.values()) for (const document of adds) rest.delete(document);
  }
  return { users, covered };
}

interface Candidate {
  user: string;
  bits: Uint32Array;
  had: number;
}

function bitsOf(had: readonly number[], documents: number): Uint32Array {
  const bits = new Uint32Array(Math.ceil(documents / 32));
  for (const document of had) bits[document >> 5]! |= 1 << (document & 31);
  return bits;
}

function exactCovers(candidates: readonly Candidate[], total: number, size: number): string[][] {
  const groups: string[][] = [];
  const search = (from: number, chosen: Candidate[]): void => {
    if (groups.length >= MOST_GROUPS) return;
    if (chosen.length === size) {
      if (countTogether(chosen) === total) groups.push(chosen.map(({ user }) => user));
      return;
    }
    for (let at = from; at < candidates.length; at++) {
      // Candidates come by how much they had: from here on no group can have enough.
      const reach = chosen.reduce((sum, one) => sum + one.had, 0) + candidates[at]!.had * (size - chosen.length);
      if (reach < total) return;
      search(at + 1, [...chosen, candidates[at]!]);
    }
  };
  search(0, []);
  return groups;
}

function countTogether(group: readonly Candidate[]): number {
  const words = group[0]!.bits.length;
  let count = 0;
  for (let word = 0; word < words; word++) {
    let bits = 0;
    for (const { bits: own } of group) bits |= own[word]!;
    for (; bits !== 0; bits &= bits - 1) count += 1;
  }
  return count;
}
