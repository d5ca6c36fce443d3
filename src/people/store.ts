/** The people room's SQL. Every question names the day as of which it is asked: later rows do not exist for it. */
import type { Events } from '../stores/clickhouse.ts';
import type { CaseworkDb } from '../stores/postgres.ts';
import type { Declaration } from './declaration.ts';
import { OWN_LINKS, SERVICE_ACCOUNTS } from './links/store.ts';

/**
 * SQL of what was known of each account of the directory on {day:Date}: of the newest month's files, and of a connected or
 * imported directory, which says what changed and not everything each month; of both the later holds.
 */
const LISTED = `
  SELECT user_uid, active, role, projects, team, manager
  FROM (
    SELECT user_uid, valid_from, 0 AS later, true AS active, role, projects, team, '' AS manager
    FROM directory
    WHERE valid_from = (SELECT max(valid_from) FROM directory WHERE valid_from <= {day:Date})
    -- A month that was exported twice, with changes between, knows a person twice: one of the rows holds, always the same.
    ORDER BY uid
    LIMIT 1 BY user_uid

    UNION ALL

    SELECT
      user_uid, valid_from, 1 AS later, active, role,
      -- Of somebody's groups those count that documents belong to: everybody is in some.
      arrayIntersect(groups, (SELECT groupUniqArray(project) FROM documents WHERE project != '' AND registered <= {day:Date})) AS projects,
      department AS team, manager
    FROM directory_history FINAL
    WHERE valid_from <= {day:Date}
    ORDER BY valid_from DESC
    LIMIT 1 BY user_uid
  )
  ORDER BY valid_from DESC, later DESC
  LIMIT 1 BY user_uid`;

/** SQL of the directory as of {day:Date}, one row a person whatever accounts he has, with clearance; services left out. */
export const PEOPLE_AS_OF = `
  SELECT
    person AS user_uid,
    argMin(p.role, p.rank) AS role,
    arrayDistinct(arrayFlatten(groupArray(p.projects))) AS projects,
    argMin(p.team, p.rank) AS team,
    max(p.level) AS clearance,
    argMin(p.manager, p.rank) AS manager
  FROM (
    SELECT
      if(own.person = '', d.user_uid, own.person) AS person,
      -- What is said of the person's first account goes before what is said of others.
      (d.user_uid != person, d.user_uid) AS rank,
      d.role AS role,
      d.projects AS projects,
      d.team AS team,
      if(boss.person = '', d.manager, boss.person) AS manager,
      c.level AS level
    FROM (SELECT * FROM (${LISTED}) WHERE active AND role != 'ServiceAccount') AS d
    LEFT JOIN ${OWN_LINKS} AS own ON own.account = lowerUTF8(d.user_uid)
    LEFT JOIN ${OWN_LINKS} AS boss ON boss.account = lowerUTF8(d.manager)
    LEFT JOIN (
      SELECT user_uid, argMax(level, valid_from) AS level
      FROM clearances
      WHERE valid_from <= {day:Date} AND valid_to >= {day:Date}
      GROUP BY user_uid
    ) AS c ON c.user_uid = d.user_uid
    WHERE lowerUTF8(d.user_uid) NOT IN ${SERVICE_ACCOUNTS}
  ) AS p
  GROUP BY person`;

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
    `SELECT DISTINCT arrayJoin([h.user_uid, if(l.person = '', h.user_uid, l.person)]) AS user_uid
     FROM (
       SELECT user_uid
       FROM directory
       WHERE role IN {roles:Array(String)} AND valid_from BETWEEN {day:Date} - 366 AND {day:Date}
       UNION ALL
       -- What holds from a day on holds until the next that is said.
       SELECT user_uid
       FROM (
         SELECT
           user_uid, role, active, valid_from,
           leadInFrame(valid_from, 1, toDate('2149-06-06')) OVER (
             PARTITION BY user_uid ORDER BY valid_from ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
           ) AS next
         FROM directory_history FINAL
         WHERE valid_from <= {day:Date}
       )
       WHERE role IN {roles:Array(String)} AND active AND next >= {day:Date} - 366
     ) AS h
     LEFT JOIN (SELECT account, person FROM person_links FINAL WHERE kind = 'own' AND valid_to >= valid_from) AS l
       ON l.account = lowerUTF8(h.user_uid)
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

/**
 * Accounts and addresses by which a log line could name a person of the organisation: the directory's, or the logs'. Each
 * with the person behind it; an account that was several people's, or is shared, stands for itself.
 */
export function knownNames(events: Events): Promise<{ account: string; user_uid: string; email: string }[]> {
  return events.rows<{ account: string; user_uid: string; email: string }>(
    `SELECT n.account AS account, if(l.owner = '', n.account, l.owner) AS user_uid, n.email AS email
     FROM (
       SELECT account, max(email) AS email
       FROM (
         SELECT DISTINCT user_uid AS account, email FROM directory
         UNION ALL
         SELECT DISTINCT user_uid AS account, '' AS email FROM working_hours
         UNION ALL
         SELECT DISTINCT user_uid AS account, email FROM directory_history
         UNION ALL
         SELECT DISTINCT account, '' AS email FROM person_links
         UNION ALL
         SELECT DISTINCT person AS account, '' AS email FROM person_links WHERE person != ''
       )
       GROUP BY account
     ) AS n
     LEFT JOIN (
       SELECT account, any(person) AS owner
       FROM person_links FINAL
       WHERE valid_to >= valid_from
       GROUP BY account
       HAVING uniqExact(person) = 1 AND countIf(kind != 'own') = 0
     ) AS l ON l.account = lowerUTF8(n.account)
     -- In small letters for a link and as the logs write it, an account is one: the latter comes last.
     ORDER BY account DESC
     LIMIT 1000000`,
  );
}

/** The supervisor of somebody on a day, as the directory said then; '' when it did not say. */
export async function supervisorOf(events: Events, userUid: string, day: string): Promise<string> {
  const [row] = await events.rows<{ manager: string }>(
    `SELECT manager FROM (${PEOPLE_AS_OF}) WHERE user_uid = {user:String} LIMIT 1`,
    { user: userUid, day },
  );
  return row?.manager ?? '';
}

/** Whoever has somebody as his supervisor on a day. */
export async function reportsOf(events: Events, userUid: string, day: string): Promise<string[]> {
  const rows = await events.rows<{ user_uid: string }>(
    `SELECT user_uid FROM (${PEOPLE_AS_OF}) WHERE manager = {user:String} AND manager != '' ORDER BY user_uid LIMIT 10000`,
    { user: userUid, day },
  );
  return rows.map(({ user_uid }) => user_uid);
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
