-- Rows per log and day, from the log's first day to the last of all logs, with the median of the same weekday over the
-- six weeks before as what was to be expected.
WITH
  counts AS (
    SELECT log_name, day, count() AS n
    FROM events
    WHERE class_uid != 0
    GROUP BY log_name, day
  ),
  -- A machine whose clock stands in 1999 starts nothing: a day counts when it holds a hundredth of a usual one.
  days AS (
    SELECT min(day) AS first_day, max(day) AS last_day
    FROM (SELECT day, n, quantileExact(0.5)(n) OVER () AS usual FROM (SELECT day, sum(n) AS n FROM counts GROUP BY day))
    WHERE n * 100 >= usual
  ),
  spans AS (
    SELECT log_name, min(day) AS first_day, (SELECT last_day FROM days) AS last_day
    FROM counts
    WHERE day >= (SELECT first_day FROM days) AND day <= (SELECT last_day FROM days)
    GROUP BY log_name
  ),
  grid AS (
    SELECT log_name, first_day + arrayJoin(range(toUInt32(last_day - first_day) + 1)) AS day
    FROM spans
  )
SELECT
  g.log_name AS log_name,
  g.day AS day,
  c.n AS events,
  round(ifNotFinite(quantileExactInclusive(0.5)(c.n) OVER (
    PARTITION BY g.log_name, toDayOfWeek(g.day)
    ORDER BY g.day
    ROWS BETWEEN 6 PRECEDING AND 1 PRECEDING
  ), 0)) AS expected
FROM grid AS g
LEFT JOIN counts AS c ON c.log_name = g.log_name AND c.day = g.day
ORDER BY log_name, day
LIMIT 100000
