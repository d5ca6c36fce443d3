/** Who explains a trove, asked of the stores: people under their pseudonyms, each claim with the events behind it. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LEVELS, type Level } from '../base/level.ts';
import { aliases, QUEUE, type Sealed } from '../identities/identities.ts';
import type { Data } from '../stores/data.ts';
import { spoolOf } from '../stores/spool.ts';
import { SpoolFile } from './batch.ts';
import { peersOf, type Reader, smallestGroups, surpriseOf } from './explain.ts';
import { type HolderRow, holders, lastDay, type ReachRow, reach } from './store.ts';

/** What the logs say of one person and the trove. A reason to ask, never a verdict. */
export interface PersonExplains {
  /** Pseudonym. */
  subject: string;
  /** Documents of the trove he had, and their share of those that anybody had, 0 to 1. */
  documents: number;
  share: number;
  /** How many somebody with the same access would have had, and how surprising the number is, in bits. */
  expected: number;
  surprise_bits: number;
  compared_with: number;
  first: string;
  last: string;
  /** His first act with each of the documents: the events behind the claim. */
  events: { document: string; time: string; event: string; activity: string; channels: string[] }[];
  /** Other registered documents he has had, by level: what else may be lost. */
  exposure: Record<Level, number>;
}

export interface Explanations {
  /** Documents of the trove that the register names; and those of them that nobody in the logs had. */
  documents: number;
  in_logs: number;
  nobody: string[];
  people: PersonExplains[];
  /** The smallest groups who together had everything that anybody had. */
  groups: { subjects: string[]; documents: number }[];
  note: string;
}

const NOTE =
  'Explanations, never guilt: logs have gaps, accounts are borrowed, and documents travel in ways no log shows. ' +
  'Each claim names its events; check them, and what would explain them innocently.';
const MOST_PEOPLE = 50;

/** `documents`: the registered paths in the trove. Without logs, nobody explains anything. */
export async function explainTrove(
  stores: Sealed & Pick<Data, 'events'>,
  documents: readonly string[],
): Promise<Explanations> {
  const { events } = stores;
  const path = join(spoolOf(events), 'explained.jsonl');
  const file = new SpoolFile(path);
  for (const document of documents) await file.write(`${JSON.stringify({ document })}\n`);
  await file.close();
  try {
    const day = await lastDay(events);
    const [held, people] =
      documents.length === 0 ? [[], []] : [await holders(events, path), await reach(events, path, day)];
    return await explained(stores, documents, held, people);
  } finally {
    await rm(path, { force: true });
  }
}

async function explained(
  sealed: Sealed,
  documents: readonly string[],
  held: readonly HolderRow[],
  people: readonly ReachRow[],
): Promise<Explanations> {
  const index = new Map(documents.map((document, at) => [document, at]));
  const byUser = Map.groupBy(held, ({ user_uid }) => user_uid);
  const reachOf = new Map(people.map((row) => [row.user_uid, row]));
  const everybody = people.map(
    ({ user_uid, team, role, documents: count }): Reader => ({
      ...{ user: user_uid, team, role, documents: count },
      had: (byUser.get(user_uid) ?? []).map(({ document }) => index.get(document)!),
    }),
  );
  const readers = everybody.filter(({ had }) => had.length > 0);
  const seen = new Set(held.map(({ document }) => document));
  const judged = readers
    .map((reader) => ({ reader, surprise: surpriseOf(reader, peersOf(reader, everybody), documents.length) }))
    .sort(
      (one, other) =>
        other.surprise.bits - one.surprise.bits ||
        other.reader.had.length - one.reader.had.length ||
        (one.reader.user < other.reader.user ? -1 : 1),
    );
  const groups = smallestGroups(readers, documents.length);
  const grouped = new Set(groups.flatMap(({ users }) => users));
  const told = judged.filter(({ reader }, at) => at < MOST_PEOPLE || grouped.has(reader.user));
  const alias = await aliases(sealed, QUEUE, [...new Set(told.map(({ reader }) => reader.user))]);
  return {
    documents: documents.length,
    in_logs: seen.size,
    nobody: documents.filter((document) => !seen.has(document)),
    people: told.map(({ reader, surprise }) => {
      const rows = byUser.get(reader.user)!;
      const { outside } = reachOf.get(reader.user)!;
      return {
        subject: alias.get(reader.user)!,
        documents: reader.had.length,
        share: rounded(reader.had.length / Math.max(1, seen.size), 1000),
        expected: rounded(surprise.expected, 10),
        surprise_bits: rounded(surprise.bits, 10),
        compared_with: surprise.peers,
        first: rows.map(({ first }) => first).sort()[0]!,
        last: rows
          .map(({ last }) => last)
          .sort()
          .at(-1)!,
        events: rows.map(({ document, first, event, activity, channels }) => ({
          ...{ document, time: first, event, activity, channels },
        })),
        exposure: Object.fromEntries(LEVELS.map((level, at) => [level, outside[at] ?? 0])) as Record<Level, number>,
      };
    }),
    groups: groups.map(({ users, covered }) => ({
      subjects: users.map((user) => alias.get(user)!),
      documents: covered,
    })),
    note: NOTE,
  };
}

const rounded = (value: number, steps: number) => Math.round(value * steps) / steps;
