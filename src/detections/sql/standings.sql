-- A person's standing after today: the bits of all his signals add up, and what was there before decays. `raised` is what
-- goes beyond the last time this person stood out, so that nobody is shown again for what an analyst has seen already.
-- `steps` tells when in the day evidence and score grew, by a tenth of the day's evidence each time.
INSERT INTO standings
WITH
  news AS (
    SELECT
      user_uid,
      sum(counted) AS fresh,
      arraySort(groupArrayArray(gains)) AS added
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
    WHERE day >= {day:Date} - 120 AND day < {day:Date}
    GROUP BY user_uid
  ),
  (fresh, kept, peak) -> 100 * (1 - exp2(-(kept + fresh + greatest(0, kept + fresh - peak)) / 2 / {scale:Float64})) AS score_of
SELECT
  {day:Date},
  n.user_uid,
  n.fresh + ifNull(b.kept, 0) AS evidence,
  n.fresh,
  greatest(0, evidence - ifNull(b.peak, 0)) AS raised,
  score_of(n.fresh, ifNull(b.kept, 0), ifNull(b.peak, 0)) AS score,
  arrayFilter(
    (step, i) -> i = length(totals) OR i = 1 OR floor(10 * totals[i] / n.fresh) > floor(10 * totals[i - 1] / n.fresh),
    arrayMap(
      (a, total) -> (a.1, total + ifNull(b.kept, 0), score_of(total, ifNull(b.kept, 0), ifNull(b.peak, 0))), n.added, totals
    ),
    arrayEnumerate(n.added)
  ) AS steps
FROM (SELECT *, arrayCumSum(arrayMap(a -> a.2, added)) AS totals FROM news) AS n
LEFT JOIN before AS b ON b.user_uid = n.user_uid
