-- The standings of {day:Date} with their reasons: the strongest signals of the day, for people to read.
SELECT
  s.day AS day,
  s.user_uid AS user_uid,
  round(s.score, 3) AS score,
  s.evidence AS evidence,
  g.reasons AS reasons
FROM standings AS s
LEFT JOIN (
  SELECT
    user_uid,
    arraySlice(arrayReverseSort(r -> (r.2, r.1), groupArray((detection, bits, span))), 1, 4) AS reasons
  FROM signals
  WHERE day = {day:Date}
  GROUP BY user_uid
) AS g ON g.user_uid = s.user_uid
WHERE s.day = {day:Date} AND s.score > 0
ORDER BY s.score DESC, s.user_uid
LIMIT 1000000
