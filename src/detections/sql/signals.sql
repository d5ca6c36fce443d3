-- How surprising is each of today's measures? p = the chance of a person's day at least this high, from his own past,
-- drawn towards his role's, which is drawn towards everybody's: (reached + k * prior) / (days + k). In bits: -log2 p.
-- The past ends before the span begins, so that a ramp is not compared with itself; and it holds whole spans only, or
-- the records' thin beginning would make everybody's later sums look high.
INSERT INTO signals
WITH
  -- On how many days each was at work, per span: a sum over 28 days can have been reached on fewer days than one over 1.
  active AS (
    SELECT user_uid, span_days.1 AS span, span_days.2 AS days
    FROM (
      SELECT
        user_uid,
        arrayJoin([
          (1, uniqExactIf(day, day <= {day:Date} - 1 AND day >= {learn_from:Date})),
          (7, uniqExactIf(day, day <= {day:Date} - 7 AND day >= {learn_from:Date} + 6)),
          (28, uniqExactIf(day, day <= {day:Date} - 28 AND day >= {learn_from:Date} + 27))
        ]) AS span_days
      FROM working_hours
      WHERE day >= {day:Date} - {history:UInt16} AND day < {day:Date}
      GROUP BY user_uid
    )
    WHERE days > 0
  ),
  today AS (
    SELECT detection, span, user_uid, role, value, events, step
    FROM measures
    WHERE day = {day:Date}
  ),
  past AS (
    SELECT detection, span, user_uid, role, step
    FROM measures
    WHERE day >= greatest({day:Date} - {history:UInt16}, {learn_from:Date} + span - 1) AND day <= {day:Date} - span
  ),
  -- Values of the past as a staircase of eight steps per doubling, with the days on each. Enough to count who reached a
  -- value, and small however many people there are.
  steps AS (
    SELECT detection, span, role, step, toUInt32(count()) AS days
    FROM past
    GROUP BY detection, span, role, step
  ),
  stairs AS (
    SELECT detection, span, groupArray(role) AS roles, groupArray(step) AS heights, groupArray(days) AS days
    FROM steps
    GROUP BY detection, span
  ),
  own AS (
    SELECT t.detection AS detection, t.span AS span, t.user_uid AS user_uid, countIf(p.step >= t.step) AS reached
    FROM past AS p
    INNER JOIN today AS t ON t.detection = p.detection AND t.span = p.span AND t.user_uid = p.user_uid
    GROUP BY detection, span, user_uid
  ),
  roles AS (
    SELECT r.role AS role, a.span AS span, sum(a.days) AS days, count() AS people
    FROM active AS a
    INNER JOIN staff AS r ON r.user_uid = a.user_uid
    WHERE r.day = {day:Date}
    GROUP BY role, span
  ),
  -- The strongest signal of the days before, for each length of time that may overlap with a sum.
  before AS (
    SELECT user_uid, detection, maxIf(bits, day >= {day:Date} - 7) AS week, max(bits) AS month
    FROM signals
    WHERE day >= {day:Date} - 28 AND day < {day:Date}
    GROUP BY user_uid, detection
  ),
  surprises AS (
    SELECT
      *,
      -- Steps of 1/1024 add up exactly in any order: the same rows give the same score to the last digit.
      round(least(16, -log2(p_own)) * 1024) / 1024 AS bits
    FROM (
      SELECT
        t.user_uid AS user_uid,
        t.detection AS detection,
        t.span AS span,
        t.value AS value,
        t.events AS events,
        ifNull(a.days, 0) AS own_days,
        o.reached AS own_reached,
        greatest(0, toInt64(r.days) - toInt64(own_days)) AS peer_days,
        arraySum(
          (height, role, days) -> if(height >= t.step AND role = t.role, days, 0),
          x.heights, x.roles, x.days
        ) AS role_reached,
        arraySum((height, days) -> if(height >= t.step, days, 0), x.heights, x.days) AS all_reached,
        greatest(0, toInt64(role_reached) - toInt64(own_reached)) AS peer_reached,
        greatest(0, toInt64(r.people) - 1) AS peers,
        e.days AS all_days,
        (greatest(0, toInt64(all_reached) - toInt64(own_reached)) + 0.5) / (all_days - own_days + 1) AS p_all,
        (peer_reached + {k_peers:Float64} * p_all) / (peer_days + {k_peers:Float64}) AS p_peers,
        (own_reached + {k_own:Float64} * p_peers) / (own_days + {k_own:Float64}) AS p_own
      FROM today AS t
      LEFT JOIN active AS a ON a.user_uid = t.user_uid AND a.span = t.span
      LEFT JOIN own AS o ON o.detection = t.detection AND o.span = t.span AND o.user_uid = t.user_uid
      LEFT JOIN stairs AS x ON x.detection = t.detection AND x.span = t.span
      LEFT JOIN roles AS r ON r.role = t.role AND r.span = t.span
      LEFT JOIN (SELECT span, sum(days) AS days FROM active GROUP BY span) AS e ON e.span = t.span
    )
    WHERE all_days > 0
  )
SELECT
  {day:Date},
  s.user_uid,
  s.detection,
  transform(s.detection, {detections:Array(String)}, {stages:Array(String)}, ''),
  s.span,
  s.bits,
  -- What counts as evidence: bits above the least, weighed. A sum over days counts only for what it adds to the signals
  -- inside it, or one burst would be evidence again and again.
  round(
    (s.bits - greatest({least_bits:Float64} - 1, multiIf(s.span = 7, b.week, s.span = 28, b.month, 0)))
    * transform(s.detection, {detections:Array(String)}, {weights:Array(Float64)}, toFloat64(0)) * 1024
  ) / 1024 AS counted,
  s.value,
  s.events,
  s.own_days,
  s.own_reached,
  s.peer_days,
  s.peer_reached,
  s.peers
FROM surprises AS s
LEFT JOIN before AS b ON b.user_uid = s.user_uid AND b.detection = s.detection
WHERE s.bits >= {least_bits:Float64} AND counted > 0
ORDER BY s.user_uid, s.detection, counted DESC, s.span
LIMIT 1 BY s.user_uid, s.detection
