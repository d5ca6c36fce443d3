/** The SQL of links: casework keeps them, the event store has a copy that detections join. */
import { sql } from 'kysely';
import type { LedgeredTable } from '../../ledger/ledger.ts';
import type { Events } from '../../stores/clickhouse.ts';
import type { CaseworkDb } from '../../stores/postgres.ts';
import type { Link } from './link.ts';

interface LinksTable extends Link {
  n: number;
  account_key: string;
  source: 'by-hand' | 'directory';
  created_at: Date;
}

declare module '../../stores/postgres.ts' {
  interface Casework {
    person_links: LinksTable;
  }
}

export const LEDGERED: LedgeredTable = {
  table: 'person_links',
  key: ['id'],
  columns: ['id', 'account', 'account_key', 'person', 'kind', 'valid_from', 'valid_to', 'source', 'created_at'],
  times: ['created_at'],
};

const nextNumber = () => sql<number>`nextval('directory_n')`;

/**
 * Changes of links and of the directory come one after the other: their numbers then grow in the order in which they become
 * visible, so that whoever copies all beyond the highest one he has misses none.
 */
export async function lockDirectory(tx: CaseworkDb): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(20261124)`.execute(tx);
}

/** Links of these accounts (in small letters), the oldest first. */
export async function linksOf(db: CaseworkDb, accountKeys: readonly string[]): Promise<LinksTable[]> {
  if (accountKeys.length === 0) return [];
  return await db
    .selectFrom('person_links')
    .selectAll()
    .where('account_key', 'in', accountKeys)
    .orderBy('valid_from')
    .orderBy('id')
    .execute();
}

/** Links that lead to any of these people, whatever their capitals, the oldest first. */
export async function linksTo(db: CaseworkDb, people: readonly string[]): Promise<LinksTable[]> {
  if (people.length === 0) return [];
  const keys = people.map((person) => person.toLowerCase());
  return await db
    .selectFrom('person_links')
    .selectAll()
    .where(sql<string>`lower(person)`, 'in', keys)
    .orderBy('valid_from')
    .orderBy('id')
    .execute();
}

/** All links, by account. */
export async function selectLinks(db: CaseworkDb, limit: number): Promise<LinksTable[]> {
  return await db
    .selectFrom('person_links')
    .selectAll()
    .orderBy('account_key')
    .orderBy('valid_from')
    .orderBy('person')
    .orderBy('id')
    .limit(limit)
    .execute();
}

export async function insertLink(db: CaseworkDb, link: Omit<LinksTable, 'n'>): Promise<void> {
  await db
    .insertInto('person_links')
    .values({ ...link, n: nextNumber() })
    .execute();
}

export async function endLink(db: CaseworkDb, id: string, validTo: string): Promise<void> {
  await db.updateTable('person_links').set({ valid_to: validTo, n: nextNumber() }).where('id', '=', id).execute();
}

/** Rows that changed after the one of number `n`, in their order. */
export async function linksAfter(db: CaseworkDb, n: number, limit: number): Promise<LinksTable[]> {
  return await db.selectFrom('person_links').selectAll().where('n', '>', n).orderBy('n').limit(limit).execute();
}

/** The highest number that the event store has. */
export async function lastLinkNumber(events: Events): Promise<number> {
  const [row] = await events.rows<{ n: number }>('SELECT toUInt32(max(n)) AS n FROM person_links');
  return row!.n;
}

/** Copies rows; one that was copied already, in full or not, is the same row again. */
export async function copyLinks(events: Events, links: readonly LinksTable[]): Promise<void> {
  await events.run(
    `INSERT INTO person_links (id, n, account, person, kind, valid_from, valid_to)
     SELECT
       JSONExtractString(row, 'id'),
       JSONExtractUInt(row, 'n'),
       JSONExtractString(row, 'account_key'),
       JSONExtractString(row, 'person'),
       JSONExtractString(row, 'kind'),
       toDate(JSONExtractString(row, 'valid_from')),
       toDate(ifNull(nullIf(JSONExtractString(row, 'valid_to'), ''), '2149-06-06'))
     FROM (SELECT arrayJoin(JSONExtractArrayRaw({rows:String})) AS row)`,
    { rows: JSON.stringify(links) },
  );
}

/** SQL: whose an account was on {day:Date}. An account without a row is its own person. */
export const OWN_LINKS = `(
  SELECT account, any(person) AS person
  FROM person_links FINAL
  WHERE kind = 'own' AND valid_from <= {day:Date} AND valid_to >= {day:Date}
  GROUP BY account
)`;

/** SQL: accounts, in small letters, that belonged to a program on {day:Date}. */
export const SERVICE_ACCOUNTS = `(
  SELECT account
  FROM person_links FINAL
  WHERE kind = 'service' AND valid_from <= {day:Date} AND valid_to >= {day:Date}
)`;

/** How many people shared an account on a day; 0 for one that is somebody's own. */
export async function holdersOfShared(events: Events, account: string, day: string): Promise<number> {
  const [row] = await events.rows<{ holders: number }>(
    `SELECT toUInt32(uniqExact(person)) AS holders
     FROM person_links FINAL
     WHERE kind = 'shared' AND account = lowerUTF8({account:String}) AND valid_from <= {day:Date} AND valid_to >= {day:Date}`,
    { account, day },
  );
  return row!.holders;
}
