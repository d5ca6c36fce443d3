-- The acts of {day:Date}, joined with what was known on that day and seen before it.
-- Nothing here may look at a row dated later, nor, within the day, at one that came after.
INSERT INTO observations
WITH
  people AS (SELECT user_uid, team, projects, clearance FROM staff WHERE day = {day:Date}),
  register AS (
    SELECT
      path AS document_path,
      argMax(level, registered) AS level,
      argMax(owner_team, registered) AS owner_team,
      argMax(project, registered) AS project
    FROM documents
    WHERE registered <= {day:Date}
    GROUP BY path
  ),
  today AS (
    SELECT
      a.*,
      r.level AS level,
      r.owner_team AS owner_team,
      r.project AS project,
      -- Papers that no team here owns are everybody's, as long as they are not classified.
      r.level = 1 OR (r.level <= 2 AND r.project = '' AND r.owner_team NOT IN (SELECT team FROM people WHERE team != '')) AS common,
      multiIf(
        a.document = '', '',
        NOT a.registered, arrayStringConcat(arraySlice(arrayPopBack(splitByChar('\\', a.document)), 1, 5), '\\'),
        r.project != '', r.project,
        concat('team ', r.owner_team)
      ) AS compartment
    FROM acts AS a
    LEFT JOIN register AS r ON r.document_path = a.document
    WHERE a.day = {day:Date}
  ),
  -- A person's own hours over the four weeks before: the share of his acts that fell into each hour.
  hours AS (
    SELECT user_uid, hour, sum(events) AS acts
    FROM working_hours
    WHERE day >= {day:Date} - 28 AND day < {day:Date}
    GROUP BY user_uid, hour
  ),
  seen_destinations AS (
    SELECT what, min(day) AS first_day, uniqExact(who) AS people
    FROM first_seen
    WHERE kind = 'destination' AND day < {day:Date}
      AND what IN (SELECT destination FROM acts WHERE day = {day:Date})
    GROUP BY what
  ),
  -- How many of a team, the person perhaps among them, have dealt with a project's or team's papers in four months.
  practice AS (
    SELECT p.team AS team, f.what AS compartment, uniqExact(f.who) AS people
    FROM first_seen AS f
    INNER JOIN people AS p ON p.user_uid = f.who
    WHERE f.kind = 'compartment' AND f.day < {day:Date} AND f.day >= {day:Date} - 120 AND p.team != ''
    GROUP BY p.team, f.what
  ),
  channels AS (
    SELECT who, what, day AS first_day
    FROM first_seen
    WHERE kind = 'channel' AND day < {day:Date}
      AND what IN (SELECT if(medium = '', destination, medium) FROM acts WHERE day = {day:Date} AND channel != '')
  ),
  -- Who let something go to today's outside places before: a place that colleagues use is not new to the next of them.
  users AS (
    SELECT f.what AS place, groupArray((f.who, p.team, p.projects)) AS people
    FROM first_seen AS f
    INNER JOIN people AS p ON p.user_uid = f.who
    WHERE f.kind = 'channel' AND f.day < {day:Date}
      AND f.what IN (SELECT destination FROM acts WHERE day = {day:Date} AND channel != '')
    GROUP BY f.what
  ),
  opened AS (
    SELECT user_uid, document, min(time) AS first_opened
    FROM acts
    WHERE day = {day:Date} AND class_uid = 1001 AND activity_name = 'Open' AND document != ''
    GROUP BY user_uid, document
  ),
  -- Folders that people of several teams put files into.
  common_places AS (
    SELECT f.what AS folder
    FROM first_seen AS f
    INNER JOIN people AS p ON p.user_uid = f.who
    WHERE f.kind = 'compartment' AND f.day < {day:Date} AND f.day >= {day:Date} - 120 AND startsWith(f.what, '\\\\')
    GROUP BY f.what
    HAVING uniqExact(p.team) >= 3
  ),
  handed AS (
    SELECT name, groupArray((user_uid, time)) AS by
    FROM acts
    WHERE day BETWEEN {day:Date} - 5 AND {day:Date} AND shared AND name != ''
      AND (registered OR arrayStringConcat(
        arraySlice(arrayPopBack(splitByChar('\\', lowerUTF8(target))), 1, 5), '\\'
      ) IN (SELECT folder FROM common_places))
      AND name IN (SELECT name FROM acts WHERE day = {day:Date} AND channel != '')
    GROUP BY name
  )
