-- For many days at once; a day's own question reads those before it. Counted by account, then for the person behind it.
INSERT INTO working_hours
SELECT c.day, if(l.person != '' AND l.valid_to >= c.day, l.person, c.account) AS user_uid, c.hour, sum(c.events)
FROM (
  SELECT *, lowerUTF8(account) AS account_key
  FROM (
    SELECT
      day,
      actor_user_uid AS account,
      toHour(time) + if(toDayOfWeek(day) >= 6, 100, 0) AS hour,
      count() AS events
    FROM events
    WHERE day >= {from:Date} AND day <= {to:Date} AND class_uid NOT IN (0, 65535) AND actor_user_uid != ''
    GROUP BY day, actor_user_uid, hour
  )
) AS c
-- Own links of an account do not overlap: the latest that had begun is the only one that can hold.
ASOF LEFT JOIN (
  SELECT account, person, valid_from, valid_to
  FROM person_links FINAL
  WHERE kind = 'own' AND valid_to >= valid_from
) AS l ON l.account = c.account_key AND l.valid_from <= c.day
GROUP BY c.day, user_uid, c.hour
