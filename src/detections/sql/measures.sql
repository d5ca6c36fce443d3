-- Each detection's measure of each person's day: every document, compartment or act that the condition counts once, at
-- the time it first counted. The matches are made of the rules' conditions: (detection, what is counted, what it weighs).
INSERT INTO measures (day, detection, span, user_uid, role, value, events, times, reached)
SELECT {day:Date}, m.detection, 1, m.user_uid, s.role, m.reached[-1] AS value, m.events, m.times, m.reached
FROM (
  SELECT
    user_uid,
    detection,
    sum(events) AS events,
    arraySort(groupArray((first_time, heaviest))) AS news,
    arrayMap(n -> n.1, news) AS times,
    arrayCumSum(arrayMap(n -> n.2, news)) AS reached
  FROM (
    SELECT
      user_uid,
      match.1 AS detection,
      match.2 AS counted,
      min(time) AS first_time,
      max(match.3) AS heaviest,
      count() AS events
    FROM (
      SELECT user_uid, time, arrayJoin(arrayConcat($MATCHES)) AS match
      FROM observations
      WHERE day = {day:Date}
    )
    GROUP BY user_uid, detection, counted
  )
  GROUP BY user_uid, detection
) AS m
LEFT JOIN staff AS s ON s.user_uid = m.user_uid AND s.day = {day:Date}
WHERE value > 0
