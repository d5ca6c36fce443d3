-- What is left on {day:Date} of each detection's bits. Of a stage's signals of a day the strongest counts, so these add up
-- to the evidence behind the score.
SELECT cause AS detection, stage, sum(strongest * exp2(-({day:Date} - day) / {half_life:Float64})) AS bits, count() AS days
FROM (
  SELECT day, stage, argMax(detection, (counted, detection)) AS cause, max(counted) AS strongest
  FROM signals
  WHERE user_uid = {user:String} AND day > {day:Date} - {memory:UInt16} AND day <= {day:Date}
  GROUP BY day, stage
)
GROUP BY cause, stage
HAVING bits >= 0.05
ORDER BY bits DESC, cause
LIMIT 100
