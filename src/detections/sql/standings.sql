-- A person's standing after today: the bits of all his signals add up, and what was there before decays. `raised` is what
-- goes beyond the last time this person stood out, so that nobody is shown again for what an analyst has seen already.
-- `steps` tells when in the day evidence and score grew by so much that it is worth telling.
INSERT INTO standings
WITH
  news AS (
    SELECT
      user_uid,
      sum(counted) AS fresh,
      -- What came at the same second came together.
      arraySort(arrayZip(tupleElement(sumMap(gains.1, gains.2) AS by_time, 1), by_time.2)) AS added
    FROM signals
    WHERE day = {day:Date}
    GROUP BY user_uid
  ),
  before AS (
    SELECT
      user_uid,
      sum(round(fresh * exp2(-dateDiff('day', day, {day:Date}) / {half_life:Float64}) * 1024)) / 1024 AS kept,
      max(evidence * exp2(-dateDiff('day', day, {day:Date}) / (2 * {half_life:Float64}))) AS peak
    FROM standings
    WHERE day > {day:Date} - 120 AND day < {day:Date}
    GROUP BY user_uid
  ),
  $SCORE_OF,
  (evidence, peak) -> score_of(
    (evidence + {news:Float64} * greatest(0, evidence - peak)) / (1 + {news:Float64})
  ) AS alert_score
SELECT
  {day:Date},
  n.user_uid,
  n.totals[-1] AS evidence,
  n.fresh,
  greatest(0, evidence - ifNull(n.peak, 0)) AS raised,
  alert_score(evidence, ifNull(n.peak, 0)) AS score,
  arrayFilter(
    (step, i) -> i = 1 OR floor(log2(n.totals[i]) / log2({growth:Float64})) > floor(log2(n.totals[i - 1]) / log2({growth:Float64})),
    arrayMap((time, total) -> (time, total, alert_score(total, ifNull(n.peak, 0))), n.added.1, n.totals),
    arrayEnumerate(n.totals)
  ) AS steps
FROM (
  SELECT news.*, b.peak AS peak, arrayMap(sum -> sum + ifNull(b.kept, 0), arrayCumSum(added.2)) AS totals
  FROM news
  LEFT JOIN before AS b ON b.user_uid = news.user_uid
) AS n
