-- Who stands out on {day:Date}. Somebody with news is told a minute after the act that raised the score, which is the time it
-- takes to get here and be reckoned, with the day's strongest signals by then; somebody without is told at the day's start
-- with what is left of the evidence.
WITH
  $SCORE_OF,
  fresh AS (
    SELECT
      s.user_uid AS user_uid,
      toString(least(s.step.1 + 60, toDateTime({day:Date}, 'UTC') + 86399)) AS time,
      s.step.2 AS evidence,
      s.step.3 AS score,
      arrayFilter(r -> r.2 >= 0.05, arrayMap(
        r -> (r.1, arraySum(gain -> if(gain.1 <= s.step.1, gain.2, 0), r.3), r.2), g.signals
      )) AS reasons
    FROM (
      SELECT user_uid, arrayJoin(steps) AS step
      FROM standings
      WHERE day = {day:Date}
    ) AS s
    INNER JOIN (
      SELECT user_uid, groupArray((detection, span, gains)) AS signals
      FROM signals
      WHERE day = {day:Date}
      GROUP BY user_uid
    ) AS g ON g.user_uid = s.user_uid
  ),
  standing AS (
    SELECT
      user_uid,
      sum(kept) AS evidence,
      groupArray((detection, kept, toUInt8(1))) AS reasons
    FROM (
      SELECT user_uid, detection, sum(counted * exp2(-({day:Date} - day) / {half_life:Float64})) AS kept
      FROM signals
      WHERE day > {day:Date} - {memory:UInt16} AND day < {day:Date}
      GROUP BY user_uid, detection
    )
    GROUP BY user_uid
    HAVING evidence >= {least_kept:Float64}
  )
SELECT
  time,
  user_uid,
  round(score, 3) AS score,
  round(evidence, 3) AS evidence,
  arraySlice(arrayReverseSort(r -> (r.2, r.1), reasons), 1, 4) AS reasons
FROM (
  SELECT * FROM fresh
  UNION ALL
  SELECT
    user_uid,
    concat(toString({day:Date}), ' 00:00:00') AS time,
    evidence,
    score_of(evidence / (1 + {news:Float64})) AS score,
    reasons
  FROM standing
)
ORDER BY time, score DESC, user_uid
LIMIT 1000000
