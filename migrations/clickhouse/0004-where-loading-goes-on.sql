-- How long each stored part of a log is: a log that has grown is read on from its last part, whatever came before.
ALTER TABLE segments ADD COLUMN IF NOT EXISTS bytes UInt64 DEFAULT 0;

-- Finds a line by its number among a hundred million without reading them.
ALTER TABLE events ADD INDEX IF NOT EXISTS file_line_range file_line TYPE minmax GRANULARITY 4;
