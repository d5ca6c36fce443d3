-- Stretches of hours in which a whole log, or the part of it that comes from some of the devices, is silent though its
-- own past and the other logs say that it should not be. A collector serves devices whose names end in the same
-- character; the empty name stands for all of them.
-- What is expected of an hour is the median of the same hour on the same weekday over the six weeks before, nothing
-- later. On a holiday all logs are low together: the expectation goes down with what the same devices show in the other
-- logs. Where those have nothing to say (at night), what a whole log never failed to show in six weeks counts.
WITH
  -- A machine whose clock stands in 1999 starts nothing: a day counts when it holds a hundredth of a usual one.
  days AS (
    SELECT min(day) AS first_day, max(day) AS last_day
    FROM (
      SELECT day, n, quantileExact(0.5)(n) OVER () AS usual
      FROM (SELECT day, count() AS n FROM events WHERE class_uid != 0 GROUP BY day)
    )
    WHERE n * 100 >= usual
  ),
  by_devices AS (
    SELECT log_name, substring(device_hostname, -1) AS devices, day, toHour(time) AS hour, count() AS n
    FROM events
    WHERE class_uid != 0
      AND day BETWEEN (SELECT first_day FROM days) AND (SELECT last_day FROM days)
    GROUP BY log_name, devices, day, hour
  ),
  hourly AS (
    SELECT log_name, arrayJoin([devices, '']) AS devices, day, hour, sum(n) AS n
    FROM by_devices
    GROUP BY log_name, devices, day, hour
  ),
  -- Every hour in which a log could have spoken: from its own first one to the last one of all logs.
  spans AS (
    SELECT log_name, devices, min((day, hour)) AS first, (SELECT max((day, hour)) FROM by_devices) AS last
    FROM hourly
    GROUP BY log_name, devices
    HAVING sum(n) >= 200
  ),
  slots AS (
    SELECT *, first.1 + arrayJoin(range(toUInt32(last.1 - first.1) + 1)) AS day
    FROM spans
  ),
  grid AS (
    SELECT s.log_name AS log_name, s.devices AS devices, s.day AS day, h.hour AS hour, y.n AS n
    FROM slots AS s
    CROSS JOIN (SELECT toUInt8(number) AS hour FROM numbers(24)) AS h
    LEFT JOIN hourly AS y
      ON y.log_name = s.log_name AND y.devices = s.devices AND y.day = s.day AND y.hour = h.hour
    WHERE (s.day, h.hour) >= s.first AND (s.day, h.hour) <= s.last
  ),
  past AS (
    SELECT
      *,
      quantileExactInclusive(0.5)(n) OVER weeks AS median,
      min(n) OVER weeks AS lowest,
      count() OVER weeks AS known_weeks
    FROM grid
    WINDOW weeks AS (
      PARTITION BY log_name, devices, toDayOfWeek(day), hour
      ORDER BY day
      ROWS BETWEEN 6 PRECEDING AND 1 PRECEDING
    )
  ),
  compared AS (
    SELECT
      *,
      sum(n) OVER same_devices - n AS others,
      sum(median) OVER same_devices - median AS others_median
    FROM past
    WINDOW same_devices AS (PARTITION BY devices, day, hour)
  ),
  judged AS (
    SELECT
      log_name,
      devices,
      toDateTime(day) + hour * 3600 AS time,
      n,
      others,
      multiIf(
        known_weeks < 3, 0.,
        others_median >= if(devices = '', 20, 1), median * least(1, others / others_median),
        devices = '', toFloat64(lowest),
        0.
      ) AS expected,
      sum(n > 0) OVER (PARTITION BY log_name, devices ORDER BY day, hour) AS stretch
    FROM compared
  ),
  -- Silence by chance: fewer than so many missing rows, and for a few devices one silent hour, say nothing.
  silences AS (
    SELECT log_name, devices, min(time) AS from, max(time) + 3600 AS to, sum(expected) AS missing
    FROM judged
    WHERE n = 0 AND expected >= 1
    GROUP BY log_name, devices, stretch
    HAVING missing >= if(devices = '', 20, 30) AND (devices = '' OR (to - from > 3600 AND sum(others) >= 30))
  ),
  -- How many machines a group has, and which part of the log's rows comes from them.
  fleet AS (
    SELECT log_name, devices, machines, n / sum(n) OVER (PARTITION BY log_name) AS share
    FROM (
      SELECT log_name, substring(device_hostname, -1) AS devices, uniqExact(device_hostname) AS machines, count() AS n
      FROM events
      WHERE class_uid != 0
      GROUP BY log_name, devices
    )
  )
SELECT
  s.log_name AS log_name,
  s.from AS from,
  s.to AS to,
  s.devices = '' AS whole,
  if(whole, 1., round(f.share, 3)) AS share,
  f.machines AS machines
FROM silences AS s
LEFT JOIN fleet AS f ON f.log_name = s.log_name AND f.devices = s.devices
ORDER BY log_name, from, machines
LIMIT 10000
