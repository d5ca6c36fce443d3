-- Sums over 7 and 28 days for whoever added to a measure today: slow collecting adds up.
INSERT INTO measures (day, detection, span, user_uid, role, value, events, times, reached)
SELECT
  {day:Date},
  detection,
  days,
  user_uid,
  anyIf(role, measured = {day:Date}),
  sum(value),
  sum(events),
  anyIf(times, measured = {day:Date}),
  arrayMap(r -> r + sumIf(value, measured < {day:Date}), anyIf(reached, measured = {day:Date}))
FROM (
  SELECT detection, user_uid, role, day AS measured, value, events, times, reached, arrayJoin([7, 28]) AS days
  FROM measures
  WHERE span = 1 AND day > {day:Date} - 28 AND day <= {day:Date}
)
WHERE measured > {day:Date} - days
GROUP BY detection, days, user_uid
HAVING max(measured) = {day:Date}
