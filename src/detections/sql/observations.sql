-- The acts of {day:Date}, joined with what was known on that day and seen before it.
-- Nothing here may look at a row dated later.
INSERT INTO observations
WITH
  people AS (SELECT user_uid, team, projects, clearance FROM staff WHERE day = {day:Date}),
  register AS (
    SELECT
      name AS document_name,
      argMax(path, registered) AS path,
      argMax(level, registered) AS level,
      argMax(owner_team, registered) AS owner_team,
      argMax(project, registered) AS project
    FROM documents
    WHERE registered <= {day:Date}
    GROUP BY name
  ),
  acts AS (
    SELECT
      uid,
      time,
      actor_user_uid,
      class_uid,
      activity_name,
      device_hostname,
      file_path AS target,
      splitByChar('\\', file_path)[-1] AS name,
      startsWith(file_path, '\\\\') AS on_share,
      multiIf(to_removable_media, 'removable_media', activity_name = 'Print', 'print', '') AS channel,
      '' AS destination
    FROM events
    WHERE day = {day:Date} AND class_uid = 1001 AND activity_name != 'Delete'

    UNION ALL

    -- Mail to or from outside; a row for each outside address and attachment, so that a private address cannot hide
    -- behind a partner's.
    SELECT
      uid,
      time,
      actor_user_uid,
      class_uid,
      activity_name,
      device_hostname,
      arrayJoin(if(empty(email_attachments), [''], email_attachments)) AS target,
      splitByChar('\\', target)[-1] AS name,
      startsWith(target, '\\\\') AS on_share,
      if(activity_name = 'Send' AND target != '', 'mail', '') AS channel,
      arrayJoin(outside) AS destination
    FROM (
      SELECT
        *,
        arrayFilter(
          address -> position(address, '@') > 0 AND splitByChar('@', address)[-1] NOT IN {inside_domains:Array(String)},
          if(activity_name = 'Send', email_to, [email_from])
        ) AS outside
      FROM events
      WHERE day = {day:Date} AND class_uid = 4009
    )
    WHERE notEmpty(outside)

    UNION ALL

    SELECT
      uid,
      time,
      actor_user_uid,
      class_uid,
      activity_name,
      device_hostname,
      decodeURLComponent(splitByChar('/', url_path)[-1]) AS target,
      target AS name,
      false AS on_share,
      'upload' AS channel,
      url_hostname AS destination
    FROM events
    WHERE day = {day:Date} AND class_uid = 4002 AND activity_name = 'Post'
      AND NOT arrayExists(inside -> url_hostname = inside OR endsWith(url_hostname, concat('.', inside)), {inside_domains:Array(String)})

    UNION ALL

    SELECT uid, time, actor_user_uid, class_uid, activity_name, device_hostname, medium, '', false, '', ''
    FROM events
    WHERE day = {day:Date} AND class_uid IN (3002, 1010) AND activity_name IN ('Logon', 'Connect')
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
    GROUP BY what
  ),
  -- How many of a team, the person perhaps among them, had used a folder before this day.
  practice AS (
    SELECT p.team AS team, f.what AS folder, uniqExact(f.who) AS people
    FROM first_seen AS f
    INNER JOIN people AS p ON p.user_uid = f.who
    WHERE f.kind = 'folder' AND f.day < {day:Date} AND p.team != ''
    GROUP BY p.team, f.what
  )
SELECT
  {day:Date} AS day,
  a.actor_user_uid AS user_uid,
  a.time AS time,
  a.uid AS event_uid,
  a.class_uid AS class_uid,
  a.activity_name AS activity_name,
  a.device_hostname AS device_hostname,
  a.target AS target,
  multiIf(r.path != '', r.path, a.on_share, a.target, '') AS document,
  r.level AS document_level,
  [1., 0.25, 1., 3., 8., 16.][r.level + 1] AS weight,
  r.path != '' AS registered,
  document = '' OR multiIf(
    registered, r.level = 1 OR r.owner_team = p.team OR has(p.projects, r.project)
      OR (r.project = '' AND r.owner_team NOT IN (SELECT team FROM people)) OR pr.people >= 4,
    pr.people >= 3
  ) AS need_to_know,
  registered AND p.clearance > 0 AND r.level > greatest(p.clearance, 2) AS above_clearance,
  document != '' AND sipHash64('document', a.actor_user_uid, document) NOT IN (
    SELECT key
    FROM first_seen
    WHERE kind = 'document' AND day < {day:Date}
  ) AS first_time,
  document IN (SELECT path FROM decoys WHERE placed <= {day:Date}) AS decoy,
  a.on_share AND a.activity_name = 'Copy' AND a.channel = '' AS local_copy,
  a.activity_name = 'Update' AND match(a.name, '(?i)\\.(zip|7z|rar|tar|gz|tgz|iso|cab)$') AS archive,
  a.channel AS channel,
  a.destination AS destination,
  if(d.people > 0, {day:Date} - d.first_day, 0) AS destination_age,
  d.people AS destination_people,
  t.all_acts >= 200 AND h.acts / t.all_acts < 0.002 AS off_hours,
  a.class_uid = 3002 AND sipHash64('device', a.actor_user_uid, a.device_hostname) NOT IN (
    SELECT key
    FROM first_seen
    WHERE kind = 'device' AND day < {day:Date}
  ) AS new_device
FROM acts AS a
LEFT JOIN people AS p ON p.user_uid = a.actor_user_uid
LEFT JOIN register AS r ON r.document_name = a.name
LEFT JOIN seen_destinations AS d ON d.what = a.destination
LEFT JOIN practice AS pr
  ON pr.team = p.team AND pr.folder = arrayStringConcat(arrayPopBack(splitByChar('\\', if(r.path != '', r.path, a.target))), '\\')
LEFT JOIN (SELECT user_uid, sum(acts) AS all_acts FROM hours GROUP BY user_uid) AS t ON t.user_uid = a.actor_user_uid
LEFT JOIN hours AS h
  ON h.user_uid = a.actor_user_uid AND h.hour = toHour(a.time) + if(toDayOfWeek(a.time) >= 6, 100, 0)
-- Services have no intent; whoever uses a service's account shows on his own machine.
WHERE a.actor_user_uid NOT IN (SELECT user_uid FROM directory WHERE role = 'ServiceAccount' AND valid_from <= {day:Date})
