/** What stands in the event store of registered documents: the side that detection reads. */
import { PEOPLE_AS_OF } from '../../../people/people.ts';
import type { Events } from '../../../stores/clickhouse.ts';
import { IN_ORDER } from '../../../stores/csv.ts';

const FACTS = `path String, name String, level UInt8, owner_team String, project String, registered Date, sha256 String`;

/** What one document is from a day on. */
export interface FactRow {
  readonly path: string;
  readonly name: string;
  readonly level: number;
  readonly owner_team: string;
  readonly project: string;
  readonly registered: string;
  readonly sha256: string;
}

/**
 * Puts facts in the place of whatever was said of the same documents for the same days. It can be repeated: what is there
 * already stays as it is.
 */
export async function replaceFacts(events: Events, facts: readonly FactRow[]): Promise<void> {
  if (facts.length === 0) return;
  const rows = facts.map((fact) => JSON.stringify(fact)).join('\n');
  const given = `format('JSONEachRow', '${FACTS}', {rows:String})`;
  const same = `(path, registered) IN (SELECT path, registered FROM ${given})`;
  const [there] = await events.rows<{ n: number }>(`SELECT count() AS n FROM documents WHERE ${same}`, { rows });
  if (there!.n > 0)
    await events.run(`ALTER TABLE documents DELETE WHERE ${same} SETTINGS mutations_sync = 1`, { rows });
  await events.run(
    `INSERT INTO documents (uid, path, name, level, owner_team, project, registered, sha256)
     SELECT
       reinterpretAsUInt128(sipHash128('register', path, registered, level, owner_team, project)) AS uid,
       path, name, level, owner_team, project, registered, sha256
     FROM ${given}`,
    { rows },
  );
}

/** A document becomes a decoy on a day. */
export async function placeDecoy(events: Events, path: string, day: string): Promise<void> {
  await events.run(
    `INSERT INTO decoys (uid, path, placed)
     SELECT reinterpretAsUInt128(sipHash128('register', {path:String}, {day:Date})), {path:String}, {day:Date}
     WHERE {path:String} NOT IN (SELECT path FROM decoys)`,
    { path, day },
  );
}

/** A document that is a decoy no more. */
export async function removeDecoy(events: Events, path: string): Promise<void> {
  await events.run('ALTER TABLE decoys DELETE WHERE path = {path:String} SETTINGS mutations_sync = 1', { path });
}

export async function isDecoy(events: Events, path: string): Promise<boolean> {
  const [row] = await events.rows<{ n: number }>('SELECT count() AS n FROM decoys WHERE path = {path:String}', {
    path,
  });
  return row!.n > 0;
}

/** What the documents table holds, in one number: another one when a row is added, changed or gone. */
export async function factsState(events: Events): Promise<string> {
  const [row] = await events.rows<{ state: string }>(
    `SELECT concat(toString(count()), ' ', hex(groupBitXor(sipHash64(path, level, owner_team, project, registered))), ' ',
       toString((SELECT count() FROM decoys))) AS state
     FROM documents`,
  );
  return row!.state;
}

/** Everything that the event store says of a document, in the order of its days. */
export interface Told {
  readonly path: string;
  readonly facts: readonly [day: string, level: number, owner: string, project: string][];
  readonly sha256: string;
  readonly decoy: boolean;
}

const OF_ONE = `
  arraySort(groupUniqArray((toString(d.registered), d.level, toString(d.owner_team), toString(d.project)))) AS facts,
  argMax(d.sha256, (d.registered, d.sha256)) AS sha256,
  path IN (SELECT path FROM decoys) AS decoy`;

/** A page of documents by path, after `last`, each with a digest of everything that is said of it. */
export function pageOfDigests(
  events: Events,
  last: string,
  limit: number,
): Promise<{ path: string; digest: string }[]> {
  return events.rows<{ path: string; digest: string }>(
    `SELECT path, hex(sipHash64(facts, decoy)) AS digest
     FROM (SELECT d.path AS path, ${OF_ONE} FROM documents AS d WHERE d.path > {last:String} GROUP BY path)
     ORDER BY path
     LIMIT {limit:UInt32}`,
    { last, limit },
  );
}

