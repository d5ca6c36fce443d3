/**
 * A long history without computing each of its days. The events are all there; what a day looks back at is made like
 * this: working hours by the product's own statement for all days; what was seen first by one statement a week, made
 * of the events by the same definitions without the ties; and the acts, measures, signals and standings of the months
 * before are those of the last four computed weeks, again and again, each time four weeks later.
 */
import { readFileSync } from 'node:fs';
import { addDays, daysBetween } from '../src/base/day.ts';
import type { Events } from '../src/stores/clickhouse.ts';

/** What a day reads of the days before it reaches back less than this. */
const WINDOW_DAYS = 126;
/** What is repeated. */
const BLOCK_DAYS = 28;
const WINDOWS = ['acts', 'observations', 'measures', 'stairs', 'signals', 'standings'];
const WEEK = 7;

const detectionSql = (name: string) =>
  readFileSync(new URL(`../src/detections/sql/${name}.sql`, import.meta.url), 'utf8');

const FIRST_SEEN = `
  INSERT INTO first_seen (kind, who, what, day)
  WITH
    inside AS (SELECT DISTINCT splitByChar('@', email)[2] AS domain FROM directory WHERE email != ''),
    register AS (
      SELECT
        lowerUTF8(name) AS document_name,
        argMax(path, registered) AS path,
        argMax(if(project != '', project, concat('team ', owner_team)), registered) AS compartment
      FROM documents
      WHERE name != ''
      GROUP BY document_name
    )
  SELECT seen.1 AS kind, seen.2 AS who, seen.3 AS what, min(day)
  FROM (
    SELECT
      f.day AS day,
      arrayJoin(arrayConcat(
        [('document', f.who, r.path), ('compartment', f.who, r.compartment)],
        arrayMap(word -> ('word', r.path, word), f.words)
      )) AS seen
    FROM (
      SELECT
        day,
        toString(actor_user_uid) AS who,
        lowerUTF8(splitByChar('\\\\', file_path)[-1]) AS document_name,
        arrayMap(word -> toString(word), keywords) AS words
      FROM events
      WHERE day BETWEEN {from:Date} AND {to:Date} AND class_uid = 1001 AND activity_name != 'Delete'
        AND actor_user_uid NOT IN (SELECT user_uid FROM directory WHERE role = 'ServiceAccount')
    ) AS f
    INNER JOIN register AS r ON r.document_name = f.document_name
    UNION ALL
    SELECT
      day,
      arrayJoin(if(
        activity_name = 'Send', [('destination', who, address), ('channel', who, address)], [('destination', who, address)]
      )) AS seen
    FROM (
      SELECT
        day,
        activity_name,
        toString(actor_user_uid) AS who,
        arrayJoin(if(activity_name = 'Send', email_to, [email_from])) AS address
      FROM events
      WHERE day BETWEEN {from:Date} AND {to:Date} AND class_uid = 4009
    )
    WHERE position(address, '@') > 0 AND splitByChar('@', address)[-1] NOT IN (SELECT domain FROM inside)
    UNION ALL
    SELECT
      day,
      arrayJoin(multiIf(
        class_uid = 3002, [('device', toString(actor_user_uid), toString(device_hostname))],
        class_uid = 1010, [('channel', toString(actor_user_uid), medium)],
        [('destination', toString(actor_user_uid), url_hostname), ('channel', toString(actor_user_uid), url_hostname)]
      )) AS seen
    FROM events
    WHERE day BETWEEN {from:Date} AND {to:Date}
      AND (class_uid IN (3002, 1010) AND activity_name IN ('Logon', 'Connect') OR class_uid = 4002 AND activity_name = 'Post')
  )
  GROUP BY seen
  HAVING what != '' AND sipHash64(kind, who, what) NOT IN (
    SELECT key
    FROM first_seen
    WHERE day < {from:Date} AND (kind != 'compartment' OR day >= {from:Date} - 30)
  )`;

/** What was seen first in these days, from the events alone. */
export async function fillFirstSeen(events: Events, from: string, to: string): Promise<void> {
  for (let first = from; first <= to; first = addDays(first, WEEK)) {
    const last = addDays(first, WEEK - 1);
    await events.run(FIRST_SEEN, { from: first, to: last < to ? last : to });
  }
}

/**
 * Makes the days after the last computed one, up to `until` or a few days less, count as computed. Their events must be
 * there. Returns how many days it were, a multiple of seven.
 */
export async function skipDays(events: Events, until: string): Promise<number> {
  const [computed] = await events.rows<{ last: string }>('SELECT max(day) AS last FROM computed_days');
  const last = computed!.last;
  const shift = Math.floor(daysBetween(last, until) / WEEK) * WEEK;
  if (shift <= 0) return 0;
  const [from, to] = [addDays(last, 1), addDays(last, shift)];
  await fillFirstSeen(events, from, to);
  await events.run(detectionSql('working-hours'), { from, to });
  for (const table of WINDOWS)
    await events.run(
      `INSERT INTO ${table}
       SELECT * EXCEPT (block, later) REPLACE (later AS day)
       FROM (
         SELECT *, arrayJoin(range(1, 100)) AS block, toDate(day + block * {block:UInt16}) AS later
         FROM ${table}
         WHERE day > {last:Date} - {block:UInt16} AND day <= {last:Date}
       )
       WHERE later <= {to:Date} AND later > {to:Date} - {window:UInt16}`,
      { to, last, block: BLOCK_DAYS, window: WINDOW_DAYS },
    );
  await events.run(
    `INSERT INTO computed_days (day, state, events)
     SELECT day, state, events
     FROM (${detectionSql('day-states')})
     WHERE day BETWEEN {from:Date} AND {to:Date}`,
    { from, to },
  );
  return shift;
}
