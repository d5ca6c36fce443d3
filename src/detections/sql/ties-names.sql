-- A file whose documents are known goes on under its name: what its author tied it to, or somebody who left it in a
-- shared place, is what leaves with it.
INSERT INTO acts
WITH
  files AS (
    SELECT *
    FROM acts
    WHERE day = {day:Date} AND NOT registered AND name != '' AND channel != ''
  ),
  held AS (
    SELECT name, user_uid, document, shared, min(time) AS since
    FROM acts
    WHERE day BETWEEN {day:Date} - 30 AND {day:Date} AND known_by = 'words' AND class_uid = 1001 AND channel = ''
      AND name IN (SELECT name FROM files)
    GROUP BY name, user_uid, document, shared
  )
SELECT
  f.* REPLACE (h.document AS document, true AS registered, 'name' AS known_by)
FROM files AS f
INNER JOIN (SELECT name, user_uid AS holder, document, shared, since FROM held) AS h ON h.name = f.name
WHERE h.since <= f.time
  AND (h.holder = f.user_uid OR (h.shared AND h.since > f.time - INTERVAL 5 DAY))
  AND (f.event_uid, f.target, f.destination, h.document) NOT IN (
    SELECT event_uid, target, destination, document
    FROM acts
    WHERE day = {day:Date} AND known_by = 'words'
  )
LIMIT 1 BY f.event_uid, f.target, f.destination, h.document
