INSERT INTO working_hours
SELECT day, actor_user_uid, toHour(time) + if(toDayOfWeek(day) >= 6, 100, 0) AS hour, count()
FROM events
WHERE day = {day:Date} AND class_uid != 0
GROUP BY day, actor_user_uid, hour
