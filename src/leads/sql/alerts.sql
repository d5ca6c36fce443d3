-- The standings of {day:Date}, at each time of the day at which they had grown, with the day's strongest signals by then as
-- reasons. A score is told a minute after the act that raised it: the time it takes to get here and be reckoned.
SELECT
  toString(least(s.step.1 + 60, toDateTime({day:Date}, 'UTC') + 86399)) AS time,
  s.user_uid AS user_uid,
  round(s.step.3, 3) AS score,
  s.step.2 AS evidence,
  arraySlice(arrayReverseSort(r -> (r.2, r.1), arrayFilter(r -> r.4 <= s.step.1, g.signals)), 1, 4) AS reasons
FROM (
  SELECT user_uid, arrayJoin(steps) AS step
  FROM standings
  WHERE day = {day:Date}
) AS s
INNER JOIN (
  SELECT user_uid, groupArray((detection, bits, span, gains[1].1)) AS signals
  FROM signals
  WHERE day = {day:Date}
  GROUP BY user_uid
) AS g ON g.user_uid = s.user_uid
WHERE s.step.3 > 0
ORDER BY time, score DESC, user_uid
LIMIT 1000000
