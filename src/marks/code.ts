/**
 * The code: who among several recipients had a hand in a copy, whatever they mixed. Probabilistic fingerprinting after
 * G. Tardos (J. ACM 55, 2008) with the symmetric scores of B. Škorić, S. Katzenbeisser and M. Celik (Designs, Codes and
 * Cryptography 46, 2008) and the discrete bias distribution of K. Nuida et al. (Designs, Codes and Cryptography 52,
 * 2009), under which colluders gain nothing by any choice of strategy on average. Pure functions.
 */
import { createHmac } from 'node:crypto';

/** What a code is made for. */
export interface Demand {
  readonly recipients: number;
  /** How many recipients may compare their copies without getting away. */
  readonly colluders: number;
  /** Highest probability with which any recipient at all who had no hand in it is named. */
  readonly falseAccusation: number;
  /** Highest probability with which nobody is named although at most `colluders` mixed their copies. */
  readonly miss: number;
}

export interface Code {
  /** For each position the probability of a one. Secret. */
  readonly bias: readonly number[];
  /** For each recipient a bit for each position. Secret. */
  readonly words: readonly Uint8Array[];
}

/** What was read at each position: 0, 1, or -1 where nothing could be. */
export type Reading = Int8Array;

/** The biases and their probabilities for c colluders: Gauss-Legendre nodes, by Nuida et al., section 4. */
export function biases(colluders: number): { bias: number; probability: number }[] {
  const count = Math.max(1, Math.ceil(colluders / 2));
  const nodes = legendreNodes(count).map(({ x, weight }) => ({
    bias: (1 + x) / 2,
    probability: weight / Math.sqrt(1 - x * x),
  }));
  const sum = nodes.reduce((total, { probability }) => total + probability, 0);
  return nodes.map(({ bias, probability }) => ({ bias, probability: probability / sum }));
}

/** Zeros of the Legendre polynomial of this degree, and the weights of Gauss's quadrature; by Newton's method. */
function legendreNodes(degree: number): { x: number; weight: number }[] {
  return Array.from({ length: degree }, (_, index) => {
    let x = Math.cos((Math.PI * (index + 0.75)) / (degree + 0.5));
    let slope = 1;
    for (let round = 0; round < 100; round++) {
      let [before, value] = [1, x];
      for (let k = 2; k <= degree; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
      slope = (degree * (x * value - before)) / (x * x - 1);
      const step = value / slope;
      x -= step;
      if (Math.abs(step) < 1e-15) break;
    }
    return { x: Math.abs(x) < 1e-15 ? 0 : x, weight: 2 / ((1 - x * x) * slope * slope) };
  });
}

/** The score of a recipient at one position: what agrees counts the more the rarer it is. Mean 0, variance 1 for the innocent. */
export function scoreAt(bias: number, read: 0 | 1, own: number): number {
  const likelihood = read === 1 ? bias : 1 - bias;
  return read === own ? Math.sqrt((1 - likelihood) / likelihood) : -Math.sqrt(likelihood / (1 - likelihood));
}

/** log E[exp(t * score)] of a recipient who had no hand in what was read at this position. */
function innocentExponent(bias: number, read: 0 | 1, t: number): number {
  const likelihood = read === 1 ? bias : 1 - bias;
  const [up, down] = [Math.sqrt((1 - likelihood) / likelihood), -Math.sqrt(likelihood / (1 - likelihood))];
  return t * up + Math.log(likelihood + (1 - likelihood) * Math.exp(t * (down - up)));
}

/**
 * How many positions a code needs. Both bounds are Chernoff's and hold for every strategy of colluders who see a bit only
 * where their own copies differ: the threshold keeps all innocent recipients together under `falseAccusation`; a coalition
 * escapes only if the sum of its scores is under so many thresholds, whose probability is bounded over the worst answer to
 * every pattern of bits.
 */
export function lengthFor(demand: Demand): number {
  let [low, high] = [1, 1];
  while (missBound(demand, high) > demand.miss) {
    low = high;
    high *= 2;
    if (high > 2 ** 24) return Number.POSITIVE_INFINITY;
  }
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (missBound(demand, middle) > demand.miss) low = middle + 1;
    else high = middle;
  }
  return high;
}

/** The bound of the probability that nobody of the colluders reaches the threshold of a code of this length. */
export function missBound({ recipients, colluders, falseAccusation }: Demand, length: number): number {
  const nodes = biases(colluders);
  const wanted = Math.log(recipients / falseAccusation);
  const exponent = (t: number) =>
    Math.max(...nodes.flatMap(({ bias }) => [innocentExponent(bias, 0, t), innocentExponent(bias, 1, t)]));
  const threshold = lowest((t) => (length * exponent(t) + wanted) / t);
  const bound = lowest((t) => t * colluders * threshold + length * coalitionExponent(colluders, nodes, t));
  return Math.min(1, Math.exp(bound));
}

