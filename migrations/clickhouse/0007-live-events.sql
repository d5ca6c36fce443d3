-- What events that arrive one by one have beside the columns of a folder's logs.
-- Who sent a line, when it arrived, and whether what it tells of was refused: a logon with a wrong password is none.
ALTER TABLE events ADD COLUMN IF NOT EXISTS status LowCardinality(String) DEFAULT '' AFTER activity_name;
ALTER TABLE events ADD COLUMN IF NOT EXISTS source LowCardinality(String) DEFAULT '' AFTER log_name;
ALTER TABLE events ADD COLUMN IF NOT EXISTS received DateTime('UTC') DEFAULT toDateTime(0, 'UTC');
