-- Everybody the directory knows, with what tells whose access is alike, and how many documents of each level each has had.
SELECT
  if(p.user_uid != '', p.user_uid, h.user_uid) AS user_uid,
  p.role AS role,
  p.team AS team,
  p.clearance AS clearance,
  h.documents AS documents,
  h.outside AS outside
FROM ($PEOPLE_AS_OF) AS p
FULL JOIN (
  SELECT
    a.user_uid AS user_uid,
    count() AS documents,
    -- Of those that are not in the trove: the exposure.
    arrayMap(level -> toUInt32(countEqual(groupArrayIf(d.level, a.document NOT IN (
      SELECT document FROM file({path:String}, 'JSONEachRow', 'document String')
    )), level)), [0, 1, 2, 3, 4, 5]) AS outside
  FROM (SELECT DISTINCT user_uid, document FROM acts WHERE registered) AS a
  LEFT JOIN (SELECT x.path AS path, argMax(x.level, (x.registered, x.level)) AS level FROM documents AS x GROUP BY path) AS d
    ON d.path = a.document
  GROUP BY user_uid
) AS h ON h.user_uid = p.user_uid
WHERE user_uid != ''
ORDER BY user_uid
LIMIT 1000000
