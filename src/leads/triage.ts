/**
 * Triage: what becomes of a lead. Leads are made anew whenever days were computed; decisions about them stay, each a row
 * of its own, and the last one counts.
 */
import { TUNING } from '../detections/detections.ts';

/** `return` puts a lead back into the queue: from those it was handed over to, or because the person was cleared. */
export const DECISIONS = ['dismiss', 'watch', 'hand_over', 'return'] as const;
export type Decision = (typeof DECISIONS)[number];

/** Who works on cases: the case officers, or for those near to them the independent reviewers. */
export const QUEUES = ['case_officers', 'reviewers'] as const;
export type Queue = (typeof QUEUES)[number];

/** Where a lead is for somebody: `case` for members of a case about it; for everybody else it is where it was before. */
export const LEAD_STATUSES = ['open', 'watched', 'dismissed', 'handed_over', 'case'] as const;
export type LeadStatus = (typeof LEAD_STATUSES)[number];

/** The bits of evidence that make somebody a lead, a score of 40. Below it the queue would hold half the house. */
export const LEAST_EVIDENCE = -Math.log2(1 - 0.4) * TUNING.scoreScale;

/**
 * A lead that was dismissed, or is watched, comes back when the news since then would alone make somebody a lead:
 * what was judged innocent counts neither for nor against him. In bits.
 */
export const NEWS_TO_RETURN = LEAST_EVIDENCE;
