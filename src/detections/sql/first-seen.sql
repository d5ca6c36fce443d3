-- What this day showed for the first time. A row that is there already stays the older one, except that a compartment is
-- noted again each month: practice that nobody keeps up is forgotten.
INSERT INTO first_seen (kind, who, what, day)
WITH seen_today AS (
  SELECT DISTINCT tupleElement(seen, 1) AS kind, tupleElement(seen, 2) AS who, tupleElement(seen, 3) AS what
  FROM (
    SELECT arrayJoin([
      ('document', user_uid, document),
      ('compartment', user_uid, compartment),
      ('destination', user_uid, destination),
      ('device', user_uid, if(class_uid = 3002, device_hostname, ''))
    ]) AS seen
    FROM observations
    WHERE day = {day:Date}

    UNION ALL

    -- Media and outside places to which a person lets something go, and the words that a document's rows have shown.
    SELECT arrayJoin(arrayConcat(
      [('channel', user_uid, medium), ('channel', user_uid, if(activity_name IN ('Send', 'Post'), destination, ''))],
      if(registered AND known_by = '', arrayMap(word -> ('word', document, word), keywords), [])
    )) AS seen
    FROM acts
    WHERE day = {day:Date}
  )
  WHERE what != ''
)
SELECT kind, who, what, {day:Date}
FROM seen_today
WHERE sipHash64(kind, who, what) NOT IN (
  SELECT key
  FROM first_seen
  WHERE day < {day:Date} AND (kind != 'compartment' OR day >= {day:Date} - 30) AND key IN (SELECT sipHash64(kind, who, what) FROM seen_today)
)
