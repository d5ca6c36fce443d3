import { useSyncExternalStore } from 'react';
import { ask, type Lead, type Role } from './api.ts';
import { queryClient } from './client.ts';

/** What becomes of a lead. What is decided waits a few seconds before it is sent, so that a slip can be taken back. */
export const DECISIONS = ['dismiss', 'watch', 'open', 'hand_over', 'return'] as const;
export type Decision = (typeof DECISIONS)[number];
export const KEY_OF: Record<Decision, string> = { dismiss: '1', watch: '2', open: '3', hand_over: 'h', return: 'b' };

const MAY_DECIDE: Record<Decision, readonly Role[]> = {
  dismiss: ['analyst', 'case_officer', 'reviewer'],
  watch: ['analyst', 'case_officer', 'reviewer'],
  hand_over: ['analyst', 'case_officer'],
  return: ['case_officer', 'reviewer'],
  open: ['case_officer', 'reviewer'],
};
/** What somebody with these roles may decide. The server decides; this only spares asking. */
export const decisionsOf = (roles: readonly Role[], isHandedOver: boolean): Decision[] =>
  DECISIONS.filter(
    (decision) => roles.some((role) => MAY_DECIDE[decision].includes(role)) && (decision !== 'return' || isHandedOver),
  );

export const send = (id: string, body: Record<string, unknown>) =>
  ask<{ case: string | null }>(`/api/leads/${encodeURIComponent(id)}/triage`, { method: 'POST', body });

export const UNDO_SECONDS = 6;
export interface Waiting {
  lead: Pick<Lead, 'id' | 'subject'>;
  decision: Decision;
  state: 'waiting' | 'sent' | 'failed';
  error?: unknown;
}
interface Held extends Waiting {
  body: Record<string, unknown>;
  timer: ReturnType<typeof setTimeout>;
}

let waiting: readonly Held[] = [];
const listeners = new Set<() => void>();
const set = (next: readonly Held[]) => {
  waiting = next;
  for (const listener of listeners) listener();
};
const change = (id: string, changes: Partial<Held>) =>
  set(waiting.map((one) => (one.lead.id === id ? { ...one, ...changes } : one)));

export const useWaiting = (): readonly Waiting[] =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => waiting,
  );

/** Sends it when nobody has taken it back in time. */
export function decide(lead: Waiting['lead'], decision: Decision, body: Record<string, unknown>): void {
  takeBack(lead.id);
  const timer = setTimeout(() => void sendNow(lead.id), UNDO_SECONDS * 1000);
  set([...waiting, { lead, decision, body: { decision, ...body }, state: 'waiting', timer }]);
}

export function takeBack(id: string): void {
  for (const one of waiting) if (one.lead.id === id) clearTimeout(one.timer);
  set(waiting.filter(({ lead }) => lead.id !== id));
}

/** The latest that can still be taken back. */
export const takeBackLast = () => {
  const last = waiting.findLast(({ state }) => state === 'waiting');
  if (last !== undefined) takeBack(last.lead.id);
};

async function sendNow(id: string): Promise<void> {
  const one = waiting.find(({ lead, state }) => lead.id === id && state === 'waiting');
  if (one === undefined) return;
  clearTimeout(one.timer);
  try {
    change(id, { state: 'sent' });
    await send(id, one.body);
    await afterDecision(id);
    set(waiting.filter(({ lead }) => lead.id !== id));
  } catch (error) {
    change(id, { state: 'failed', error });
  }
}

/** What was shown before a decision is not so any more. */
export const afterDecision = (id: string) =>
  Promise.all(
    [['leads'], ['lead', id], ['handed-over'], ['cases'], ['overview']].map((queryKey) =>
      queryClient.invalidateQueries({ queryKey }),
    ),
  );

// Whoever leaves has decided.
addEventListener('pagehide', () => {
  for (const { lead, state } of waiting) if (state === 'waiting') void sendNow(lead.id);
});
