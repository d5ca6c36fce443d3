-- A person's standing after today. Within a stage of the road out the strongest signal counts, stages add up; what was
-- there before decays. A sum over days counts only for what it adds to the signals inside it, or one burst would be
-- evidence again and again. `raised` is what goes beyond the last time this person stood out, so that nobody is shown
-- again for what an analyst has seen already.
INSERT INTO standings
WITH
  news AS (
    SELECT
      s.user_uid AS user_uid,
      s.stage AS stage,
      any(s.bits) - maxIf(p.bits - {least_bits:Float64} + 1, s.span > 1 AND p.day >= {day:Date} - s.span) AS bits,
      transform(s.detection, {detections:Array(String)}, {weights:Array(Float64)}, toFloat64(0)) AS weight
    FROM signals AS s
    LEFT JOIN (
      SELECT user_uid, detection, day, bits
      FROM signals
      WHERE day >= {day:Date} - 28 AND day < {day:Date}
    ) AS p ON p.user_uid = s.user_uid AND p.detection = s.detection
    WHERE s.day = {day:Date}
    GROUP BY s.user_uid, s.stage, s.detection
  ),
  today AS (
    SELECT user_uid, sum(stage_bits) AS fresh
    FROM (
      SELECT user_uid, stage, max(round((bits - {least_bits:Float64} + 1) * weight * 1024)) / 1024 AS stage_bits
      FROM news
      GROUP BY user_uid, stage
      HAVING stage_bits > 0
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
