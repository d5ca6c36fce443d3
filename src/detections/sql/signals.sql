-- How surprising is each of today's measures? p = the chance of a person's day at least this high, from his own past,
-- drawn towards his role's, which is drawn towards everybody's: (reached + k * prior) / (days + k). In bits: -log2 p.
-- The past ends before the span begins, so that a ramp is not compared with itself.
INSERT INTO signals
WITH
  active AS (
    SELECT user_uid, uniqExact(day) AS days
    FROM working_hours
    WHERE day >= greatest({day:Date} - {history:UInt16}, {learn_from:Date}) AND day < {day:Date}
    GROUP BY user_uid
  ),
  today AS (
    SELECT detection, span, user_uid, role, value, events
    FROM measures
    WHERE day = {day:Date}
  ),
  past AS (
    SELECT detection, span, user_uid, role, value
    FROM measures
    WHERE day >= greatest({day:Date} - {history:UInt16}, {learn_from:Date}) AND day <= {day:Date} - span
  ),
  -- Values of the past as a staircase of eight steps per doubling: enough to count who reached a value.
  stairs AS (
    SELECT detection, span, role, toInt16(floor(8 * log2(value + 0.001))) AS step, count() AS days
    FROM past
    GROUP BY detection, span, role, step
  ),
  own AS (
    SELECT t.detection AS detection, t.span AS span, t.user_uid AS user_uid, countIf(p.value >= t.value) AS reached
    FROM today AS t
    INNER JOIN past AS p ON p.detection = t.detection AND p.span = t.span AND p.user_uid = t.user_uid
    GROUP BY detection, span, user_uid
  ),
  others AS (
    SELECT
      t.detection AS detection,
      t.span AS span,
      t.user_uid AS user_uid,
      sumIf(s.days, s.step >= floor(8 * log2(t.value + 0.001))) AS all_reached,
      sumIf(s.days, s.step >= floor(8 * log2(t.value + 0.001)) AND s.role = t.role) AS role_reached
    FROM today AS t
    INNER JOIN stairs AS s ON s.detection = t.detection AND s.span = t.span
    GROUP BY detection, span, user_uid
  ),
  roles AS (
    SELECT r.role AS role, sum(a.days) AS days, count() AS people
    FROM active AS a
    INNER JOIN staff AS r ON r.user_uid = a.user_uid
    WHERE r.day = {day:Date}
    GROUP BY role
  )
SELECT
  {day:Date},
  user_uid,
  detection,
  transform(detection, {detections:Array(String)}, {stages:Array(String)}, ''),
  span,
  least(16, -log2(p_own)) AS bits,
  value,
  events,
  own_days,
  own_reached,
  peer_days,
  peer_reached,
  peers
FROM (
  SELECT
    t.user_uid AS user_uid,
    t.detection AS detection,
    t.span AS span,
    t.value AS value,
    t.events AS events,
    ifNull(a.days, 0) AS own_days,
    o.reached AS own_reached,
    r.days - own_days AS peer_days,
    greatest(0, toInt64(x.role_reached) - toInt64(own_reached)) AS peer_reached,
    r.people - 1 AS peers,
    (SELECT sum(days) FROM active) AS all_days,
    (greatest(0, toInt64(x.all_reached) - toInt64(own_reached)) + 0.5) / (all_days - own_days + 1) AS p_all,
    (peer_reached + {k_peers:Float32} * p_all) / (greatest(0, peer_days) + {k_peers:Float32}) AS p_peers,
    (own_reached + {k_own:Float32} * p_peers) / (own_days + {k_own:Float32}) AS p_own
  FROM today AS t
  LEFT JOIN active AS a ON a.user_uid = t.user_uid
  LEFT JOIN own AS o ON o.detection = t.detection AND o.span = t.span AND o.user_uid = t.user_uid
  LEFT JOIN others AS x ON x.detection = t.detection AND x.span = t.span AND x.user_uid = t.user_uid
  LEFT JOIN roles AS r ON r.role = t.role
)
WHERE bits >= {least_bits:Float32} AND all_days > 0
ORDER BY user_uid, detection, bits DESC
LIMIT 1 BY user_uid, detection
