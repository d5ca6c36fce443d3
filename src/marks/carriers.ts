/** From positions of the code to places in the document, and back from what is seen there. Pure rules. */
import { createHmac } from 'node:crypto';
import { type Reading, stream } from './code.ts';
import { CHANNELS, type Channel, type Observation } from './text.ts';

/** A place that carries a bit of the code. Secret as the code is. */
export interface Carrier {
  readonly channel: Channel;
  readonly anchor: string;
  /** What the original shows there. */
  readonly reference: number;
  readonly position: number;
}

/** More places make a copy larger and bring nothing. */
const MOST_CARRIERS = 40_000;

/**
 * The places of a document that can carry: each known by the text around it, none beside another of its kind, and
 * none twice in the document. Shared out by lot so that every position has as many as every other.
 */
export function placesOf(observations: readonly Observation[]): Omit<Carrier, 'position'>[] {
  const times = new Map<string, number>();
  for (const one of observations) times.set(keyOf(one), (times.get(keyOf(one)) ?? 0) + 1);
  const last = new Map<Channel, number>();
  const places: Omit<Carrier, 'position'>[] = [];
  for (const one of observations) {
    if (!one.eligible || times.get(keyOf(one)) !== 1 || one.unit < (last.get(one.channel) ?? -2) + 2) continue;
    last.set(one.channel, one.unit);
    places.push({ channel: one.channel, anchor: one.anchor, reference: one.value });
  }
  return places.slice(0, MOST_CARRIERS);
}

export const keyOf = ({ channel, anchor }: { channel: Channel; anchor: string }): string => `${channel} ${anchor}`;

/** Each channel by itself covers the positions as evenly as it can, in an order drawn from the secret. */
export function assign(places: readonly Omit<Carrier, 'position'>[], length: number, secret: Uint8Array): Carrier[] {
  const draw = stream(secret, 'places');
  let next = 0;
  return CHANNELS.flatMap((channel) => {
    const own = places.filter((place) => place.channel === channel);
    for (let at = own.length - 1; at > 0; at--) {
      const other = Math.floor(draw() * (at + 1));
      [own[at], own[other]] = [own[other]!, own[at]!];
    }
    return own.map((place) => ({ ...place, position: next++ % length }));
  });
}

/** +1 or -1 for each place: the bit, turned over or not by a mask, so that places all set to one thing say nothing. */
export function signsFor(carriers: readonly Carrier[], word: Uint8Array, secret: Uint8Array): Map<string, number> {
  return new Map(carriers.map((one) => [keyOf(one), (word[one.position] === 1 ? 1 : -1) * mask(secret, one)]));
}

function mask(secret: Uint8Array, carrier: Carrier): 1 | -1 {
  return (createHmac('sha256', secret)
    .update(`mask ${keyOf(carrier)}`)
    .digest()[0]! &
    1) ===
    1
    ? 1
    : -1;
}

/** What differs from the reference by how much says plus or minus; less or much more was not our doing. */
const STEPS: Record<Channel, { least: number; most: number }> = {
  spacing: { least: 0.9, most: 6 },
  xml: { least: 0.5, most: 0.5 },
  tail: { least: 0.5, most: 0.5 },
  shift: { least: 0.009, most: 0.045 },
  rise: { least: 0.003, most: 0.016 },
};

export interface ChannelReading {
  readonly channel: Channel;
  /** Places that carry, that were found again, and of those that say something. */
  readonly places: number;
  readonly found: number;
  readonly read: number;
  /** How often it contradicts what all say together; 0.5 is noise. Undefined where too little was read. */
  readonly errors: number | undefined;
}

export interface Extraction {
  readonly reading: Reading;
  readonly channels: readonly ChannelReading[];
}

/** What a copy says at each position: all its places vote, each channel with the weight of its agreement with the others. */
export function extractReading(
  carriers: readonly Carrier[],
  seen: readonly Observation[],
  length: number,
  secret: Uint8Array,
): Extraction {
  const values = valuesOf(seen);
  const votes: { carrier: Carrier; vote: number }[] = [];
  const found = new Map<Channel, number>();
  for (const carrier of carriers) {
    const value = values.get(keyOf(carrier));
    if (value === undefined) continue;
    found.set(carrier.channel, (found.get(carrier.channel) ?? 0) + 1);
    const vote = signOf(carrier, value) * mask(secret, carrier);
    if (vote !== 0) votes.push({ carrier, vote });
  }
  let weights = new Map<Channel, number>(CHANNELS.map((channel) => [channel, 1]));
  let errors = new Map<Channel, number>();
  for (let round = 0; round < 4; round++) {
    errors = errorsOf(votes, weights, length);
    weights = new Map(CHANNELS.map((channel) => [channel, weightOf(errors.get(channel))]));
  }
  const sums = summed(votes, weights, length);
  const reading = Int8Array.from(sums, (sum) => (Math.abs(sum) < 0.2 ? -1 : sum > 0 ? 1 : 0));
  const channels = CHANNELS.flatMap((channel): ChannelReading[] => {
    const places = carriers.filter((one) => one.channel === channel).length;
    const read = votes.filter(({ carrier }) => carrier.channel === channel).length;
    return places === 0 ? [] : [{ channel, places, found: found.get(channel) ?? 0, read, errors: errors.get(channel) }];
  });
  return { reading, channels };
}

/** What is seen under an anchor; of an anchor that is there twice nothing. */
function valuesOf(seen: readonly Observation[]): Map<string, number | undefined> {
  const values = new Map<string, number | undefined>();
  for (const one of seen) values.set(keyOf(one), values.has(keyOf(one)) ? undefined : one.value);
  return values;
}

function signOf({ channel, reference }: Carrier, value: number): number {
  const difference = value - (channel === 'xml' || channel === 'tail' ? 0.5 : reference);
  const { least, most } = STEPS[channel];
  const size = Math.abs(difference);
  return size < least || size > most ? 0 : Math.sign(difference);
}

type Votes = readonly { readonly carrier: Carrier; readonly vote: number }[];

function summed(votes: Votes, weights: ReadonlyMap<Channel, number>, length: number): Float64Array {
  const sums = new Float64Array(length);
  for (const { carrier, vote } of votes) sums[carrier.position]! += vote * weights.get(carrier.channel)!;
  return sums;
}

/** Of each channel the share of votes that the others at the same position outvote; known from 20 comparisons on. */
function errorsOf(votes: Votes, weights: ReadonlyMap<Channel, number>, length: number): Map<Channel, number> {
  const sums = summed(votes, weights, length);
  const against = new Map<Channel, [wrong: number, all: number]>();
  for (const { carrier, vote } of votes) {
    const others = sums[carrier.position]! - vote * weights.get(carrier.channel)!;
    if (Math.abs(others) < 1e-9) continue;
    const [wrong, all] = against.get(carrier.channel) ?? [0, 0];
    against.set(carrier.channel, [wrong + (others * vote < 0 ? 1 : 0), all + 1]);
  }
  return new Map(
    [...against].flatMap(([channel, [wrong, all]]) => (all < 20 ? [] : [[channel, wrong / all] as const])),
  );
}

function weightOf(errors: number | undefined): number {
  if (errors === undefined) return 1;
  const held = Math.min(0.5, Math.max(0.02, errors));
  return Math.log((1 - held) / held);
}

/** Whether a file is a rendering of the document at all: the share of its places whose text is there. */
export function overlap(carriers: readonly Carrier[], seen: readonly Observation[]): number {
  const anchors = new Set(seen.map(keyOf));
  return carriers.filter((one) => anchors.has(keyOf(one))).length / Math.max(1, carriers.length);
}
