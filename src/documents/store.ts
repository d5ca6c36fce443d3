/** The documents room's only SQL besides the side tables': files, their texts and fingerprints, and the search for them. */
import { PEOPLE_AS_OF } from '../people/people.ts';
import type { Events } from '../stores/clickhouse.ts';
import { statements } from '../stores/statements.ts';
import type { Place } from './match.ts';

const sql = statements(import.meta.url, { PEOPLE_AS_OF });
const FILES = sql('files');
const HITS = sql('hits');
const PAIRS = sql('pairs');
const OWN = sql('own');
const HOLDERS = sql('holders');
const REACH = sql('reach');

const LISTED = 'file String, relative String, size UInt64, modified Int64';
const PARTS = `file String, part String, relative String, size UInt64, modified Int64, kind String, sha256 String,
  text_sha256 String, text UInt32, length UInt32, grams UInt32, why String`;
const PRINTS = 'text UInt32, hash UInt64, offset UInt32';

export interface ListedFile {
  file: string;
  relative: string;
  size: number;
  modified: number;
}

/** Those of the listed files at {path:String} that are new, have changed or could not be read. */
const TO_READ = `
  FROM file({path:String}, 'JSONEachRow', '${LISTED}')
  WHERE file > {last:String} AND (file, size, modified, relative) NOT IN (
    SELECT file, argMax(d.size, read_at), argMax(d.modified, read_at), argMax(d.relative, read_at)
    FROM document_files AS d
    GROUP BY file
    HAVING argMax(why != '', (read_at, part = '')) = 0
  )`;

/** The next files of the list at `path` that have to be read, after `last`, by name. */
export function filesToRead(events: Events, path: string, last: string, limit: number): Promise<ListedFile[]> {
  return events.rows<ListedFile>(
    `SELECT file, relative, size, modified ${TO_READ} ORDER BY file LIMIT {limit:UInt32}`,
    { path, last, limit },
  );
}

export async function countToRead(events: Events, path: string): Promise<number> {
  const [row] = await events.rows<{ n: number }>(`SELECT count() AS n ${TO_READ}`, { path, last: '' });
  return row!.n;
}

/** Files whose names begin with `prefix`, were read once, and are not in the list at `path` any more. */
export async function removedFiles(
  events: Events,
  path: string,
  prefix: string,
  most: number,
): Promise<{ count: number; first: string[] }> {
  const [row] = await events.rows<{ n: number; first: string[] }>(
    `SELECT uniqExact(file) AS n, arraySlice(arraySort(groupUniqArray({most:UInt32})(relative)), 1, {most:UInt32}) AS first
     FROM document_files
     WHERE startsWith(file, {prefix:String})
       AND file NOT IN (SELECT file FROM file({path:String}, 'JSONEachRow', '${LISTED}'))`,
    { path, prefix, most },
  );
  return { count: row!.n, first: row!.first };
}

/** The numbers of those texts of the parts at `path` that are known. */
export function knownTexts(events: Events, path: string): Promise<{ text_sha256: string; text: number }[]> {
  return events.rows(
    `SELECT text_sha256, max(text) AS text
     FROM document_files AS f
     WHERE f.text != 0 AND text_sha256 IN (
       SELECT text_sha256 FROM file({path:String}, 'JSONEachRow', '${PARTS}')
     )
     GROUP BY text_sha256
     LIMIT 1000000`,
    { path },
  );
}

/** The highest number any text has, also one whose import was cut off: numbers are never used twice. */
export async function lastText(events: Events): Promise<number> {
  const [row] = await events.rows<{ last: number }>(
    'SELECT greatest((SELECT max(text) FROM document_files), (SELECT max(text) FROM fingerprints)) AS last',
  );
  return row!.last;
}

export async function insertFingerprints(events: Events, path: string): Promise<void> {
  await events.run(
    `INSERT INTO fingerprints (hash, text, offset)
     SELECT hash, text, offset FROM file({path:String}, 'RowBinary', '${PRINTS}')`,
    { path },
  );
}

/** The parts at `path` are what their files hold from now on. */
export async function insertParts(events: Events, path: string): Promise<void> {
  await events.run(
    `INSERT INTO document_files
     SELECT
       file, part, relative, size, modified, kind, sha256, text_sha256, text, length, grams, why,
       (SELECT now64(6)) AS read_at
     FROM file({path:String}, 'JSONEachRow', '${PARTS}')`,
    { path },
  );
}

export interface RegisterTotals {
  files: number;
  /** Files that no table names. */
  unnamed: number;
  unreadable: number;
  texts: number;
  /** Documents of the register, and those of them without a file that was read. */
  documents: number;
  without_file: number;
}

export async function registerTotals(events: Events): Promise<RegisterTotals> {
  const [row] = await events.rows<RegisterTotals>(
    `WITH files AS (${FILES})
     SELECT
       (SELECT uniqExact(file) FROM files) AS files,
       (SELECT uniqExactIf(file, NOT registered) FROM files) AS unnamed,
       (SELECT uniqExactIf(text, text != 0) FROM files) AS texts,
       (SELECT uniqExact(path) FROM documents) AS documents,
       documents - (SELECT uniqExactIf(document, registered) FROM files) AS without_file,
       (SELECT uniqExact(file) FROM document_files FINAL WHERE why != ''
          AND (file, read_at) IN (SELECT file, max(read_at) FROM document_files GROUP BY file)) AS unreadable`,
  );
  return row!;
}

export interface BadRow {
  line: number;
  reason: string;
}

