-- What was done on {day:Date} that could matter: files, mail with the outside, uploads, logons and media. A file is known
-- by its base name when that stands in the register: a copy elsewhere keeps it. Names know no upper and lower case.
INSERT INTO acts
WITH
  register AS (
    SELECT lowerUTF8(name) AS document_name, argMax(path, registered) AS path
    FROM documents
    WHERE registered <= {day:Date} AND name != ''
    GROUP BY document_name
  ),
  -- A medium is known by its top folders, as the connection before the copy tells them.
  connections AS (
    SELECT actor_user_uid, device_hostname, time, medium
    FROM events
    WHERE day = {day:Date} AND class_uid = 1010 AND activity_name = 'Connect' AND actor_user_uid != ''
  ),
  -- One row for each thing that an event was done to: (target, channel, destination). Of mail those to or from outside, one
  -- for each outside address and attachment, so that a private address cannot hide behind a partner's.
  rows AS (
    SELECT
      uid,
      time,
      actor_user_uid,
      class_uid,
      activity_name,
      device_hostname,
      medium AS own_medium,
      if(class_uid IN (3002, 1010), [], keywords) AS keywords,
      arrayFilter(
        address -> position(address, '@') > 0 AND splitByChar('@', address)[-1] NOT IN {inside_domains:Array(String)},
        if(activity_name = 'Send', email_to, [email_from])
      ) AS outside,
      arrayJoin(multiIf(
        class_uid = 1001,
        [(file_path, multiIf(to_removable_media, 'removable_media', activity_name = 'Print', 'print', ''), '')],
        class_uid = 4009,
        arrayFlatten(arrayMap(
          attachment -> arrayMap(
            -- Some logs tell how many attachments there are, and not which.
            address -> (attachment, if(activity_name = 'Send' AND notEmpty(email_attachments), 'mail', ''), address),
            outside
          ),
          if(empty(email_attachments), [''], arrayDistinct(email_attachments))
        )),
        class_uid = 4002,
        [(decodeURLComponent(splitByChar('/', url_path)[-1]), 'upload', url_hostname)],
        [(medium, '', '')]
      )) AS act,
      act.1 AS target,
      act.2 AS channel,
      act.3 AS destination,
      multiIf(
        class_uid IN (3002, 1010), '',
        class_uid = 4002, lowerUTF8(target),
        -- Some machines write their paths with the other stroke.
        lowerUTF8(splitByChar('\\', replaceAll(target, '/', '\\'))[-1])
      ) AS name,
      class_uid IN (1001, 4009) AND startsWith(target, '\\\\') AS on_share
    FROM events
    -- What was refused was not done, and what nobody did is nobody's act.
    WHERE day = {day:Date} AND actor_user_uid != '' AND status != 'Failure' AND (
      (class_uid = 1001 AND activity_name NOT IN ('Delete', 'Other'))
      OR (class_uid = 4009 AND activity_name IN ('Send', 'Receive'))
      OR (class_uid = 4002 AND activity_name = 'Post' AND NOT arrayExists(
        inside -> url_hostname = inside OR endsWith(url_hostname, concat('.', inside)), {inside_domains:Array(String)}
      ))
      OR (class_uid IN (3002, 1010) AND activity_name IN ('Logon', 'Connect'))
    )
  )
SELECT
  {day:Date},
  a.time,
  a.uid,
  -- The person behind the account on that day; without a link the account is its own person.
  if(l.person = '', a.actor_user_uid, l.person) AS user_uid,
  a.class_uid,
  a.activity_name,
  a.device_hostname,
  a.target,
  a.name,
  a.on_share,
  multiIf(r.path != '', r.path, a.on_share, lowerUTF8(a.target), '') AS document,
  r.path != '' AS registered,
  '' AS known_by,
  -- Left by somebody in a shared place which is not the document's own: whoever takes it from there was handed it.
  a.class_uid = 1001 AND a.activity_name = 'Update' AND a.on_share AND lowerUTF8(a.target) != lowerUTF8(r.path) AS shared,
  a.channel,
  a.destination,
  multiIf(
    a.class_uid = 1010, a.target,
    a.channel != 'removable_media', '',
    a.own_medium != '', a.own_medium,
    c.medium != '', c.medium,
    -- Without it by the drive and top folder that a file is written to. Where the log never tells media apart, the one
    -- unknown medium says at least whether this person has used any before.
    a.activity_name = 'Update' AND match(a.target, '^[A-Za-z]:'),
    arrayStringConcat(arraySlice(arrayPopBack(splitByChar('\\', a.target)), 1, 2), '\\'),
    (SELECT count() FROM events WHERE day BETWEEN {day:Date} - 6 AND {day:Date} AND class_uid = 1010 AND medium != '') = 0, 'unknown',
    ''
  ) AS medium,
  a.keywords
FROM rows AS a
LEFT JOIN register AS r ON r.document_name = a.name
LEFT JOIN $OWN_LINKS AS l ON l.account = lowerUTF8(a.actor_user_uid)
LEFT ASOF JOIN connections AS c
  ON c.actor_user_uid = a.actor_user_uid AND c.device_hostname = a.device_hostname AND c.time <= a.time
-- Services have no intent; whoever uses a service's account shows on his own machine.
WHERE a.actor_user_uid NOT IN (SELECT user_uid FROM directory WHERE role = 'ServiceAccount' AND valid_from <= {day:Date})
  AND lowerUTF8(a.actor_user_uid) NOT IN $SERVICE_ACCOUNTS
