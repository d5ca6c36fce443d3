/** Pseudonyms: drawn by lot, so that nothing about a person can be worked out from one, and kept, so that it stays his. */
import { randomId } from '../base/id.ts';
import type { Events } from '../stores/clickhouse.ts';
import type { CaseworkDb } from '../stores/postgres.ts';
import { insertSubjects, knownNames, subjectByAlias, subjectsByUser } from './store.ts';

const ALIAS_LENGTH = 5;
const BATCH = 5000;

/** The pseudonym of each account, drawn now for those that have none. */
export async function aliases(db: CaseworkDb, userUids: readonly string[]): Promise<Map<string, string>> {
  const known = new Map<string, string>();
  for (let at = 0; at < userUids.length; at += BATCH)
    for (const subject of await subjectsByUser(db, userUids.slice(at, at + BATCH)))
      known.set(subject.user_uid, subject.alias);
  const missing = [...new Set(userUids)].filter((uid) => !known.has(uid));
  if (missing.length === 0) return known;
  const drawn = missing.map((user_uid) => ({ user_uid, alias: randomId(ALIAS_LENGTH) }));
  for (let at = 0; at < drawn.length; at += BATCH) await insertSubjects(db, drawn.slice(at, at + BATCH));
  return aliases(db, userUids); // a drawn alias that was taken already is drawn again
}

/** The account behind a pseudonym, for the program's own questions; it never leaves the server. */
export async function personOf(db: CaseworkDb, alias: string): Promise<string | undefined> {
  return (await subjectByAlias(db, alias))?.user_uid;
}

/**
 * A function that replaces, in a log line, every account and address of the organisation's people by their pseudonyms.
 * Addresses of the organisation's mail domains that belong to nobody known are hidden too.
 */
export async function masker(db: CaseworkDb, events: Events): Promise<(text: string) => Promise<string>> {
  const byWord = new Map<string, string>();
  const domains = new Set<string>();
  for (const { user_uid, email } of await knownNames(events)) {
    byWord.set(user_uid.toLowerCase(), user_uid);
    if (!email.includes('@')) continue;
    byWord.set(email, user_uid);
    domains.add(email.split('@')[1]!);
  }
  return async (text) => {
    const words = text.match(WORD) ?? [];
    const found = [...new Set(words.flatMap((word) => byWord.get(word.toLowerCase()) ?? []))];
    const alias = found.length > 0 ? await aliases(db, found) : new Map<string, string>();
    return text.replace(WORD, (word) => {
      const user = byWord.get(word.toLowerCase());
      if (user) return `[${alias.get(user)}]`;
      return domains.has(word.toLowerCase().split('@')[1] ?? '') ? '[address]' : word;
    });
  };
}

/** An address or a word. */
const WORD = /[\w.+-]+@[\w.-]+|[\p{L}\d_]+/gu;
