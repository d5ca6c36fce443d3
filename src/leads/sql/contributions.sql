-- What is left on {day:Date} of each detection's bits; these add up to the evidence behind the score.
SELECT detection, any(stage) AS stage, sum(counted * exp2(-({day:Date} - day) / {half_life:Float64})) AS bits, count() AS days
FROM signals
WHERE user_uid = {user:String} AND day > {day:Date} - {memory:UInt16} AND day <= {day:Date}
  AND $UNEXPLAINED
GROUP BY detection
ORDER BY bits DESC, detection
LIMIT 100
