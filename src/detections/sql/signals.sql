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
  (own_reached, own_in_role, role_reached, all_reached, beyond, own_days, peer_days, all_days) -> round(1024 * least(
    {most_bits:Float64},
    -log2(
      (own_reached + {k_own:Float64} * (
        (greatest(0, role_reached - own_in_role) + {k_peers:Float64} * (
          (greatest(0, all_reached - own_reached) + 0.5) / (all_days - own_days + 1) * beyond
        )) / (peer_days + {k_peers:Float64})
      )) / (own_days + {k_own:Float64})
    )
  )) / 1024 AS bits_of,
  (heights, days, step) -> arraySum((height, d) -> if(height >= step, d, 0), heights, days) AS days_reached,
  (
    value, step, role, own, role_heights, role_people_days, all_heights, all_people_days, own_days, peer_days, all_days
  ) -> bits_of(
    arrayCount(o -> o.1 >= step, own),
    arrayCount(o -> o.1 >= step AND o.2 = role, own),
    days_reached(role_heights, role_people_days, step),
    days_reached(all_heights, all_people_days, step),
    if(notEmpty(all_heights) AND step > all_heights[-1], pow(exp2((all_heights[-1] + 1) / 8) / value, 3), 1),
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
  own AS (
    SELECT detection, span, user_uid, groupArray((step, role)) AS heights
    FROM measures
    WHERE day >= greatest({day:Date} - {history:UInt16}, {learn_from:Date} + span - 1) AND day <= {day:Date} - span
      AND (detection, user_uid) IN (SELECT detection, user_uid FROM measures WHERE day = {day:Date} AND span = 1)
    GROUP BY detection, span, user_uid
  ),
  -- What somebody does every few days cannot surprise, whatever others do: those drop out before they are compared.
  unusual AS (
    SELECT
      t.detection AS detection,
      t.span AS span,
      t.user_uid AS user_uid,
      t.role AS role,
      t.value AS value,
      t.step AS step,
      t.events AS events,
      t.times AS times,
      t.reached AS reached,
      o.heights AS own,
      a.days AS own_days,
      arrayCount(o -> o.1 >= step, own) AS own_reached,
      transform(t.detection, {detections:Array(String)}, {weights:Array(Float64)}, toFloat64(0)) AS weight
    FROM measures AS t
    LEFT JOIN active AS a ON a.user_uid = t.user_uid AND a.span = t.span
    LEFT JOIN own AS o ON o.detection = t.detection AND o.span = t.span AND o.user_uid = t.user_uid
    WHERE t.day = {day:Date} AND weight > 0
      AND own_reached <= (own_days + {k_own:Float64}) * exp2(-{least_bits:Float64})
  ),
  -- Values of the past as staircases of eight steps per doubling, with the days on each, the lowest first. Enough to count
  -- who reached a value, and small however many people there are.
  steps AS (
    SELECT detection, span, role, step, sum(people) AS days
    FROM stairs
    WHERE day >= greatest({day:Date} - {history:UInt16}, {learn_from:Date} + span - 1) AND day <= {day:Date} - span
    GROUP BY detection, span, role, step
  ),
  role_stairs AS (
    SELECT detection, span, role, groupArray(step) AS heights, groupArray(days) AS days
    FROM steps
    GROUP BY detection, span, role
  ),
  everybody AS (
    SELECT detection, span, arrayMap(s -> s.1, sorted) AS heights, arrayMap(s -> s.2, sorted) AS days
    FROM (
      SELECT detection, span, arraySort(groupArray((step, days))) AS sorted
      FROM steps
      GROUP BY detection, span
    )
  ),
  roles AS (
    SELECT r.role AS role, a.span AS span, sum(a.days) AS days, count() AS people
    FROM active AS a
    LEFT JOIN (SELECT user_uid, role FROM staff WHERE day = {day:Date}) AS r ON r.user_uid = a.user_uid
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
      t.detection AS detection,
      t.span AS span,
      t.user_uid AS user_uid,
      t.role AS role,
      t.value AS value,
      t.step AS step,
      t.events AS events,
      t.times AS times,
      t.reached AS reached,
      t.own AS own,
      t.own_days AS own_days,
      t.own_reached AS own_reached,
      t.weight AS weight,
      rs.heights AS role_heights,
      rs.days AS role_people_days,
      x.heights AS all_heights,
      x.days AS all_people_days,
      greatest(0, toInt64(r.days) - toInt64(t.own_days)) AS peer_days,
      greatest(0, toInt64(r.people) - 1) AS peers,
      e.days AS all_days,
      surprise(
        t.value, t.step, t.role, t.own, role_heights, role_people_days, all_heights, all_people_days, t.own_days, peer_days, all_days
      ) AS bits,
      -- A sum over days counts only for what it adds to the signals inside it, or one burst would be evidence again
      -- and again.
      greatest({least_bits:Float64} - 1, multiIf(t.span = 7, b.week, t.span = 28, b.month, 0)) AS known
    FROM unusual AS t
    LEFT JOIN role_stairs AS rs ON rs.detection = t.detection AND rs.span = t.span AND rs.role = t.role
    LEFT JOIN everybody AS x ON x.detection = t.detection AND x.span = t.span
    LEFT JOIN roles AS r ON r.role = t.role AND r.span = t.span
    LEFT JOIN (SELECT span, sum(days) AS days FROM active GROUP BY span) AS e ON e.span = t.span
    LEFT JOIN before AS b ON b.user_uid = t.user_uid AND b.detection = t.detection
    WHERE e.days > 0
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
  greatest(0, days_reached(role_heights, role_people_days, step) - arrayCount(o -> o.1 >= step AND o.2 = role, own)),
  peers,
  -- When in the day how much was added to what counts.
  arrayFilter(gain -> gain.2 > 0, arrayMap(
    (time, now, before) -> (time, now - before), times, highest, arrayPushFront(arrayPopBack(highest), toFloat64(0))
  )) AS gains,
  arraySum(gain -> gain.2, gains) AS counted
FROM (
  SELECT
    *,
    arrayMap(
      (v, s) -> surprise(
        v, s, role, own, role_heights, role_people_days, all_heights, all_people_days, own_days, peer_days, all_days
      ),
      reached,
      arrayMap(v -> floor(8 * log2(v + 0.001)), reached)
    ) AS bits_by_then,
    -- Nothing counts before it is a signal.
    arrayMap(b -> if(b >= {least_bits:Float64} AND b > known, round(1024 * weight * (b - known)) / 1024, 0), bits_by_then) AS grown,
    -- Told by the span that is strongest so far, which may be another one at the day's end.
    maxForEach(grown) OVER (PARTITION BY user_uid, detection) AS highest
  FROM compared
  WHERE bits >= {least_bits:Float64} AND bits > known
  -- The strongest span of each detection.
  ORDER BY user_uid, detection, bits - known DESC, span
  LIMIT 1 BY user_uid, detection
)
