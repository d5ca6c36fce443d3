-- For many days at once; a day's own question reads those before it.
INSERT INTO working_hours
SELECT day, actor_user_uid, toHour(time) + if(toDayOfWeek(day) >= 6, 100, 0) AS hour, count()
FROM events
WHERE day >= {from:Date} AND day <= {to:Date} AND class_uid NOT IN (0, 65535) AND actor_user_uid != ''
GROUP BY day, actor_user_uid, hour
