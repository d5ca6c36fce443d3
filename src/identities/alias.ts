/** Pseudonyms: drawn by lot, so that nothing about a person can be worked out from one, and kept, so that it stays his. */
import { Fault } from '../base/fault.ts';
import { randomId } from '../base/id.ts';
import { knownNames } from '../people/people.ts';
import { aliasMark, QUEUE, sealedAlias } from '../stores/adopt.ts';
import type { Data } from '../stores/data.ts';
import type { Sealing } from '../stores/sealing.ts';
import { aliasesByMark, insertAliases, sealedOf, sealedOfAll } from './store.ts';

/** Casework, or a transaction of it, and the key that does not lie in it. */
export type Sealed = Pick<Data, 'casework' | 'sealing'>;

/** The scope of leads. The scope of a case is its id: nobody but its members can join the two. */
export { aliasMark, QUEUE };

const ALIAS_LENGTH = 5;
const BATCH = 5000;
const EXCHANGED = 'A pseudonym is not the one that was drawn for the account.';

/**
 * The pseudonym of each account within a scope, drawn now for those that have none. Throws `sealed-changed` when
 * somebody else exchanged rows: what one person did would be shown as another's.
 */
export async function aliases(
  sealed: Sealed,
  scope: string,
  userUids: readonly string[],
): Promise<Map<string, string>> {
  const { casework, sealing } = sealed;
  const wanted = new Map(userUids.map((user) => [aliasMark(sealed, scope, user), user]));
  const marks = [...wanted.keys()];
  const known = new Map<string, string>();
  for (let at = 0; at < marks.length; at += BATCH)
    for (const row of await aliasesByMark(casework, scope, marks.slice(at, at + BATCH))) {
      const user = wanted.get(row.person_mark)!;
      if (opened(sealing, row) !== user)
        throw new Fault('sealed-changed', EXCHANGED, { place: `aliases ${row.alias}` });
      known.set(user, row.alias);
    }
  const missing = [...wanted.values()].filter((user) => !known.has(user));
  if (missing.length === 0) return known;
  const drawn = missing.map((user) => sealedAlias(sealing, scope, randomId(ALIAS_LENGTH), user));
  for (let at = 0; at < drawn.length; at += BATCH) await insertAliases(casework, drawn.slice(at, at + BATCH));
  return aliases(sealed, scope, userUids); // a drawn alias that was taken already is drawn again
}

/**
 * The account behind a pseudonym, for the program's own questions; it never leaves the server. Throws `sealed-changed`
 * when the row was written by somebody else.
 */
export async function personOf(
  { casework, sealing }: Sealed,
  scope: string,
  alias: string,
): Promise<string | undefined> {
  const sealed = await sealedOf(casework, scope, alias);
  return sealed === undefined ? undefined : opened(sealing, { scope, alias, sealed });
}

/** The accounts behind several pseudonyms of one scope; those that nobody was given are not there. */
export async function peopleOf(
  { casework, sealing }: Sealed,
  scope: string,
  names: readonly string[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (let at = 0; at < names.length; at += BATCH)
    for (const { alias, sealed } of await sealedOfAll(casework, scope, names.slice(at, at + BATCH)))
      found.set(alias, opened(sealing, { scope, alias, sealed }));
  return found;
}

const opened = (sealing: Sealing, { scope, alias, sealed }: { scope: string; alias: string; sealed: string }): string =>
  sealing.open(sealed, 'alias', scope, alias);

/**
 * A function that replaces, in a log line, every account and address of the organisation's people by their pseudonyms
 * within a scope. Addresses of the organisation's mail domains that belong to nobody known are hidden too.
 */
export async function masker(
  sealed: Sealed & Pick<Data, 'events'>,
  scope: string,
): Promise<(text: string) => Promise<string>> {
  const byWord = new Map<string, string>();
  const domains = new Set<string>();
  for (const { account, user_uid, email } of await knownNames(sealed.events)) {
    byWord.set(account.toLowerCase(), user_uid);
    if (!email.includes('@')) continue;
    byWord.set(email, user_uid);
    domains.add(email.split('@')[1]!);
  }
  const known = (word: string) => byWord.get(word.toLowerCase());
  return async (text) => {
    const words = (text.match(WORD) ?? []).flatMap((word) => runsOf(word, known));
    const found = [...new Set(words.flatMap((word) => known(word) ?? []))];
    const alias = found.length > 0 ? await aliases(sealed, scope, found) : new Map<string, string>();
    const masked = (word: string): string => {
      const user = known(word);
      if (user) return `[${alias.get(user)}]`;
      return domains.has(word.toLowerCase().split('@')[1] ?? '') ? '[address]' : word;
    };
    return text.replace(WORD, (word) => runsOf(word, known).map(masked).join(''));
  };
}

/** An address, or words that a dot or a dash holds together. */
const WORD = /[\w.+-]+@[\w.-]+|[\p{L}\d_]+(?:[.~+-][\p{L}\d_]+)*/gu;
/** More parts than an account has: of a longer word each part stands alone. */
const MOST_PARTS = 8;

/** A word as it is if it is known or an address; else its longest known parts, such as adm-7 in adm-7.docx, and the rest. */
function runsOf(word: string, known: (word: string) => string | undefined): string[] {
  if (word.includes('@') || known(word)) return [word];
  const parts = word.split(/([.~+-])/);
  const runs: string[] = [];
  for (let at = 0; at < parts.length; ) {
    let end = Math.min(parts.length, at + MOST_PARTS);
    while (end > at + 1 && !known(parts.slice(at, end).join(''))) end -= 1;
    runs.push(parts.slice(at, end).join(''));
    at = end;
  }
  return runs;
}
