-- A person's acts as points in time. With too many, those of signals come first; which are, the rules' conditions say.
WITH
  signalled AS (SELECT detection, day FROM signals WHERE user_uid = {user:String})
SELECT
  toString(time) AS time,
  class_uid,
  activity_name AS activity,
  document_level,
  $SIGNAL AS signal
FROM observations
WHERE user_uid = {user:String} AND day BETWEEN {from:Date} AND {to:Date}
  AND (document != '' OR channel != '' OR class_uid IN (3002, 1010) OR destination != '')
ORDER BY signal DESC, document_level DESC, time DESC
LIMIT {limit:UInt32}
