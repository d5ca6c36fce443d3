-- What this day showed for the first time. A row that is there already stays the older one.
INSERT INTO first_seen (kind, who, what, day)
SELECT kind, who, what, {day:Date}
FROM (
  SELECT DISTINCT tupleElement(seen, 1) AS kind, user_uid AS who, tupleElement(seen, 2) AS what
  FROM (
    SELECT
      user_uid,
      arrayJoin([
        ('document', document),
        ('folder', arrayStringConcat(arrayPopBack(splitByChar('\\', document)), '\\')),
        ('destination', destination),
        ('device', if(class_uid = 3002, device_hostname, ''))
      ]) AS seen
    FROM observations
    WHERE day = {day:Date}
  )
  WHERE what != ''
)
WHERE sipHash64(kind, who, what) NOT IN (SELECT key FROM first_seen WHERE day < {day:Date})