SELECT
  {day:Date} AS day,
  a.user_uid AS user_uid,
  a.time AS time,
  a.event_uid AS event_uid,
  a.class_uid AS class_uid,
  a.activity_name AS activity_name,
  a.device_hostname AS device_hostname,
  a.target AS target,
  a.document AS document,
  a.level AS document_level,
  a.compartment AS compartment,
  [1., 0.25, 1., 3., 8., 16.][a.level + 1] AS weight,
  -- Without a register no file can be told from a document.
  a.registered OR (SELECT count() FROM register) = 0 AS registered,
  a.known_by AS known_by,
  a.document = '' OR multiIf(
    a.registered, a.common OR (p.team != '' AND a.owner_team = p.team) OR has(p.projects, a.project) OR pr.people >= 4,
    pr.people >= 3
  ) AS need_to_know,
  a.registered AND p.clearance > 0 AND a.level > greatest(p.clearance, 2) AS above_clearance,
  a.document != '' AND sipHash64('document', a.user_uid, a.document) NOT IN (
    SELECT key
    FROM first_seen
    WHERE kind = 'document' AND day < {day:Date}
      AND key IN (SELECT sipHash64('document', user_uid, document) FROM acts WHERE day = {day:Date})
  ) AS first_time,
  first_time AND a.channel != '' AND o.first_opened > toDateTime(0)
    AND dateDiff('second', o.first_opened, a.time) BETWEEN 0 AND 9000 AS just_opened,
  a.document IN (
    SELECT path FROM decoys WHERE placed <= {day:Date} GROUP BY path, placed HAVING min(retired) > {day:Date}
  ) AS decoy,
  a.on_share AND a.activity_name = 'Copy' AND a.channel = '' AS local_copy,
  a.activity_name = 'Update' AND match(a.name, '\\.(zip|7z|rar|tar|gz|tgz|iso|cab)$') AS archive,
  a.shared AS shared,
  a.channel != '' AND arrayExists(
    x -> x.1 != a.user_uid AND x.2 <= a.time AND x.2 > a.time - INTERVAL 5 DAY, h.by
  ) AS handed_over,
  a.channel AS channel,
  a.destination AS destination,
  if(d.people > 0, {day:Date} - d.first_day, 0) AS destination_age,
  d.people AS destination_people,
  a.channel NOT IN ('', 'print') AND (a.medium != '' OR a.destination != '')
    AND if(c.what = '', {day:Date}, c.first_day) > greatest({day:Date} - 28, {learn_from:Date} + 18)
    AND arrayCount(
      u -> u.1 != a.user_uid AND ((u.2 != '' AND u.2 = p.team) OR hasAny(u.3, p.projects)), us.people
    ) < 2 AS new_channel,
  t.all_acts >= 200 AND w.acts / t.all_acts < 0.002 AS off_hours,
  a.class_uid = 3002 AND sipHash64('device', a.user_uid, a.device_hostname) NOT IN (
    SELECT key
    FROM first_seen
    WHERE kind = 'device' AND day < {day:Date}
  ) AS new_device
FROM today AS a
LEFT JOIN people AS p ON p.user_uid = a.user_uid
LEFT JOIN seen_destinations AS d ON d.what = a.destination
LEFT JOIN practice AS pr ON pr.team = p.team AND pr.compartment = a.compartment
LEFT JOIN channels AS c ON c.who = a.user_uid AND c.what = if(a.medium = '', a.destination, a.medium)
LEFT JOIN users AS us ON us.place = a.destination AND a.channel != ''
LEFT JOIN opened AS o ON o.user_uid = a.user_uid AND o.document = a.document
LEFT JOIN handed AS h ON h.name = a.name
LEFT JOIN (SELECT user_uid, sum(acts) AS all_acts FROM hours GROUP BY user_uid) AS t ON t.user_uid = a.user_uid
LEFT JOIN hours AS w ON w.user_uid = a.user_uid AND w.hour = toHour(a.time) + if(toDayOfWeek(a.time) >= 6, 100, 0)
