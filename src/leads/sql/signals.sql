-- A person's signals, newest first, each beside what would have been ordinary: medians and the 95th percentile over all
-- days of the three months before, days without anything counted as nothing.
WITH
  $DECLARED_DAYS,
  chosen AS (
    SELECT *
    FROM signals
    WHERE user_uid = {user:String}
    ORDER BY day DESC, bits DESC, detection
    LIMIT 200
  ),
  compared AS (
    SELECT
      c.day AS day,
      c.detection AS detection,
      any(c.own_days) AS own_days,
      any(c.peer_days) AS peer_days,
      arraySort(groupArrayIf(m.value, m.user_uid = {user:String})) AS own,
      arraySort(groupArrayIf(m.value, m.user_uid != {user:String} AND m.role = s.role)) AS peers
    FROM chosen AS c
    INNER JOIN staff AS s ON s.day = c.day AND s.user_uid = c.user_uid
    INNER JOIN (
      SELECT day, detection, span, user_uid, role, value
      FROM measures
      WHERE (user_uid = {user:String} OR role IN (SELECT role FROM staff WHERE user_uid = {user:String}))
        AND detection IN (SELECT detection FROM chosen)
        AND day >= (SELECT min(day) FROM chosen) - {history:UInt16}
    ) AS m ON m.detection = c.detection AND m.span = c.span
    WHERE m.day <= c.day - c.span
      AND m.day >= greatest(c.day - {history:UInt16}, {learn_from:Date} + c.span - 1)
    GROUP BY c.day, c.detection
  )
SELECT
  c.day AS day,
  c.detection AS detection,
  c.stage AS stage,
  c.span AS span,
  c.bits AS bits,
  c.value AS value,
  c.events AS evidence_count,
  c.own_days AS own_days,
  c.peers AS peers,
  (empty(c.gains_declared) AND NOT empty(c.gains) AND (c.user_uid, c.day) IN declared_days)::Bool AS declared,
  -- The k-th largest of n values among d days; 0 when the place falls among the days without anything.
  if(length(x.own) > c.own_days * 0.5, x.own[toInt64(length(x.own) - c.own_days * 0.5) + 1], 0) AS own_median,
  if(length(x.peers) > c.peer_days * 0.5, x.peers[toInt64(length(x.peers) - c.peer_days * 0.5) + 1], 0) AS peer_median,
  if(length(x.peers) > c.peer_days * 0.05, x.peers[toInt64(length(x.peers) - c.peer_days * 0.05) + 1], 0) AS peer_p95
FROM chosen AS c
LEFT JOIN compared AS x ON x.day = c.day AND x.detection = c.detection
ORDER BY c.day DESC, c.bits DESC, c.detection
