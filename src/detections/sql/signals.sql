-- How surprising is each of today's measures? p = the chance of a person's day at least this high, from his own past,
-- drawn towards his role's, which is drawn towards everybody's: (reached + k * prior) / (days + k). In bits: -log2 p.
-- Beyond the highest value that anybody ever had, p falls with the third power of the distance.
-- The past ends before the span begins, so that a ramp is not compared with itself; and it holds whole spans only, or
-- the records' thin beginning would make everybody's later sums look high.
INSERT INTO signals (
  day, user_uid, detection, stage, span, bits, value, events, own_days, own_reached, peer_days, peer_reached, peers, gains, counted
)
WITH
  -- Bits of a measure that was reached on so many days of his own, of his role and of everybody, himself not counted
  -- twice. Steps of 1/1024 add up exactly in any order: the same rows give the same score to the last digit.
  (own_reached, role_reached, all_reached, beyond, own_days, peer_days, all_days) -> round(1024 * least(
    {most_bits:Float64},
    -log2(
      (own_reached + {k_own:Float64} * (
        (greatest(0, role_reached - own_reached) + {k_peers:Float64} * (
          (greatest(0, all_reached - own_reached) + 0.5) / (all_days - own_days + 1) * beyond
        )) / (peer_days + {k_peers:Float64})
      )) / (own_days + {k_own:Float64})
    )
  )) / 1024 AS bits_of,
  (value, step, own_heights, heights, stair_roles, stair_days, role, own_days, peer_days, all_days) -> bits_of(
    arrayCount(height -> height >= step, own_heights),
    arraySum((height, r, d) -> if(height >= step AND r = role, d, 0), heights, stair_roles, stair_days),
    arraySum((height, d) -> if(height >= step, d, 0), heights, stair_days),
    if(notEmpty(heights) AND step > arrayMax(heights), pow(exp2((arrayMax(heights) + 1) / 8) / value, 3), 1),
    own_days,
    peer_days,
    all_days
  ) AS surprise,
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
    SELECT detection, span, user_uid, role, value, events, step, times, reached
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
  stairs AS (
    SELECT detection, span, groupArray(role) AS roles, groupArray(step) AS heights, groupArray(days) AS days
    FROM (
      SELECT detection, span, role, step, toUInt32(count()) AS days
      FROM past
      GROUP BY detection, span, role, step
    )
    GROUP BY detection, span
  ),
  own AS (
    SELECT p.detection AS detection, p.span AS span, p.user_uid AS user_uid, groupArray(p.step) AS heights
    FROM past AS p
    WHERE (p.detection, p.span, p.user_uid) IN (SELECT detection, span, user_uid FROM today)
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
  compared AS (
    SELECT
      t.user_uid AS user_uid,
      t.detection AS detection,
      t.span AS span,
      t.role AS role,
      t.value AS value,
      t.step AS step,
      t.events AS events,
      t.times AS times,
      t.reached AS reached,
      o.heights AS own_heights,
      x.heights AS heights,
      x.roles AS stair_roles,
      x.days AS stair_days,
      ifNull(a.days, 0) AS own_days,
      greatest(0, toInt64(r.days) - toInt64(own_days)) AS peer_days,
      greatest(0, toInt64(r.people) - 1) AS peers,
      e.days AS all_days,
      surprise(
        value, step, own_heights, heights, stair_roles, stair_days, role, own_days, peer_days, all_days
      ) AS bits,
      -- A sum over days counts only for what it adds to the signals inside it, or one burst would be evidence again
      -- and again.
      greatest({least_bits:Float64} - 1, multiIf(t.span = 7, b.week, t.span = 28, b.month, 0)) AS known,
      transform(t.detection, {detections:Array(String)}, {weights:Array(Float64)}, toFloat64(0)) AS weight
    FROM today AS t
    LEFT JOIN active AS a ON a.user_uid = t.user_uid AND a.span = t.span
    LEFT JOIN own AS o ON o.detection = t.detection AND o.span = t.span AND o.user_uid = t.user_uid
    LEFT JOIN stairs AS x ON x.detection = t.detection AND x.span = t.span
    LEFT JOIN roles AS r ON r.role = t.role AND r.span = t.span
    LEFT JOIN (SELECT span, sum(days) AS days FROM active GROUP BY span) AS e ON e.span = t.span
    LEFT JOIN before AS b ON b.user_uid = t.user_uid AND b.detection = t.detection
    WHERE e.days > 0 AND weight > 0
  ),
  -- The strongest span of each detection.
  strongest AS (
    SELECT *
    FROM compared
    WHERE bits >= {least_bits:Float64} AND bits > known
    ORDER BY user_uid, detection, bits - known DESC, span
    LIMIT 1 BY user_uid, detection
  )
SELECT
  {day:Date},
  user_uid,
  detection,
  transform(detection, {detections:Array(String)}, {stages:Array(String)}, ''),
  span,
  bits,
  value,
  events,
  own_days,
  own_reached,
  peer_days,
  greatest(0, role_reached - own_reached),
  peers,
  -- When in the day how much was added to what counts.
  arrayFilter(gain -> gain.2 > 0, arrayMap(
    (time, now, before) -> (time, now - before), times, grown, arrayPushFront(arrayPopBack(grown), toFloat64(0))
  )) AS gains,
  arraySum(gain -> gain.2, gains) AS counted
FROM (
  SELECT
    *,
    arrayCount(height -> height >= step, own_heights) AS own_reached,
    arraySum(
      (height, r, d) -> if(height >= step AND r = role, d, 0), heights, stair_roles, stair_days
    ) AS role_reached,
    arrayMap(
      (v, s) -> greatest(0, round(1024 * weight * (
        surprise(v, s, own_heights, heights, stair_roles, stair_days, role, own_days, peer_days, all_days) - known
      )) / 1024),
      reached,
      arrayMap(v -> floor(8 * log2(v + 0.001)), reached)
    ) AS grown
  FROM strongest
)
