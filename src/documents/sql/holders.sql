-- Who had which of the documents listed at {path:String}, by the logs: each person's first act with each of them.
SELECT
  a.user_uid AS user_uid,
  a.document AS document,
  toString(min(a.time)) AS first,
  toString(max(a.time)) AS last,
  count() AS acts,
  argMin(toString(a.event_uid), (a.time, a.event_uid)) AS event,
  argMin(a.activity_name, (a.time, a.event_uid)) AS activity,
  arraySort(groupUniqArrayIf(toString(a.channel), a.channel != '')) AS channels
FROM acts AS a
WHERE a.registered AND a.document IN (SELECT document FROM file({path:String}, 'JSONEachRow', 'document String'))
GROUP BY user_uid, document
ORDER BY user_uid, document
LIMIT 5000000
