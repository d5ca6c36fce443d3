-- The signals as they would be if some detections never were: of each day what counted together is taken apart, and what
-- is left is counted together anew.
INSERT INTO signals_without
WITH
  $TOGETHER,
  bits -> if(bits <= {least_bits:Float64}, bits, bits * bits / {least_bits:Float64}) AS apart,
  gained AS (
    SELECT
      day,
      user_uid,
      detection,
      empty(gains_declared) AS explained,
      gain.1 AS time,
      sum(gain.2) OVER (PARTITION BY day, user_uid ORDER BY time RANGE UNBOUNDED PRECEDING) AS by_then,
      sum(gain.2) OVER (PARTITION BY day, user_uid, time) AS at_once,
      gain.2 * (apart(by_then) - apart(by_then - at_once)) / at_once AS alone
    FROM signals
    ARRAY JOIN gains AS gain
  ),
  remaining AS (
    SELECT
      day,
      user_uid,
      detection,
      time,
      sum(alone) OVER (PARTITION BY day, user_uid ORDER BY time RANGE UNBOUNDED PRECEDING) AS by_then,
      sum(alone) OVER (PARTITION BY day, user_uid, time) AS at_once,
      round(1024 * alone * (together(by_then) - together(by_then - at_once)) / at_once) / 1024 AS added,
      sum(unexplained) OVER (PARTITION BY day, user_uid ORDER BY time RANGE UNBOUNDED PRECEDING) AS unexplained_by_then,
      sum(unexplained) OVER (PARTITION BY day, user_uid, time) AS unexplained_at_once,
      if(unexplained > 0, round(1024 * unexplained * (
        together(unexplained_by_then) - together(unexplained_by_then - unexplained_at_once)
      ) / unexplained_at_once) / 1024, 0) AS added_declared
    FROM (
      SELECT day, user_uid, detection, time, alone, if(explained, 0, alone) AS unexplained
      FROM gained
      WHERE detection NOT IN {detections:Array(String)}
    )
  )
SELECT s.* REPLACE (
  r.gains AS gains,
  r.counted AS counted,
  r.gains_declared AS gains_declared,
  r.counted_declared AS counted_declared
)
FROM signals AS s
INNER JOIN (
  SELECT
    day,
    user_uid,
    detection,
    arraySort(groupArray((time, added))) AS gains,
    sum(added) AS counted,
    arraySort(groupArrayIf((time, added_declared), added_declared > 0)) AS gains_declared,
    sum(added_declared) AS counted_declared
  FROM remaining
  GROUP BY day, user_uid, detection
) AS r ON r.day = s.day AND r.user_uid = s.user_uid AND r.detection = s.detection
