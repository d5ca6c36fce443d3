-- How surprising is each of today's measures? p = the chance of a person's day at least this high, from his own past,
-- drawn towards his role's, which is drawn towards everybody's: (reached + k * prior) / (days + k). In bits: -log2 p.
-- Beyond the highest value that anybody ever had, p falls with the third power of the distance.
-- The past ends before the span begins, so that a ramp is not compared with itself; and it holds whole spans only, or
-- the records' thin beginning would make everybody's later sums look high.
INSERT INTO signals (
  day, user_uid, detection, stage, span, bits, value, events, own_days, own_reached, peer_days, peer_reached, peers, gains, counted,
  gains_declared, counted_declared
)
WITH
  -- Bits of a measure that was reached on so many days of his own, of his role and of everybody, himself not counted
  -- twice. Steps of 1/1024 add up exactly in any order: the same rows give the same score to the last digit.
  (own_reached, peer_reached, others_reached, beyond, own_days, peer_days, all_days) -> round(1024 * least(
    {most_bits:Float64},
    -log2(
      (own_reached + {k_own:Float64} * (
        (peer_reached + {k_peers:Float64} * (
          (others_reached + 0.5) / (all_days - own_days + 1) * beyond
        )) / (peer_days + {k_peers:Float64})
      )) / (own_days + {k_own:Float64})
    )
  )) / 1024 AS bits_of,
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
    SELECT detection, span, user_uid, groupArray((step, role)) AS steps
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
      t.events AS events,
      t.times AS times,
      t.reached AS values,
      o.steps AS own,
      a.days AS own_days,
      transform(t.detection, {detections:Array(String)}, {weights:Array(Float64)}, toFloat64(0)) AS weight
    FROM measures AS t
    LEFT JOIN active AS a ON a.user_uid = t.user_uid AND a.span = t.span
    LEFT JOIN own AS o ON o.detection = t.detection AND o.span = t.span AND o.user_uid = t.user_uid
    WHERE t.day = {day:Date} AND weight > 0
      AND arrayCount(o -> o.1 >= t.step, own) <= (own_days + {k_own:Float64}) * exp2(-{least_bits:Float64})
  ),
  -- A row for each time at which one of them grew in the day, and to what.
  growing AS (
    SELECT
      * EXCEPT (times, values, own),
      grew.1 AS nth,
      grew.2 AS time,
      grew.3 AS reached,
      toInt16(floor(8 * log2(reached + 0.001))) AS step,
      arrayCount(o -> o.1 >= step, own) AS own_reached,
      arrayCount(o -> o.1 >= step AND o.2 = role, own) AS own_in_role
    FROM unusual
    ARRAY JOIN arrayZip(arrayEnumerate(times), times, values) AS grew
  ),
  -- Values of the past as staircases of eight steps per doubling, with the days that reached each step. Small however many
  -- people there are.
  steps AS (
    SELECT detection, span, role, step, sum(people) AS days
    FROM stairs
    WHERE day >= greatest({day:Date} - {history:UInt16}, {learn_from:Date} + span - 1) AND day <= {day:Date} - span
    GROUP BY detection, span, role, step
  ),
  role_stairs AS (
    SELECT detection, span, role, step, sum(days) OVER (PARTITION BY detection, span, role ORDER BY step DESC) AS reached
    FROM steps
  ),
  all_stairs AS (
    SELECT
      detection,
      span,
      step,
      sum(sum(days)) OVER (PARTITION BY detection, span ORDER BY step DESC) AS reached
    FROM steps
    GROUP BY detection, span, step
  ),
  highest AS (SELECT detection, span, max(step) AS step, 1 AS known FROM steps GROUP BY detection, span),
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
      t.user_uid AS user_uid,
      t.detection AS detection,
      t.span AS span,
      t.value AS value,
      t.events AS events,
      t.nth AS nth,
      t.time AS time,
      t.own_days AS own_days,
      t.own_reached AS own_reached,
      greatest(0, toInt64(r.days) - toInt64(t.own_days)) AS peer_days,
      greatest(0, toInt64(r.people) - 1) AS peers,
      greatest(0, rs.reached - t.own_in_role) AS peer_reached,
      bits_of(
        t.own_reached,
        peer_reached,
        greatest(0, s.reached - t.own_reached),
        if(h.known = 1 AND t.step > h.step, pow(exp2((h.step + 1) / 8) / t.reached, 3), 1),
        t.own_days,
        peer_days,
        e.days
      ) AS bits,
      -- A sum over days counts only for what it adds to the signals inside it, or one burst would be evidence again
      -- and again.
      greatest({least_bits:Float64} - 1, multiIf(t.span = 7, b.week, t.span = 28, b.month, 0)) AS known,
      -- Nothing counts before it is a signal.
      if(bits >= {least_bits:Float64} AND bits > known, round(1024 * t.weight * (bits - known)) / 1024, 0) AS counts
    FROM growing AS t
    ASOF LEFT JOIN role_stairs AS rs
      ON rs.detection = t.detection AND rs.span = t.span AND rs.role = t.role AND rs.step >= t.step
    ASOF LEFT JOIN all_stairs AS s ON s.detection = t.detection AND s.span = t.span AND s.step >= t.step
    LEFT JOIN highest AS h ON h.detection = t.detection AND h.span = t.span
    LEFT JOIN roles AS r ON r.role = t.role AND r.span = t.span
    LEFT JOIN (SELECT span, sum(days) AS days FROM active GROUP BY span) AS e ON e.span = t.span
    LEFT JOIN before AS b ON b.user_uid = t.user_uid AND b.detection = t.detection
    WHERE e.days > 0
  ),
  -- Told by the span that is strongest so far, which may be another one at the day's end; kept of the one strongest then.
  told AS (
    SELECT
      *,
      max(counts) OVER (PARTITION BY user_uid, detection, nth) AS counts_by_then,
      first_value(span) OVER (PARTITION BY user_uid, detection ORDER BY counts DESC, span) AS strongest
    FROM compared
  ),
  gaining AS (
    SELECT
      *,
      counts_by_then - lagInFrame(counts_by_then, 1, 0) OVER (
        PARTITION BY user_uid, detection ORDER BY nth ROWS BETWEEN 1 PRECEDING AND CURRENT ROW
      ) AS gain
    FROM told
    WHERE span = strongest
  ),
  $TOGETHER,
  -- What counts of it, and what would if a declared contact explained the detections that it can explain.
  counting AS (
    SELECT
      *,
      if(detection IN {explainable:Array(String)}, 0, gain) AS unexplained,
      sum(unexplained) OVER (PARTITION BY user_uid ORDER BY time RANGE UNBOUNDED PRECEDING) AS unexplained_by_then,
      sum(unexplained) OVER (PARTITION BY user_uid, time) AS unexplained_at_once,
      if(unexplained > 0, round(1024 * unexplained * (
        together(unexplained_by_then) - together(unexplained_by_then - unexplained_at_once)
      ) / unexplained_at_once) / 1024, 0) AS added_declared,
      sum(gain) OVER (PARTITION BY user_uid ORDER BY time RANGE UNBOUNDED PRECEDING) AS by_then,
      sum(gain) OVER (PARTITION BY user_uid, time) AS at_once,
      if(gain > 0, round(1024 * gain * (together(by_then) - together(by_then - at_once)) / at_once) / 1024, 0) AS added
    FROM gaining
  )
SELECT
  {day:Date},
  user_uid,
  detection,
  transform(detection, {detections:Array(String)}, {stages:Array(String)}, ''),
  any(span),
  max(bits),
  any(value),
  any(events),
  any(own_days),
  min(own_reached),
  any(peer_days),
  min(peer_reached),
  any(peers),
  -- When in the day how much was added to what counts.
  arraySort(groupArrayIf((time, added), added > 0)) AS gains,
  arraySum(gain -> gain.2, gains) AS counted,
  arraySort(groupArrayIf((time, added_declared), added_declared > 0)) AS gains_declared,
  arraySum(gain -> gain.2, gains_declared) AS counted_declared
FROM counting
GROUP BY user_uid, detection
HAVING max(counts) > 0
