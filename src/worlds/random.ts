/** A 32-bit hash of a text (FNV-1a with a final mix), to derive independent random streams from readable labels. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  return mix(hash);
}

/** Spreads every input bit over all 32 output bits (the finaliser of MurmurHash3). */
export function mix(value: number): number {
  let hash = value;
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * A small, fast random stream (sfc32). The same three numbers give the same stream on every machine; nothing here
 * looks at the clock, so a world can be made again byte by byte from its options.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(seed: number, stream = 0, substream = 0) {
    this.a = mix(seed | 0);
    this.b = mix(stream ^ 0x9e3779b9);
    this.c = mix(substream ^ 0x7f4a7c15);
    for (let i = 0; i < 12; i++) this.bits();
  }

  /** 32 random bits as an unsigned integer. */
  bits(): number {
    const sum = (this.a + this.b + this.counter++) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum;
    this.c |= 0;
    return sum >>> 0;
  }

  /** A number in [0, 1). */
  next(): number {
    return this.bits() * 2.3283064365386963e-10;
  }

  /** An integer in [0, limit). */
  int(limit: number): number {
    return Math.floor(this.bits() * 2.3283064365386963e-10 * limit);
  }

  /** An integer in [low, high], both included. */
  between(low: number, high: number): number {
    return low + this.int(high - low + 1);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.int(items.length)]!;
  }

  /** Standard normal (Box-Muller, one of the two values). */
  normal(mean = 0, deviation = 1): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return mean + deviation * radius * Math.cos(6.283185307179586 * this.next());
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.next());
  }

  /** A count with the given mean and a spread wider than Poisson: days differ more than dice do. */
  count(mean: number): number {
    if (mean <= 0) return 0;
    const scale = 0.45 + 1.1 * this.next();
    return Math.floor(mean * scale + this.next());
  }

  /** A shuffled copy. */
  shuffle<T>(items: readonly T[]): T[] {
    const copy = items.slice();
    for (let i = copy.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      const kept = copy[i]!;
      copy[i] = copy[j]!;
      copy[j] = kept;
    }
    return copy;
  }
}

/** An independent stream for a purpose, e.g. `streamOf(7, 'clearances')`. */
export function streamOf(seed: number, purpose: string): Random {
  return new Random(seed, hashText(purpose));
}
