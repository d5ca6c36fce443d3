-- What is in files that carry no registered name: notes, renamed copies, archives. A file is tied to the documents its
-- author has touched in the three days before it and whose words it shows, two at least.
INSERT INTO acts
WITH
  files AS (
    SELECT *
    FROM acts
    WHERE day = {day:Date} AND NOT registered AND notEmpty(keywords)
      AND (channel != '' OR (class_uid = 1001 AND activity_name = 'Update'))
  ),
  touched AS (
    SELECT user_uid, document, min(time) AS since, groupUniqArrayArray(keywords) AS shown
    FROM acts
    WHERE day BETWEEN {day:Date} - 3 AND {day:Date} AND class_uid = 1001 AND registered AND known_by = ''
      AND user_uid IN (SELECT user_uid FROM files)
    GROUP BY user_uid, document, toStartOfHour(time)
  ),
  vocabulary AS (
    SELECT who AS document, groupArray(what) AS words
    FROM first_seen
    WHERE kind = 'word' AND day < {day:Date} AND who IN (SELECT document FROM touched)
    GROUP BY who
  ),
  ties AS (
    SELECT f.event_uid AS event_uid, f.target AS target, f.destination AS destination, t.document AS document
    FROM files AS f
    INNER JOIN touched AS t ON t.user_uid = f.user_uid
    LEFT JOIN vocabulary AS v ON v.document = t.document
    WHERE t.since <= f.time AND t.since > f.time - INTERVAL 3 DAY
    GROUP BY event_uid, target, destination, document
    HAVING length(arrayIntersect(any(f.keywords), arrayConcat(
      any(v.words),
      groupUniqArrayArray(t.shown),
      splitByNonAlpha(lowerUTF8(splitByChar('\\', document)[-1]))
    ))) >= 2
  )
SELECT
  f.* REPLACE (t.document AS document, true AS registered, 'words' AS known_by)
FROM files AS f
INNER JOIN ties AS t ON t.event_uid = f.event_uid AND t.target = f.target AND t.destination = f.destination
