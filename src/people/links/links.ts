/** Saying whose an account is. Every change is in the ledger before it holds. */
import { staff } from '../../access/access.ts';
import type { Clock } from '../../base/clock.ts';
import { Fault } from '../../base/fault.ts';
import { randomId } from '../../base/id.ts';
import { change, type Ledger, type Touch } from '../../ledger/ledger.ts';
import type { CaseworkDb } from '../../stores/postgres.ts';
import { keyOf, type Link, type Plan, personBehind, planLink, planUnlink, type Wish } from './link.ts';
import * as store from './store.ts';

/** What changes of the directory and of links work with. */
export interface Directory {
  readonly casework: CaseworkDb;
  readonly clock: Clock;
  readonly ledger?: Ledger | undefined;
  /** `token:ID` of who changes it, if not somebody at the machine. */
  readonly actor?: string;
}

/** A wish with who says so, and when. */
export type LinkWish = Wish & { readonly source: 'by-hand' | 'directory'; readonly now: Date };

const NAME = /^[^\p{Cc}\s]{1,320}$/u;

/**
 * Says whose an account is from a day on. Throws `invalid-input`, and `forbidden` for an account that somebody of the
 * watching staff names as himself: what it does would otherwise be shown as another's.
 */
export async function linkAccount(parts: Directory, wish: Wish, reason = ''): Promise<void> {
  for (const name of [wish.account, wish.person]) {
    if (name === '' && wish.kind === 'service') continue;
    if (!NAME.test(name)) throw new Fault('invalid-input', 'An account has no spaces and at most 320 characters.');
  }
  await mustNotLink(parts.casework, wish.account);
  await changed(parts, 'people.link', reason, async (tx, touch) => {
    await linkWithin(tx, touch, { ...wish, source: 'by-hand', now: parts.clock() });
  });
}

/** What somebody of the watching staff does must not be shown as another's: his own account stays the person. */
export async function mustNotLink(db: CaseworkDb, account: string): Promise<void> {
  const watching = (await staff(db)).map(keyOf);
  if (!watching.includes(keyOf(account))) return;
  const message = 'It is the person of an account of this program; link the other accounts to it.';
  throw new Fault('forbidden', message, { place: account });
}

/** The same within a change that is under way, the directory being locked. Whether anything was written: what is so stays. */
export async function linkWithin(
  tx: CaseworkDb,
  touch: Touch,
  { source, now, ...wish }: LinkWish,
  isRepeated = false,
): Promise<boolean> {
  const named = await store.linksOf(tx, [keyOf(wish.account), keyOf(wish.person)]);
  const behind = keyOf(personBehind(named, wish.person, wish.from));
  const more = [keyOf(wish.account), keyOf(wish.person)].includes(behind) ? [] : await store.linksOf(tx, [behind]);
  const links = [...named, ...more, ...(await store.linksTo(tx, [wish.account]))];
  if (isRepeated && isSaid(links, wish)) return false;
  await write(tx, touch, planLink(links, wish), source, now);
  return true;
}

/** Whether the same was said before: a file that is taken in again. */
const isSaid = (links: readonly Link[], { account, person, kind, from, until }: Wish): boolean =>
  links.some(
    (link) =>
      keyOf(link.account) === keyOf(account) &&
      keyOf(link.person) === keyOf(person) &&
      link.kind === kind &&
      link.valid_from <= from &&
      link.valid_to === (until ?? null),
  );

/** Ends the links of an account with a last day, one holder's alone if `person` is said. Throws `not-found`. */
export async function unlinkAccount(
  parts: Directory,
  input: { account: string; person?: string | undefined; last: string },
  reason = '',
): Promise<void> {
  await changed(parts, 'people.unlink', reason, async (tx, touch) => {
    const links = await store.linksOf(tx, [keyOf(input.account)]);
    await write(tx, touch, planUnlink(links, input), 'by-hand', parts.clock());
  });
}

/** Links of an account and of the person behind it, with those that are over. Without a name all of them. */
export async function showLinks(db: CaseworkDb, name?: string): Promise<Link[]> {
  if (name === undefined) return await store.selectLinks(db, 10_000);
  const own = await store.linksOf(db, [keyOf(name)]);
  const people = [...new Set([name, ...own.map(({ person }) => person)])];
  const others = await store.linksTo(db, people);
  return [...own, ...others.filter(({ id }) => own.every((one) => one.id !== id))];
}

/** Each name as it was given, and everybody who was ever the person behind it. */
export async function everybodyBehind(db: CaseworkDb, names: readonly string[]): Promise<string[]> {
  const links = await store.linksOf(db, names.map(keyOf));
  return [...new Set([...names, ...links.flatMap(({ kind, person }) => (kind === 'own' ? person : []))])];
}

/** The person behind a name today. */
export async function personNow(parts: Pick<Directory, 'casework' | 'clock'>, name: string): Promise<string> {
  return personBehind(await store.linksOf(parts.casework, [keyOf(name)]), name, today(parts));
}

export const today = ({ clock }: Pick<Directory, 'clock'>): string => clock().toISOString().slice(0, 10);

/** A change of links or directory: locked, and in the ledger. */
export async function changed<T>(
  { casework, ledger, actor = 'system:machine' }: Directory,
  act: string,
  reason: string,
  work: (tx: CaseworkDb, touch: Touch) => Promise<T>,
): Promise<T> {
  const details = reason === '' ? {} : { details: { reason } };
  return await change(ledger, casework, { actor, act, ...details }, async (tx, touch) => {
    await store.lockDirectory(tx);
    return await work(tx, touch);
  });
}

async function write(
  tx: CaseworkDb,
  touch: Touch,
  { end, add }: Plan,
  source: 'by-hand' | 'directory',
  now: Date,
): Promise<void> {
  for (const { id, valid_to } of end) {
    await store.endLink(tx, id, valid_to);
    touch('person_links', id);
  }
  for (const link of add) {
    const id = randomId();
    await store.insertLink(tx, { ...link, id, account_key: keyOf(link.account), source, created_at: now });
    touch('person_links', id);
  }
}
