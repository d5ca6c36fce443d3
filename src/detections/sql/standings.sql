-- A person's standing after today: the bits of all his signals add up, and what was there before decays. `raised` is what
-- goes beyond the last time this person stood out, so that nobody is shown again for what an analyst has seen already.
-- `steps` tells when in the day evidence and score grew by so much that it is worth telling.
-- What a contact explains that was declared by today counts for nothing. How much is new, and when it is told, is reckoned
-- as if nothing were declared: a declaration can lower a score and never raise one.
INSERT INTO standings (day, user_uid, evidence, fresh, raised, score, steps, fresh_declared, undeclared)
WITH
  $DECLARED_DAYS,
  news AS (
    SELECT
      user_uid,
      sum(counted) AS fresh,
      least(sum(counted_declared), fresh) AS fresh_declared,
      (user_uid, {day:Date}) IN declared_days AS is_declared,
      -- What came at the same second came together.
      arraySort(arrayZip(tupleElement(sumMap(gains.1, gains.2) AS by_time, 1), by_time.2)) AS added,
      arrayZip(tupleElement(sumMap(gains_declared.1, gains_declared.2) AS by_time_declared, 1), by_time_declared.2)
        AS added_declared
    FROM signals
    WHERE day = {day:Date}
    GROUP BY user_uid
  ),
  before AS (
    SELECT
      user_uid,
      sum(round($FRESH * exp2(-dateDiff('day', day, {day:Date}) / {half_life:Float64}) * 1024)) / 1024 AS kept,
      sum(round(fresh * exp2(-dateDiff('day', day, {day:Date}) / {half_life:Float64}) * 1024)) / 1024 AS undeclared,
      max(standings.undeclared * exp2(-dateDiff('day', day, {day:Date}) / (2 * {half_life:Float64}))) AS peak
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
  arrayMap(
    -- Told no higher than the last step that was told without any declaration.
    i -> (
      n.added[i].1,
      least(n.totals[i], n.undeclared[arrayLast(step -> step <= i, n.growing)]) AS total,
      alert_score(total, ifNull(n.peak, 0))
    ),
    arrayFilter(
      i -> n.totals[i] > n.kept AND (has(n.growing, i) OR i = arrayFirstIndex(total -> total > n.kept, n.totals)),
      arrayEnumerate(n.totals)
    )
  ) AS steps,
  n.fresh_declared,
  n.undeclared[-1]
FROM (
  SELECT
    news.*,
    b.peak AS peak,
    ifNull(b.kept, 0) AS kept,
    arrayMap(sum -> sum + ifNull(b.undeclared, 0), arrayCumSum(added.2)) AS undeclared,
    arrayMap(
      (time, sum) -> kept + if(
        is_declared, least(sum, arraySum(gain -> if(gain.1 <= time, gain.2, 0), added_declared)), sum
      ),
      added.1,
      arrayCumSum(added.2)
    ) AS totals,
    arrayFilter(
      i -> i = 1 OR floor(log2(undeclared[i]) / log2({growth:Float64})) > floor(log2(undeclared[i - 1]) / log2({growth:Float64})),
      arrayEnumerate(undeclared)
    ) AS growing
  FROM news
  LEFT JOIN before AS b ON b.user_uid = news.user_uid
) AS n
