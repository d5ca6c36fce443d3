-- The acts of some days that meet a detection's condition, down to the raw line.
SELECT
  hex(o.event_uid) AS uid,
  toString(o.time) AS time,
  o.class_uid AS class_uid,
  o.activity_name AS activity,
  o.device_hostname AS device,
  o.target AS target,
  -- A file without a registered name has a row for each document known to be in it.
  if(o.known_by = '', '', o.document) AS tied_to,
  o.document_level AS document_level,
  if(o.destination = '', o.channel, o.destination) AS destination,
  e.log_name AS log,
  e.file_line AS line,
  e.raw_data AS raw,
  count() OVER () AS total
FROM observations AS o
INNER JOIN (
  SELECT uid, log_name, file_line, raw_data
  FROM events
  WHERE day BETWEEN {from:Date} AND {to:Date} AND (
    actor_user_uid = {user:String}
    -- His other accounts; that one was his on the day says the observation.
    OR lowerUTF8(actor_user_uid) IN (SELECT account FROM person_links WHERE kind = 'own' AND person = {user:String})
  )
) AS e ON e.uid = o.event_uid
WHERE o.user_uid = {user:String} AND o.day BETWEEN {from:Date} AND {to:Date} AND ($CONDITION)
ORDER BY o.time, o.event_uid, o.target, o.destination, tied_to
LIMIT {limit:UInt32} OFFSET {offset:UInt32}
