-- What is left on {day:Date} of each detection's bits; these add up to the evidence behind the score. Whole steps add up
-- to the same in any order, so that the same question has the same answer to the last digit.
WITH $DECLARED_DAYS
SELECT
  detection,
  any(stage) AS stage,
  sum(round(1048576 * $COUNTED * exp2(-({day:Date} - day) / {half_life:Float64}))) / 1048576 AS bits,
  count() AS days
FROM signals
WHERE user_uid = {user:String} AND day > {day:Date} - {memory:UInt16} AND day <= {day:Date}
  AND $UNEXPLAINED
GROUP BY detection
ORDER BY bits DESC, detection
LIMIT 100
