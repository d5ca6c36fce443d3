-- Who stands out on {day:Date}. Somebody with news is told a minute after the act that raised the score, which is the time it
-- takes to get here and be reckoned, with the day's strongest signals by then; somebody without is told at the day's start
-- with what is left of the evidence. For whoever has explained signals both are reckoned again without them.
WITH
  $SCORE_OF,
  $DECLARED_DAYS,
  -- What stood before this day, and the highest that somebody stood then: with explained signals, and without.
  explained AS (
    SELECT
      user_uid,
      groupArrayIf((day, fresh), $UNEXPLAINED) AS days,
      sumIf($FRESH * exp2(-({day:Date} - day) / {half_life:Float64}), NOT $UNEXPLAINED) AS taken,
      arrayMax(arrayConcat([0.], arrayMap(then -> exp2(-({day:Date} - then.1) / (2 * {half_life:Float64})) * arraySum(
        d -> if(d.1 <= then.1, d.2 * exp2(-(then.1 - d.1) / {half_life:Float64}), 0), days
      ), days))) AS peak
    FROM standings
    WHERE day > {day:Date} - {memory:UInt16} AND day < {day:Date} AND user_uid IN {explained_users:Array(String)}
    GROUP BY user_uid
  ),
  told AS (
    SELECT
      s.user_uid AS user_uid,
      s.step.1 AS at,
      if(x.user_uid = '', s.step.2, greatest(0, s.step.2 - x.taken)) AS evidence,
      if(x.user_uid = '', s.step.3, score_of(
        (evidence + {news:Float64} * greatest(0, evidence - x.peak)) / (1 + {news:Float64})
      )) AS score
    FROM (
      SELECT user_uid, arrayJoin(steps) AS step
      FROM standings
      WHERE day = {day:Date} AND $UNEXPLAINED
    ) AS s
    LEFT JOIN explained AS x ON x.user_uid = s.user_uid
  ),
  fresh AS (
    SELECT
      s.user_uid AS user_uid,
      toString(least(s.at + 60, toDateTime({day:Date}, 'UTC') + 86399)) AS time,
      s.evidence AS evidence,
      s.score AS score,
      arrayFilter(r -> r.2 >= 0.05, arrayMap(
        r -> (r.1, arraySum(gain -> if(gain.1 <= s.at, gain.2, 0), r.3), r.2), g.signals
      )) AS reasons
    FROM told AS s
    INNER JOIN (
      SELECT user_uid, groupArray((detection, span, $GAINS)) AS signals
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
      SELECT user_uid, detection, sum(round(1048576 * $COUNTED * exp2(-({day:Date} - day) / {half_life:Float64}))) / 1048576 AS kept
      FROM signals
      WHERE day > {day:Date} - {memory:UInt16} AND day < {day:Date} AND $UNEXPLAINED
      GROUP BY user_uid, detection
      HAVING kept > 0
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
