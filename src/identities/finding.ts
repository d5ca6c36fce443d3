/** Finding unmaskings: who may know of which, and what the person concerned is told. */
import { Fault } from '../base/fault.ts';
import type { Account } from '../http/route.ts';
import { personOf } from './alias.ts';
import { personMark } from './jobs.ts';
import type { Identities } from './officers.ts';
import * as store from './store.ts';
import { type Done, noticeDue, readUnmasking, type Step, type Unmasking } from './unmasking.ts';

/** What the law or the organisation sets, and who must be kept out of what. */
export interface UnmaskingPolicy {
  /** From the request on, officers sign and the requester looks within so many hours. */
  readonly hours: number;
  readonly notifyAfterDays: number;
  /** Whether this account must not take part in, or know of, anything about this person: recused, his superior, and so on. */
  readonly isKeptOut?: (account: Account, about: { case: string; user: string }) => Promise<boolean>;
  /** Whether the account works on the case: only then may it request. */
  readonly isOfCase?: (account: Account, caseId: string) => Promise<boolean>;
}

export interface Unmaskings extends Identities {
  readonly policy: UnmaskingPolicy;
}

/** An unmasking with the reason in words. */
export interface Told {
  readonly unmasking: Unmasking;
  readonly reason: string;
}

/** Everything that this account may know of, the latest first. */
export async function listUnmaskings(parts: Unmaskings, as: Account): Promise<Told[]> {
  const rows = await store.selectUnmaskings(parts.casework);
  const steps = Map.groupBy(
    await store.stepsOf(
      parts.casework,
      rows.map(({ id }) => id),
    ),
    (step) => step.unmasking_id,
  );
  const told: Told[] = [];
  for (const row of rows) if (!(await isHidden(parts, as, row))) told.push(readRow(row, steps.get(row.id) ?? []));
  return told;
}

/** Throws `not-found`, also for what this account must not know of. */
export async function findUnmasking(parts: Unmaskings, as: Account, id: string): Promise<Told> {
  const found = await store.unmaskingById(parts.casework, id);
  if (found === undefined || (await isHidden(parts, as, found.row)))
    throw new Fault('not-found', 'There is no such request.', { place: id });
  return readRow(found.row, found.steps);
}

export interface Notice {
  readonly id: string;
  /** Days, YYYY-MM-DD: when the identity was opened, and from when on the person could know. */
  readonly openedOn: string;
  readonly toldOn: string;
  /** Whether the notice was held back. */
  readonly wasHeld: boolean;
}

/** What a person of the directory is told: that his identity was opened, when the delay has passed. */
export async function noticesFor(parts: Identities, userUid: string): Promise<Notice[]> {
  const rows = await store.selectUnmaskings(parts.casework, personMark(parts, userUid));
  const steps = Map.groupBy(
    await store.stepsOf(
      parts.casework,
      rows.map(({ id }) => id),
    ),
    (step) => step.unmasking_id,
  );
  const now = parts.clock().toISOString();
  return rows.flatMap((row) => {
    const { unmasking } = readRow(row, steps.get(row.id) ?? []);
    const due = noticeDue(unmasking);
    if (due === undefined || now < due) return [];
    const openedOn = unmasking.openings[1]!.at.slice(0, 10);
    return [{ id: row.id, openedOn, toldOn: due.slice(0, 10), wasHeld: unmasking.heldUntil !== undefined }];
  });
}

async function isHidden(parts: Unmaskings, as: Account, row: store.UnmaskingsTable): Promise<boolean> {
  const user = await personOf(parts, row.case_id, row.alias);
  return user === undefined || (await isKeptOut(parts, as, { case: row.case_id, user }));
}

/** Whether somebody must not know of anything about a person; about himself nobody does. */
export async function isKeptOut(
  { policy }: Unmaskings,
  as: Account,
  about: { case: string; user: string },
): Promise<boolean> {
  return as.person === about.user || ((await policy.isKeptOut?.(as, about)) ?? false);
}

/** The unmasking that a row and its steps make. Throws `sealed-changed` when they do not fit together. */
export function readRow(row: store.UnmaskingsTable, steps: readonly store.UnmaskingStepsTable[]): Told {
  const done = steps.map(
    ({ step, account_id, person_mark, at }): Done => ({
      step: JSON.parse(step) as Step,
      by: { account: account_id, person: person_mark },
      at,
    }),
  );
  const unmasking = readUnmasking(row.id, done);
  const about = unmasking?.request.step;
  if (about?.subject !== row.person_mark || about.alias !== row.alias || about.case !== row.case_id)
    throw new Fault('sealed-changed', 'The request is not the one that was made.', { place: `unmaskings ${row.id}` });
  return { unmasking: unmasking!, reason: row.reason };
}
