/** What a score means, in words. A score is a reason to look, never a verdict. */
export const LEAD_LEVELS = ['informational', 'low', 'medium', 'high', 'critical'] as const;
export type LeadLevel = (typeof LEAD_LEVELS)[number];

/** How far back a lead's evidence is added up, in days. */
export const MEMORY_DAYS = 120;

const STEP = 100 / LEAD_LEVELS.length;

/** Five levels of equal width: 0-20 informational ... 80-100 critical. */
export function leadLevel(score: number): LeadLevel {
  return LEAD_LEVELS[Math.min(LEAD_LEVELS.length - 1, Math.max(0, Math.floor(score / STEP)))]!;
}

/** The scores that a level covers: from (inclusive) and to (exclusive; none for the highest). */
export function scoresOf(level: LeadLevel): { from: number; to: number } {
  const index = LEAD_LEVELS.indexOf(level);
  return { from: index * STEP, to: index === LEAD_LEVELS.length - 1 ? Number.POSITIVE_INFINITY : (index + 1) * STEP };
}
