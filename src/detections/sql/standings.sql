-- A person's standing after today. Within a stage of the road out the strongest signal counts, stages add up; what was
-- there before decays. `raised` is what goes beyond the last time this person stood out, so that nobody is shown again
-- for what an analyst has seen already.
INSERT INTO standings
WITH
  today AS (
    SELECT user_uid, sum(strongest) AS fresh
    FROM (
      SELECT user_uid, stage, max(counted) AS strongest
      FROM signals
      WHERE day = {day:Date}
      GROUP BY user_uid, stage
    )
    GROUP BY user_uid
  ),
  before AS (
    SELECT
      user_uid,
      sum(round(fresh * exp2(-dateDiff('day', day, {day:Date}) / {half_life:Float64}) * 1024)) / 1024 AS kept,
      max(evidence * exp2(-dateDiff('day', day, {day:Date}) / (2 * {half_life:Float64}))) AS peak
    FROM standings
    WHERE day >= {day:Date} - 120 AND day < {day:Date}
    GROUP BY user_uid
  )
SELECT
  {day:Date},
  user_uid,
  fresh + ifNull(kept, 0) AS evidence,
  fresh,
  greatest(0, evidence - ifNull(peak, 0)) AS raised,
  100 * (1 - exp2(-(evidence + raised) / 2 / {scale:Float64}))
FROM today
LEFT JOIN before USING (user_uid)