/** What is said of the documents listed at `list` as {"path"}, by path. */
export async function factsOfListed(events: Events, list: string): Promise<Told[]> {
  const rows = await events.rows<Omit<Told, 'decoy'> & { decoy: number }>(
    `SELECT d.path AS path, ${OF_ONE}
     FROM documents AS d
     WHERE d.path IN (SELECT path FROM file({list:String}, 'JSONEachRow', 'path String'))
     GROUP BY path
     ORDER BY path
     LIMIT 1000000`,
    { list },
  );
  return rows.map((row) => ({ ...row, decoy: Boolean(row.decoy) }));
}

/** Rows that say a lower level than the register has are set right: only two people lower a level. */
export async function holdLevels(events: Events, path: string): Promise<void> {
  await events.run(
    `ALTER TABLE documents
     UPDATE level = (
       SELECT CAST((groupArray(path), groupArray(level)), 'Map(String, UInt8)')
       FROM file({path:String}, 'JSONEachRow', 'path String, registered Date, level UInt8')
     )[path]
     WHERE (path, registered) IN (
       SELECT path, registered FROM file({path:String}, 'JSONEachRow', 'path String, registered Date, level UInt8')
     )
     SETTINGS mutations_sync = 1`,
    { path },
  );
}

/** What a table says of a document beside path, level, owner, project and day. */
export interface MoreRow {
  readonly line: number;
  readonly path: string;
  readonly title: string;
  readonly origin: string;
  readonly copies: string;
  readonly custodians: string;
  readonly need_to_know: string;
  readonly keep_until: string;
  readonly working_paper: string;
  /** Of all of these but the line. */
  readonly digest: string;
}

/** A page of the good rows of the table whose lines `lines` is the query of, after a line. */
export async function pageOfTable(
  events: Events,
  lines: string,
  parameters: Record<string, unknown>,
  limit: number,
): Promise<MoreRow[]> {
  return await events.rows<MoreRow>(
    `SELECT
       file_line AS line, path, title, origin, copies, custodians, need_to_know, keep_until, working_paper,
       hex(sipHash64(title, origin, copies, custodians, need_to_know, keep_until, working_paper)) AS digest
     FROM (${lines})
     WHERE reason = '' AND file_line > greatest(1, {after:UInt32})
     ORDER BY file_line
     LIMIT {limit:UInt32}
     ${IN_ORDER}`,
    { ...parameters, limit },
  );
}

/** The rows of such a table that cannot be used, and why. */
export async function badRowsOfTable(
  events: Events,
  lines: string,
  parameters: Record<string, unknown>,
  limit: number,
): Promise<{ line: number; reason: string }[]> {
  return await events.rows<{ line: number; reason: string }>(
    `SELECT file_line AS line, reason FROM (${lines})
     WHERE reason != '' AND file_line > 1
     ORDER BY line
     LIMIT {limit:UInt32}
     ${IN_ORDER}`,
    { ...parameters, limit },
  );
}

/** Whoever had given notice and whose last day is before `day`. */
export async function peopleGone(events: Events, day: string): Promise<string[]> {
  const rows = await events.rows<{ user_uid: string }>(
    `SELECT user_uid FROM departures GROUP BY user_uid HAVING max(last_day) < {day:Date} LIMIT 1000000`,
    { day },
  );
  return rows.map(({ user_uid }) => user_uid);
}

/** What decides whether somebody may be given a document. */
export interface Custodian {
  readonly user_uid: string;
  readonly team: string;
  readonly projects: readonly string[];
  /** 0: nobody said. */
  readonly clearance: number;
}

export async function custodian(events: Events, userUid: string, day: string): Promise<Custodian | undefined> {
  const [row] = await events.rows<Custodian>(
    `SELECT user_uid, team, projects, clearance FROM (${PEOPLE_AS_OF}) WHERE user_uid = {user:String} LIMIT 1`,
    { user: userUid, day },
  );
  return row;
}

export async function hasDirectory(events: Events, day: string): Promise<boolean> {
  const [row] = await events.rows<{ n: number }>('SELECT count() AS n FROM directory WHERE valid_from <= {day:Date}', {
    day,
  });
  return row!.n > 0;
}
