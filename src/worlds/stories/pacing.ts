import type { Random } from '../random.ts';

export const PACINGS = ['low_slow', 'pulsed', 'steady', 'front_loaded', 'accelerating'] as const;
export type Pacing = (typeof PACINGS)[number];

/** When the next sitting comes and how much it brings. */
export type Rhythm = {
  /** Days until the next sitting, 1 or more. */
  gap(progress: number): number;
  /** So many documents, on average `mean`. */
  size(progress: number, mean: number): number;
};

/** The rhythm of a case: `sittings` over `span` days, spread as its pacing says. `progress` goes from 0 to 1. */
export function rhythm(pacing: Pacing, span: number, sittings: number, random: Random): Rhythm {
  const mean = span / sittings;
  const trend = (progress: number): number =>
    pacing === 'accelerating' ? 0.45 + 1.1 * progress : pacing === 'front_loaded' ? 1.55 - 1.1 * progress : 1;
  return {
    gap(progress) {
      let days = (mean * Math.exp(random.normal(0, pacing === 'steady' ? 0.3 : 0.6))) / trend(progress);
      if (pacing === 'pulsed') days = random.chance(0.55) ? random.between(1, 2) : days * 2;
      return Math.max(1, Math.round(days));
    },
    size(progress, documents) {
      const spread = pacing === 'steady' ? 0.3 : 0.55;
      return Math.max(1, Math.round(documents * trend(progress) * Math.exp(random.normal(-spread / 4, spread))));
    },
  };
}
