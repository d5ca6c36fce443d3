-- What an organisation calls its levels in tables, as the settings say: small letters, _ for blanks and hyphens.
CREATE TABLE IF NOT EXISTS level_words
(
    word  String,
    level UInt8
)
ENGINE = MergeTree
ORDER BY word;

INSERT INTO level_words
SELECT w.1, w.2
FROM (SELECT arrayJoin([
  ('unknown', 0),
  ('public', 1), ('open', 1), ('公开', 1),
  ('internal', 2), ('内部', 2),
  ('confidential', 3), ('秘密', 3),
  ('secret', 4), ('机密', 4),
  ('top_secret', 5), ('绝密', 5)
]) AS w)
WHERE w.1 NOT IN (SELECT word FROM level_words);
