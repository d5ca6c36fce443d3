SELECT detection, any(stage) AS stage, sum(bits) AS bits, uniqExact(day) AS days
FROM signals
WHERE user_uid = {user:String} AND day > {day:Date} - {memory:UInt16} AND day <= {day:Date}
GROUP BY detection
ORDER BY bits DESC, detection
LIMIT 100
