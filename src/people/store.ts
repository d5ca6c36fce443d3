/** The people room's SQL. Every question names the day as of which it is asked: later rows do not exist for it. */
import type { Events } from '../stores/clickhouse.ts';
import type { CaseworkDb } from '../stores/postgres.ts';
import type { Declaration } from './declaration.ts';

/** SQL of the directory as of {day:Date}: the newest month known then, with clearance; services left out. */
export const PEOPLE_AS_OF = `
  SELECT
    d.user_uid AS user_uid,
    d.role AS role,
    d.projects AS projects,
    d.team AS team,
    ifNull(c.level, 0) AS clearance
  FROM directory AS d
  LEFT JOIN (
    SELECT user_uid, argMax(level, valid_from) AS level
    FROM clearances
    WHERE valid_from <= {day:Date} AND valid_to >= {day:Date}
    GROUP BY user_uid
  ) AS c ON c.user_uid = d.user_uid
  WHERE d.valid_from = (SELECT max(valid_from) FROM directory WHERE valid_from <= {day:Date})
    AND d.role != 'ServiceAccount'
  -- A month that was exported twice, with changes between, knows a person twice: one of the rows holds, always the same.
  ORDER BY d.uid
  LIMIT 1 BY user_uid`;

/** How many people the directory names on a day; without a directory, how many accounts the logs have shown by then. */
export async function countPeople(events: Events, day: string): Promise<number> {
  const [row] = await events.rows<{ people: number }>(
    `SELECT if(listed > 0, listed, seen) AS people
     FROM (
       SELECT
         (SELECT count() FROM (${PEOPLE_AS_OF})) AS listed,
         (SELECT uniqExactIf(actor_user_uid, actor_user_uid != '') FROM events WHERE day BETWEEN {day:Date} - 27 AND {day:Date}) AS seen
     )`,
    { day },
  );
  return row!.people;
}

/**
 * Whoever the directory has had in one of these roles within a year of a day. Giving a role up does not change at once
 * who he knows and what he can still do.
 */
export async function holdersOf(events: Events, roles: readonly string[], day: string): Promise<string[]> {
  const rows = await events.rows<{ user_uid: string }>(
    `SELECT DISTINCT user_uid
     FROM directory
     WHERE role IN {roles:Array(String)}
       AND valid_from BETWEEN {day:Date} - 366 AND {day:Date}
     ORDER BY user_uid
     LIMIT 100000`,
    { roles: [...roles], day },
  );
  return rows.map(({ user_uid }) => user_uid);
}

export interface Person {
  user_uid: string;
  role: string;
  clearance: number;
  projects: number;
  notice_given: string;
  away: { from: string; to: string }[];
  /** Days on which an outside contact was declared: it can explain a new address, and counts for nothing. */
  contacts: string[];
}

/** What work systems and declarations say of one person as of a day; undefined when the directory does not know him. */
export async function person(events: Events, userUid: string, day: string): Promise<Person | undefined> {
  const [row] = await events.rows<Omit<Person, 'away' | 'contacts'>>(
    `SELECT
       p.user_uid AS user_uid,
       p.role AS role,
       p.clearance AS clearance,
       length(p.projects) AS projects,
       ifNull(toString((
         SELECT minOrNull(notice) FROM departures WHERE user_uid = {user:String} AND notice <= {day:Date}
       )), '') AS notice_given
     FROM (${PEOPLE_AS_OF}) AS p
     WHERE p.user_uid = {user:String}
     LIMIT 1`,
    { user: userUid, day },
  );
  const away = await events.rows<{ from: string; to: string }>(
    `SELECT first_day AS from, last_day AS to
     FROM absences
     WHERE user_uid = {user:String} AND declared_on <= {day:Date}
     ORDER BY first_day
     LIMIT 200`,
    { user: userUid, day },
  );
  const contacts = await events.rows<{ declared_on: string }>(
    `SELECT DISTINCT declared_on
     FROM declared_contacts
     WHERE user_uid = {user:String} AND declared_on <= {day:Date}
     ORDER BY declared_on
     LIMIT 200`,
    { user: userUid, day },
  );
  return row && { ...row, away, contacts: contacts.map(({ declared_on }) => declared_on) };
}

/** Accounts and addresses by which a log line could name a person of the organisation: the directory's, or the logs'. */
export function knownNames(events: Events): Promise<{ user_uid: string; email: string }[]> {
  return events.rows<{ user_uid: string; email: string }>(
    `SELECT user_uid, max(email) AS email
     FROM (
       SELECT DISTINCT user_uid, email FROM directory
       UNION ALL
       SELECT DISTINCT user_uid, '' AS email FROM working_hours
     )
     GROUP BY user_uid
     LIMIT 1000000`,
  );
}

interface DeclarationsTable extends Declaration {
  id: string;
  user_uid: string;
  declared_on: string;
}

declare module '../stores/postgres.ts' {
  interface Casework {
    declarations: DeclarationsTable;
  }
}

export async function insertDeclaration(db: CaseworkDb, declaration: DeclarationsTable): Promise<void> {
  await db.insertInto('declarations').values(declaration).execute();
}

/** What one person has declared, the latest first. */
export async function selectDeclarations(db: CaseworkDb, userUid: string): Promise<DeclarationsTable[]> {
  return await db
    .selectFrom('declarations')
    .selectAll()
    .where('user_uid', '=', userUid)
    .orderBy('declared_on', 'desc')
    .orderBy('id')
    .limit(200)
    .execute();
}

/** Makes it known to detections that somebody declared an outside contact on a day. Known once is known. */
export function insertDeclaredContact(events: Events, userUid: string, declaredOn: string): Promise<void> {
  return events.run(
    `INSERT INTO declared_contacts (uid, user_uid, declared_on)
     SELECT reinterpretAsUInt128(sipHash128('declared here', {user:String}, {day:String})) AS key, {user:String}, {day:Date}
     WHERE key NOT IN (SELECT uid FROM declared_contacts)`,
    { user: userUid, day: declaredOn },
  );
}

/** Makes an absence known from the day it was declared on. */
export function insertAbsence(
  events: Events,
  absence: { userUid: string; firstDay: string; lastDay: string; declaredOn: string },
): Promise<void> {
  return events.run(
    `INSERT INTO absences (uid, user_uid, first_day, last_day, declared_on)
     SELECT
       reinterpretAsUInt128(sipHash128('declared here', {user:String}, {first:String}, {last:String})) AS key,
       {user:String}, {first:Date}, {last:Date}, {declared:Date}
     WHERE key NOT IN (SELECT uid FROM absences)`,
    { user: absence.userUid, first: absence.firstDay, last: absence.lastDay, declared: absence.declaredOn },
  );
}

/** The person whose account in the directory has this name, capitals aside. */
export async function userOfAccount(events: Events, name: string): Promise<string | undefined> {
  const [row] = await events.rows<{ user_uid: string }>(
    'SELECT user_uid FROM directory WHERE lower(user_uid) = lower({name:String}) ORDER BY valid_from DESC LIMIT 1',
    { name },
  );
  return row?.user_uid;
}
