-- One of several statements' WITH: whose days a contact explains that was declared by {day:Date}. People declare before a
-- correspondence or some days after its beginning; and what they declare goes on for a while.
declared_days AS (
  SELECT
    user_uid,
    declared_on + arrayJoin(range(-$CONTACT_DECLARED_WITHIN_DAYS, $CONTACT_EXPLAINS_DAYS + 1)) AS explained_day
  FROM declared_contacts
  WHERE declared_on <= {day:Date}
)
