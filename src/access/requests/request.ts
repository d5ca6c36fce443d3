/** Two people for every change of who may do what: one asks, another decides, and it concerns neither of them both. */
import type { Account } from '../../http/route.ts';
import type { Role } from '../roles.ts';

export const KINDS = ['account', 'grant', 'revoke', 'link', 'disable', 'passkey'] as const;
export type Kind = (typeof KINDS)[number];

/** A week: what was right to ask may not be right to grant later. */
export const REQUEST_SECONDS = 7 * 86_400;

/** Who decides on what. */
export const DECIDERS: Readonly<Record<Kind, readonly Role[]>> = {
  account: ['approver'],
  grant: ['approver'],
  revoke: ['approver'],
  link: ['approver'],
  disable: ['approver'],
  // An approver's key: with a single approver nobody else could, and a case officer gains nothing by it.
  passkey: ['approver', 'case_officer'],
};

export interface Parties {
  readonly kind: Kind;
  /** The accounts and the persons, then and now, of whoever asked (empty: not known) and of whoever it is about. */
  readonly askers: readonly (string | null)[];
  readonly concerned: readonly (string | null)[];
}

/**
 * Why this account may not decide on the request; null if it may. All accounts of one person are one person; somebody of
 * whom it is not known who he is could be anybody, so he neither asks nor decides.
 */
export function objection({ kind, askers, concerned }: Parties, by: Account): string | null {
  if (!by.roles.some((role) => DECIDERS[kind].includes(role)))
    return `this is for the role ${DECIDERS[kind].join(' or ')}`;
  if (by.person === null) return 'nobody has said whose account this is, so it may be that of whoever asked';
  if (askers.includes('')) return 'nobody has said whose account it is that asks';
  const own = [by.id, by.person];
  if (askers.some((each) => each !== null && own.includes(each)))
    return 'whoever asks for something does not decide on it';
  if (concerned.some((each) => each !== null && own.includes(each))) return 'nobody decides on what concerns himself';
  return null;
}
