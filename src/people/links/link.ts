/**
 * Whose an account is, from which day to which. Events keep the account as it came; on each day a detection asks whose it was
 * then. Pure rules: what is there, what is wished, and what has to be written for it.
 */
import { addDays } from '../../base/day.ts';
import { Fault } from '../../base/fault.ts';

/**
 * own: the account is that person's, and what it does is his. shared: several people use it; what it does is nobody's in
 * particular and stands under the account itself. service: a program's, with an owner; nobody is judged by it.
 */
export const KINDS = ['own', 'shared', 'service'] as const;
export type LinkKind = (typeof KINDS)[number];

/** Days are YYYY-MM-DD; `valid_to` is the last day, null while it lasts, before `valid_from` if it never held. */
export interface Link {
  readonly id: string;
  readonly account: string;
  readonly person: string;
  readonly kind: LinkKind;
  readonly valid_from: string;
  readonly valid_to: string | null;
}

export interface Wish {
  readonly account: string;
  /** Whose; empty for a service without an owner. */
  readonly person: string;
  readonly kind: LinkKind;
  readonly from: string;
  readonly until?: string | undefined;
}

export interface Plan {
  /** Links that end, each with its new last day. */
  readonly end: readonly { id: string; valid_to: string }[];
  readonly add: readonly Omit<Link, 'id'>[];
}

export const keyOf = (account: string): string => account.toLowerCase();
const isSame = (one: string, other: string): boolean => keyOf(one) === keyOf(other);
export const isVoid = ({ valid_from, valid_to }: Link): boolean => valid_to !== null && valid_to < valid_from;
export const holdsOn = (link: Link, day: string): boolean =>
  link.valid_from <= day && (link.valid_to === null || link.valid_to >= day);
const reaches = (link: Link, day: string): boolean => !isVoid(link) && (link.valid_to === null || link.valid_to >= day);

/** The person behind an account on a day; the account itself when nobody said. */
export function personBehind(links: readonly Link[], account: string, day: string): string {
  const found = links.find((link) => link.kind === 'own' && isSame(link.account, account) && holdsOn(link, day));
  return found?.person ?? account;
}

/**
 * What has to be written so that the wish holds. `links` are those of the account, of the person named and of whoever is behind
 * that name, and those that lead to the account. Links never make a chain: whoever is linked is linked to the person himself. Throws `invalid-input`.
 */
export function planLink(links: readonly Link[], wish: Wish): Plan {
  const { account, kind, from } = wish;
  if (wish.until !== undefined && wish.until < from) throw wrong('The last day is before the first.', 'until');
  const person = wish.person === '' ? '' : personBehind(links, wish.person, from);
  if (person === '' && kind !== 'service') throw wrong('Say whose account it is.', 'person');
  if (isSame(person, account)) {
    throw wrong('An account is its own person without a link; use `people unlink` to end one.', 'person');
  }
  const other = links.find((link) => person !== '' && isSame(link.account, person) && reaches(link, from));
  if (other !== undefined) {
    const what =
      other.kind === 'own' ? `is linked to somebody else from ${other.valid_from} on` : `is a ${other.kind} account`;
    throw wrong(`The person's name ${what}; name the person.`, 'person');
  }
  const own = links.filter((link) => isSame(link.account, account) && reaches(link, from));
  const later = own.find((link) => link.valid_from > from);
  if (later !== undefined) {
    throw wrong(`The account has a link from ${later.valid_from} on; end that one first.`, 'from');
  }
  const behind = links.filter((link) => link.kind === 'own' && isSame(link.person, account) && reaches(link, from));
  if (kind !== 'own' && behind.length > 0) {
    const names = behind.map((link) => link.account).join(', ');
    throw wrong(
      `Other accounts are linked to it as to a person (${names}); link those to the person first.`,
      'account',
    );
  }
  const replaced = own.filter((link) => !(kind === 'shared' && link.kind === 'shared'));
  if (own.some((link) => !replaced.includes(link) && isSame(link.person, person))) {
    throw wrong('That is so already.', 'person');
  }
  const before = addDays(from, -1);
  return {
    end: [...replaced, ...behind].map(({ id }) => ({ id, valid_to: before })),
    add: [
      { account, person, kind, valid_from: from, valid_to: wish.until ?? null },
      // Whoever stood behind this account's name is the person now.
      ...behind.map(({ account, kind, valid_from, valid_to }) => ({
        ...{ account, kind, person, valid_to },
        valid_from: [valid_from, from].sort()[1]!,
      })),
    ],
  };
}

/** What has to be written so that the account's links end with `last`, one holder's alone if `person` is said. */
export function planUnlink(
  links: readonly Link[],
  { account, person, last }: { account: string; person?: string | undefined; last: string },
): Plan {
  const ended = links.filter(
    (link) =>
      isSame(link.account, account) &&
      (person === undefined || isSame(link.person, person)) &&
      reaches(link, addDays(last, 1)),
  );
  if (ended.length === 0) throw new Fault('not-found', 'There is no such link that lasts longer.', { place: account });
  return { end: ended.map(({ id }) => ({ id, valid_to: last })), add: [] };
}

const wrong = (message: string, place: string) => new Fault('invalid-input', message, { place });