/** log E[exp(-t * sum of the colluders' scores)] at one position, where they answer each pattern as suits them best. */
function coalitionExponent(colluders: number, nodes: ReturnType<typeof biases>, t: number): number {
  let sum = 0;
  let choose = 1;
  for (let ones = 0; ones <= colluders; ones++) {
    const value = (read: 0 | 1) =>
      nodes.reduce((total, { bias, probability }) => {
        const score = ones * scoreAt(bias, read, 1) + (colluders - ones) * scoreAt(bias, read, 0);
        return total + probability * bias ** ones * (1 - bias) ** (colluders - ones) * Math.exp(-t * score);
      }, 0);
    // Where all their copies agree they cannot know that there is a position at all.
    const answers = ones === 0 ? [value(0)] : ones === colluders ? [value(1)] : [value(0), value(1)];
    sum += choose * Math.max(...answers);
    choose = (choose * (colluders - ones)) / (ones + 1);
  }
  return Math.log(sum);
}

/** The lowest value of a function with one valley over t > 0. */
function lowest(of: (t: number) => number): number {
  let [from, to] = [1e-5, 6];
  const ratio = (Math.sqrt(5) - 1) / 2;
  for (let round = 0; round < 60; round++) {
    const [left, right] = [to - ratio * (to - from), from + ratio * (to - from)];
    if (of(left) < of(right)) to = right;
    else from = left;
  }
  return of((from + to) / 2);
}

/** The code of a secret: the same one every time, and without the secret no bit of it can be guessed. */
export function deriveCode(secret: Uint8Array, { recipients, colluders }: Demand, length: number): Code {
  const draw = stream(secret, 'code');
  const nodes = biases(colluders);
  const bias = Array.from({ length }, () => {
    let left = draw();
    for (const { bias, probability } of nodes) {
      left -= probability;
      if (left < 0) return bias;
    }
    return nodes.at(-1)!.bias;
  });
  const words = Array.from({ length: recipients }, () => Uint8Array.from(bias, (p) => (draw() < p ? 1 : 0)));
  return { bias, words };
}

/** Numbers in [0, 1) of 48 bits: HMAC-SHA-256 of a counter. */
export function stream(secret: Uint8Array, label: string): () => number {
  let block = Buffer.alloc(0);
  let [at, counter] = [0, 0];
  return () => {
    if (at + 6 > block.length) {
      block = createHmac('sha256', secret).update(`${label} ${counter++}`).digest();
      at = 0;
    }
    at += 6;
    return block.readUIntBE(at - 6, 6) / 2 ** 48;
  };
}

export interface Suspicion {
  readonly score: number;
  /** Bound of the probability that somebody who had no hand in it scores as high, whatever was done to the copy. */
  readonly falseAccusation: number;
  /** How much likelier the reading is if this copy was among the sources, averaged over 1 to c of them; logarithm. */
  readonly logLikelihoodRatio: number;
}

/** Each recipient against what was read. `errorRate`: how often a position is taken for misread. */
export function suspicions(code: Code, read: Reading, colluders: number, errorRate = 0.02): Suspicion[] {
  const positions = [...read.keys()].filter((at) => read[at]! >= 0);
  const exponent = (t: number) =>
    positions.reduce((sum, at) => sum + innocentExponent(code.bias[at]!, read[at] as 0 | 1, t), 0);
  return code.words.map((word) => {
    const score = positions.reduce((sum, at) => sum + scoreAt(code.bias[at]!, read[at] as 0 | 1, word[at]!), 0);
    const bound = score <= 0 ? 1 : Math.min(1, Math.exp(lowest((t) => exponent(t) - t * score)));
    const ratios = Array.from({ length: colluders }, (_, index) =>
      positions.reduce(
        (sum, at) => sum + Math.log(ratioAt(code.bias[at]!, read[at]!, word[at]!, index + 1, errorRate)),
        0,
      ),
    );
    return { score, falseAccusation: bound, logLikelihoodRatio: logMean(ratios) };
  });
}

/** Sources that are mixed position by position: each is taken from one of `sources` copies by lot. */
function ratioAt(bias: number, read: number, own: number, sources: number, errorRate: number): number {
  const one = (own + (sources - 1) * bias) / sources;
  const seen = (p: number) => p * (1 - errorRate) + (1 - p) * errorRate;
  return read === 1 ? seen(one) / seen(bias) : seen(1 - one) / seen(1 - bias);
}

function logMean(values: readonly number[]): number {
  const top = Math.max(...values);
  return top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0) / values.length);
}

/** The chance that this copy was among the sources, when before reading it was one in recipients + 1. */
export function posterior(logLikelihoodRatio: number, recipients: number): number {
  return 1 / (1 + recipients * Math.exp(-logLikelihoodRatio));
}
