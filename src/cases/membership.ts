/** Who is of which case, asked by other rooms. */
import type { Account } from '../http/route.ts';
import { readCase } from './order.ts';
import * as store from './store.ts';
import { partsOf } from './who.ts';
import { type Cases, casesOf, personLooking } from './work.ts';

/** Whether somebody works on a case. */
export async function isMember(cases: Cases, account: Account, id: string): Promise<boolean> {
  const person = await personLooking(cases, account);
  const row = await store.visibleCase(cases.casework, person, id);
  if (row === undefined || partsOf(person.roles, row.queue).length === 0) return false;
  return readCase(await store.selectSteps(cases.casework, id)).closedAt === undefined;
}

/**
 * Whether somebody must not know of anything about a case, though his role deals with such things: he is recused, or the
 * case is the independent reviewers' and he is not of it.
 */
export async function isKeptOut(cases: Cases, account: Account, id: string): Promise<boolean> {
  const row = await store.caseById(cases.casework, id);
  if (row === undefined) return false;
  const { recused } = readCase(await store.selectSteps(cases.casework, id));
  return recused.has(account.id) || (row.queue === 'reviewers' && !(await isMember(cases, account, id)));
}

/** The leads about which there is a case that somebody is a member of. */
export async function leadsInCases(cases: Cases, account: Account): Promise<string[]> {
  const found = await casesOf(cases, await personLooking(cases, account));
  return found.filter(({ found }) => found.closedAt === undefined).map(({ row }) => row.lead);
}
