/**
 * Whose matters an account may know of. Whoever watches or administers could look after himself, or warn a colleague:
 * leads about them are for the independent reviewers alone, and nobody is shown anything about himself. What somebody may
 * not know of does not exist for him: not in lists, counts or searches, and an address of it answers as any wrong one.
 */
import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import { staff } from '../access/access.ts';
import type { Account } from '../http/route.ts';
import { aliasMark, QUEUE, type Sealed } from '../identities/identities.ts';
import { everybodyBehind } from '../people/people.ts';
import type { Casework } from '../stores/postgres.ts';

export interface Sight {
  /** Everybody but those who watch and administer, or they alone. */
  readonly queue: 'analysts' | 'reviewers';
  /** Whose account it is. */
  readonly own: string | null;
  /** Whoever has, or had, an account that sees more than an employee's. */
  readonly staff: readonly string[];
  /** What stands in a lead for an account. */
  readonly markOf: (userUid: string) => string;
}

/** Roles that read leads. A route for them asks for the sight of its caller. */
export const READERS = ['analyst', 'reviewer'] as const;

export async function sightOf(sealed: Sealed, { roles, person }: Pick<Account, 'roles' | 'person'>): Promise<Sight> {
  const queue = roles.includes('reviewer') ? 'reviewers' : 'analysts';
  const markOf = (userUid: string) => aliasMark(sealed, QUEUE, userUid);
  // Whoever watches is meant with every account of his, whichever of them he is known by.
  const watching = await everybodyBehind(sealed.casework, await staff(sealed.casework));
  return { queue, own: person, staff: watching, markOf };
}

/** What is shown on the machine itself, where nobody has signed in: an analyst's queue. */
export const sightOfMachine = (sealed: Sealed): Promise<Sight> => sightOf(sealed, { roles: [], person: null });

/** Whether somebody with this sight may know of matters of a person. The same rule as `inSight`. */
export function mayKnow(
  sight: Sight,
  { userUid, administrator }: { userUid: string; administrator: boolean },
): boolean {
  if (userUid === sight.own) return false;
  return (administrator || sight.staff.includes(userUid)) === (sight.queue === 'reviewers');
}

/** The leads that somebody with this sight may know of, as a condition of the statement that reads them. */
export function inSight(sight: Sight) {
  return (where: ExpressionBuilder<Casework, 'leads'>): Expression<SqlBool> => {
    const isStaff = where.or([
      where('administrator', '=', true),
      ...(sight.staff.length > 0 ? [where('person_mark', 'in', sight.staff.map(sight.markOf))] : []),
    ]);
    const queue = sight.queue === 'reviewers' ? isStaff : where.not(isStaff);
    return sight.own === null ? queue : where.and([queue, where('person_mark', '<>', sight.markOf(sight.own))]);
  };
}
