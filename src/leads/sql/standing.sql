-- Everybody who stood out within the last 90 days before {day:Date}, with what is left of the evidence on that day. For
-- whoever has explained signals the evidence of each day is reckoned again without them.
WITH
  $SCORE_OF,
  $DECLARED_DAYS,
  everyone AS (
    SELECT
      user_uid,
      groupArray((day, $FRESH)) AS days
    FROM standings
    WHERE day > {day:Date} - {memory:UInt16} AND day <= {day:Date} AND $UNEXPLAINED
    GROUP BY user_uid
    HAVING if(
      user_uid IN {explained_users:Array(String)},
      arrayMax(then -> if(then.1 > {day:Date} - 90, arraySum(
        d -> if(d.1 <= then.1, d.2 * exp2(-(then.1 - d.1) / {half_life:Float64}), 0), days
      ), 0), days),
      maxIf(evidence, day > {day:Date} - 90)
    ) >= {least_evidence:Float64}
  ),
  -- What is left of each detection's bits adds up to the evidence.
  causes AS (
    SELECT
      user_uid,
      sum(signals) AS signals,
      min(first_day) AS first_day,
      max(last_day) AS last_day,
      arraySort(groupUniqArray(stage)) AS stages,
      arraySort(groupArray(detection)) AS detections,
      arraySort(cause -> (-cause.2, cause.1), groupArrayIf((detection, bits), bits > 0)) AS top
    FROM (
      SELECT
        user_uid,
        detection,
        any(stage) AS stage,
        count() AS signals,
        min(day) AS first_day,
        max(day) AS last_day,
        sum(round(1048576 * $COUNTED * exp2(-({day:Date} - day) / {half_life:Float64}))) / 1048576 AS bits
      FROM signals
      WHERE day > {day:Date} - {memory:UInt16} AND day <= {day:Date} AND $UNEXPLAINED
      GROUP BY user_uid, detection
    )
    GROUP BY user_uid
  )
SELECT
  e.user_uid AS user_uid,
  c.signals AS signals,
  c.first_day AS first_day,
  c.last_day AS last_day,
  c.stages AS stages,
  c.detections AS detections,
  c.top AS top,
  arrayMap(
    back -> round(score_of(arraySum(arrayMap(
      d -> if(d.1 <= {day:Date} - back, d.2 * exp2(-({day:Date} - back - d.1) / {half_life:Float64}), 0), e.days
    ))), 2),
    arrayReverse(range(28))
  ) AS trend,
  trend[28] AS score,
  arraySum(d -> d.2 * exp2(-({day:Date} - d.1) / {half_life:Float64}), e.days) AS evidence
FROM everyone AS e
INNER JOIN causes AS c ON c.user_uid = e.user_uid
ORDER BY score DESC, user_uid
LIMIT 100000
