/** Who may take which step: a table, and nothing else decides on it. */
import type { Queue } from '../leads/leads.ts';
import { type Done, PROGRAM, type StepKind, SUBJECT } from './step.ts';

/** What somebody is in a case. `officer` works on it: a case officer, or in an independent case a reviewer. */
export const PARTS = ['officer', 'approver', 'analyst', SUBJECT, PROGRAM] as const;
export type Part = (typeof PARTS)[number];

const WORKING = ['officer'] as const;
const DECIDING = ['officer', 'approver'] as const;
const ALL = ['officer', 'approver', 'analyst'] as const;

export const MAY_TAKE: Readonly<Record<StepKind, readonly Part[]>> = {
  open: WORKING,
  admit: WORKING,
  recuse: ALL,
  hypothesis: ALL,
  evidence: ALL,
  stored: ALL,
  custody: ALL,
  withdraw: WORKING,
  link: ALL,
  note: ALL,
  task: WORKING,
  task_done: ALL,
  clock: DECIDING,
  clock_met: DECIDING,
  effect: WORKING,
  effect_undone: [...WORKING, PROGRAM],
  invite_reply: WORKING,
  // The person himself, or an officer to whom he has said it.
  reply: [...WORKING, SUBJECT],
  propose: WORKING,
  reject: DECIDING,
  decide: DECIDING,
  notify: WORKING,
  appeal: [...WORKING, SUBJECT],
  appeal_decided: DECIDING,
  explained: [PROGRAM],
  close: WORKING,
  hold: DECIDING,
  release: DECIDING,
};

/** What these roles are in a case of this queue. */
export function partsOf(roles: readonly string[], queue: Queue): Part[] {
  const officer = queue === 'reviewers' ? 'reviewer' : 'case_officer';
  const parts: Part[] = [];
  if (roles.includes(officer)) parts.push('officer');
  if (roles.includes('approver')) parts.push('approver');
  // The independent cases are kept from those among whom the person may work.
  if (roles.includes('analyst') && queue === 'case_officers') parts.push('analyst');
  return parts;
}

/** Why somebody with these parts may not take this step, whatever the case; undefined if he may. */
export function notHis({ step, by }: Done, parts: readonly Part[]): string | undefined {
  const may = MAY_TAKE[step.kind];
  if (!parts.some((part) => may.includes(part))) return `it is for ${may.join(' or ')}`;
  // Everybody may step aside himself; only who works on the case sets somebody else aside.
  if (step.kind === 'recuse' && step.account !== by && !parts.includes('officer')) return 'it is for officer';
  return undefined;
}