/** Rows of the register's table that could not be used, as they stand in the quarantine. */
export function badRegisterRows(events: Events, limit: number): Promise<BadRow[]> {
  return events.rows<BadRow>(
    `SELECT file_line AS line, quarantine_reason AS reason
     FROM events
     WHERE day = toDate(0) AND class_uid = 0 AND log_name = 'documents.csv'
     ORDER BY file_line, uid
     LIMIT {limit:UInt32}`,
    { limit },
  );
}

/** Makes room for another trove. */
export async function emptyTrove(events: Events): Promise<void> {
  await events.run('TRUNCATE TABLE trove_fingerprints');
  await events.run('TRUNCATE TABLE trove_hits');
}

export async function insertTrove(events: Events, path: string): Promise<void> {
  await events.run(
    `INSERT INTO trove_fingerprints (text, hash, offset)
     SELECT text, hash, offset FROM file({path:String}, 'RowBinary', '${PRINTS}')`,
    { path },
  );
}

/** How many texts the register holds. */
export async function countTexts(events: Events): Promise<number> {
  const [row] = await events.rows<{ n: number }>('SELECT uniq(text) AS n FROM document_files WHERE text != 0');
  return row!.n;
}

/** Finds the trove's fingerprints in the register; those that more than `common` texts hold tell
 * nothing, and beyond `listed` texts are not even named. */
export async function findHits(events: Events, common: number, listed: number): Promise<void> {
  await events.run(HITS, { common, listed });
}

export interface Pair {
  found: number;
  text: number;
  places: Place[];
  /** Nearly all of the trove's text is in it. */
  nearly_all: boolean | number;
}

export function pairs(events: Events, from: number, to: number, least: number, nearly_all: number): Promise<Pair[]> {
  return events.rows<Pair>(PAIRS, { from, to, least, nearly_all });
}

export interface OwnRow {
  found: number;
  offsets: number[];
  common: number[];
}

export function ownFingerprints(events: Events, from: number, to: number): Promise<OwnRow[]> {
  return events.rows<OwnRow>(OWN, { from, to });
}

/** A document of the register as one of its texts or its bytes show it. */
export interface Registered {
  document: string;
  level: number;
  file: string;
  part: string;
  kind: string;
  sha256: string;
  text_sha256: string;
  text: number;
  length: number;
  grams: number;
}

const REGISTERED = 'document, level, file, part, kind, sha256, text_sha256, text, length, grams';

/** Documents with the bytes or the text of a part of the trove, listed at `path` as {"sha256", "text_sha256"}. */
export function equalDocuments(events: Events, path: string): Promise<Registered[]> {
  return events.rows<Registered>(
    `WITH
       asked AS (SELECT * FROM file({path:String}, 'JSONEachRow', 'sha256 String, text_sha256 String')),
       files AS (${FILES})
     SELECT ${REGISTERED} FROM files
     WHERE (sha256 != '' AND sha256 IN (SELECT sha256 FROM asked))
        OR (text_sha256 != '' AND text_sha256 IN (SELECT text_sha256 FROM asked))
     UNION ALL
     -- A document whose file was never read can still be known by its bytes.
     SELECT path, argMax(level, (registered, level)), '', '', '', sha256, '', 0, 0, 0
     FROM documents
     WHERE sha256 != '' AND sha256 IN (SELECT sha256 FROM asked) AND sha256 NOT IN (SELECT sha256 FROM files)
     GROUP BY path, sha256
     LIMIT 10000000`,
    { path },
  );
}

/** The documents whose texts have the numbers listed at `path` as {"text"}. */
export function documentsOfTexts(events: Events, path: string): Promise<Registered[]> {
  return events.rows<Registered>(
    `WITH files AS (${FILES})
     SELECT ${REGISTERED} FROM files
     WHERE text IN (SELECT text FROM file({path:String}, 'JSONEachRow', 'text UInt32'))
     LIMIT 10000000`,
    { path },
  );
}

export interface HolderRow {
  user_uid: string;
  document: string;
  /** YYYY-MM-DD HH:MM:SS, wall clock of the head office. */
  first: string;
  last: string;
  acts: number;
  /** The first act's event. */
  event: string;
  activity: string;
  channels: string[];
}

/** Each person's acts with each of the documents listed at `path` as {"document"}. */
export function holders(events: Events, path: string): Promise<HolderRow[]> {
  return events.rows<HolderRow>(HOLDERS, { path });
}

export interface ReachRow {
  user_uid: string;
  role: string;
  team: string;
  clearance: number;
  /** Registered documents the person has had. */
  documents: number;
  /** By level, those that are not listed at `path`. */
  outside: number[];
}

export function reach(events: Events, path: string, day: string): Promise<ReachRow[]> {
  return events.rows<ReachRow>(REACH, { path, day });
}

/** The last day of the logs, or that of the directory without logs. */
export async function lastDay(events: Events): Promise<string> {
  const [row] = await events.rows<{ day: string }>(
    'SELECT toString(greatest((SELECT max(day) FROM acts), (SELECT max(valid_from) FROM directory))) AS day',
  );
  return row!.day;
}

/** The level of each of these documents of the register, as a number; those it does not know are not there. */
export async function levelsOf(events: Events, paths: readonly string[]): Promise<Map<string, number>> {
  const rows = await events.rows<{ path: string; level: number }>(
    `SELECT d.path AS path, argMax(d.level, (d.registered, d.level)) AS level
     FROM documents AS d
     WHERE d.path IN {paths:Array(String)}
     GROUP BY d.path
     LIMIT 1000`,
    { paths },
  );
  return new Map(rows.map(({ path, level }) => [path, level]));
}
