-- A person's score by day over the last half year, decaying between the days that brought something new.
WITH
  $SCORE_OF,
  $DECLARED_DAYS,
  news AS (
    SELECT groupArray((day, $FRESH)) AS days
    FROM standings
    WHERE user_uid = {user:String} AND day <= {day:Date} AND $UNEXPLAINED
  )
SELECT
  {day:Date} - number AS day,
  round(score_of(arraySum(arrayMap(
    d -> if(d.1 <= day AND d.1 > day - 120, d.2 * exp2(-(day - d.1) / {half_life:Float64}), 0),
    (SELECT days FROM news)
  ))), 2) AS score
FROM numbers(183)
WHERE day >= (SELECT min(day) FROM computed_days)
ORDER BY day
LIMIT 183
