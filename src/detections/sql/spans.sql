-- Sums over 7 and 28 days for whoever added to a measure today: slow collecting adds up.
INSERT INTO measures
SELECT {day:Date}, detection, span, user_uid, any(today_role), sum(value), sum(events)
FROM (
  SELECT
    detection,
    user_uid,
    arrayJoin([7, 28]) AS span,
    day AS measured,
    value,
    events,
    if(day = {day:Date}, role, '') AS today_role
  FROM measures
  WHERE span = 1 AND day > {day:Date} - 28 AND day <= {day:Date}
)
WHERE measured > {day:Date} - span
GROUP BY detection, span, user_uid
HAVING max(measured) = {day:Date}
