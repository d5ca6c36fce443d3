-- What a sensible analyst would count of each person's day, from the logs alone: no register, no directory, no findings.
-- Services have no habits. The bytes of a mail are those that its line names beside its attachments.
WITH
  inside AS (
    SELECT DISTINCT splitByChar('@', email)[2] AS domain
    FROM directory
    WHERE email != ''

    UNION DISTINCT

    SELECT splitByChar('@', email_from)[2] AS domain
    FROM events
    WHERE class_uid = 4009 AND activity_name = 'Send' AND (SELECT count() FROM directory WHERE email != '') = 0
    GROUP BY domain
    ORDER BY count() DESC
    LIMIT 1
  ),
  acts AS (
    SELECT
      *,
      class_uid = 4009 AND activity_name = 'Send' AS sent,
      sent AND arrayExists(
        address -> position(address, '@') > 0 AND splitByChar('@', address)[-1] NOT IN (SELECT domain FROM inside),
        email_to
      ) AS sent_outside,
      class_uid = 3002 AND activity_name = 'Logon' AS logon,
      class_uid = 1001 AS file,
      class_uid = 4002 AS web
    FROM events
    WHERE class_uid != 0
      AND day BETWEEN toDate({first:Int32}) AND toDate({last:Int32})
      AND actor_user_uid NOT IN (SELECT user_uid FROM directory WHERE role = 'ServiceAccount')
  )
SELECT
  toInt32(acts.day) AS day,
  actor_user_uid AS user,
  [
    countIf(logon),
    countIf(logon AND (toHour(time) < 7 OR toHour(time) >= 19 OR toDayOfWeek(acts.day) >= 6)),
    uniqExact(device_hostname),
    countIf(file AND activity_name = 'Open'),
    countIf(file AND activity_name = 'Copy'),
    countIf(file AND activity_name = 'Update'),
    countIf(file AND activity_name = 'Delete'),
    countIf(file AND activity_name = 'Print'),
    uniqExactIf(splitByChar('\\', file_path)[-1], file),
    countIf(file AND to_removable_media),
    countIf(class_uid = 1010 AND activity_name = 'Connect'),
    countIf(sent),
    countIf(sent_outside),
    sumIf(length(email_attachments), sent_outside),
    sumIf(arraySum(arrayMap(toUInt64OrZero, extractAll(raw_data, '\\(([0-9]+)\\)'))), sent_outside),
    countIf(web AND activity_name = 'Get'),
    countIf(web AND activity_name = 'Download'),
    countIf(web AND activity_name = 'Post'),
    uniqExactIf(url_hostname, web)
  ] AS counts
FROM acts
GROUP BY acts.day, user
ORDER BY acts.day, user
LIMIT 100000000
