-- One table for every event, in OCSF's terms: class_uid and activity_name as in OCSF 1.7, attributes flattened
-- (actor.user.uid -> actor_user_uid). raw_data keeps the log line as it came.
-- A line that no reader could make sense of is an event of class 0 (Base Event) on 1970-01-01 with its reason: kept,
-- counted and shown, never in the way of the rest.
CREATE TABLE IF NOT EXISTS events
(
    uid                  UInt128,                 -- content hash of (log_name, line): the same line is stored once
    day                  Date,
    time                 DateTime('UTC'),         -- wall clock of the head office; the zone is not converted
    class_uid            UInt16,
    activity_name        LowCardinality(String),
    log_name             LowCardinality(String),
    actor_user_uid       LowCardinality(String),
    device_hostname      LowCardinality(String),
    file_path            String,
    file_name            String,                  -- last part of file_path
    to_removable_media   Bool,
    from_removable_media Bool,
    email_from           LowCardinality(String),
    email_to             Array(LowCardinality(String)),  -- to, cc and bcc
    email_attachments    Array(String),           -- file names as they were attached, with their paths
    email_size           UInt32,
    url_hostname         LowCardinality(String),
    url_path             String,
    medium               LowCardinality(String),  -- top folders of a removable medium, which tell media apart
    keywords             String,
    file_line            UInt32,                  -- line in the log file, counted from 1
    quarantine_reason    LowCardinality(String),
    raw_data             String
)
ENGINE = MergeTree
PARTITION BY toYear(day)
ORDER BY (day, actor_user_uid, time)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Which parts of which files are loaded. A part is known by its bytes, so a moved folder is not loaded twice.
CREATE TABLE IF NOT EXISTS segments
(
    log_name  LowCardinality(String),
    file      String,
    position  UInt64,                             -- offset in bytes
    digest    FixedString(64),                    -- SHA-256 of the bytes, hexadecimal
    rows      UInt64,
    loaded_at DateTime('UTC') DEFAULT now()
)
ENGINE = ReplacingMergeTree(loaded_at)
ORDER BY (log_name, file, position)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
