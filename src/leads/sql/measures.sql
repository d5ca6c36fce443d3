-- One measure by day: the person's value, the band of his own ordinary days before, the band of his role's days.
WITH
  days AS (
    SELECT DISTINCT day
    FROM working_hours
    WHERE user_uid = {user:String} AND day BETWEEN {from:Date} - 91 AND {to:Date}
  ),
  own AS (
    SELECT d.day AS day, m.value AS value
    FROM days AS d
    LEFT JOIN (
      SELECT day, value
      FROM measures
      WHERE detection = {detection:String} AND span = 1 AND user_uid = {user:String}
    ) AS m ON m.day = d.day
  ),
  peers AS (
    SELECT day, quantilesExactInclusive(0.05, 0.5, 0.95)(value) AS band
    FROM (
      SELECT s.day AS day, s.user_uid AS user_uid, any(m.value) AS value
      FROM staff AS s
      LEFT JOIN measures AS m ON m.day = s.day AND m.user_uid = s.user_uid AND m.detection = {detection:String} AND m.span = 1
      WHERE s.day BETWEEN {from:Date} AND {to:Date}
        AND s.role = (SELECT argMax(role, day) FROM staff WHERE user_uid = {user:String} AND day <= {to:Date})
        AND s.user_uid != {user:String}
      GROUP BY s.day, s.user_uid
    )
    GROUP BY day
  )
SELECT
  o.day AS day,
  o.value AS value,
  -- The first day has nothing before it.
  ifNotFinite(o.band[1], 0) AS own_low,
  ifNotFinite(o.band[2], 0) AS own_median,
  ifNotFinite(o.band[3], 0) AS own_high,
  p.band[1] AS peer_low,
  p.band[2] AS peer_median,
  p.band[3] AS peer_high,
  o.day IN (
    SELECT day FROM signals WHERE user_uid = {user:String} AND detection = {detection:String}
  ) AS signal
FROM (
  SELECT
    day,
    value,
    quantilesExactInclusive(0.05, 0.5, 0.95)(value) OVER (ORDER BY day ROWS BETWEEN 60 PRECEDING AND 1 PRECEDING) AS band
  FROM own
) AS o
LEFT JOIN peers AS p ON p.day = o.day
WHERE o.day >= {from:Date}
ORDER BY day
LIMIT 2000
