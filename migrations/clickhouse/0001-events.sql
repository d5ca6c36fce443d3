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
    to_removable_media   Bool,
    email_from           String,
    email_to             Array(String),           -- to, cc and bcc
    email_attachments    Array(String),           -- file names as they were attached, with their paths
    url_hostname         String,
    url_path             String,
    medium               String,                  -- top folders of a removable medium, which tell media apart
    keywords             Array(LowCardinality(String)),  -- of the content, where the log gives a few and not the text
    file_line            UInt32,                  -- line in the log file, counted from 1
    quarantine_reason    String,
    raw_data             String
)
ENGINE = MergeTree
-- No partitions: scattering rows costs half an insert.
-- A log comes in the order of its days, so there is nothing to sort.
ORDER BY day
-- Below 256 MB a part is one file and not fifty: every file waits for the disk once.
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_bytes_for_wide_part = 268435456;

-- Which parts of which files are loaded. A part is known by its bytes, so a moved folder is not loaded twice.
CREATE TABLE IF NOT EXISTS segments
(
    log_name  LowCardinality(String),
    source    FixedString(32),                    -- hash of the file's header and first line: the same when it grows or moves
    position  UInt64,                             -- offset in bytes
    file      String,
    digest    String,                             -- SHA-256 of header and bytes, hexadecimal; '' when cut anew elsewhere
    rows      UInt64,                             -- lines
    loaded_at DateTime64(6, 'UTC') DEFAULT now64(6)
)
ENGINE = ReplacingMergeTree(loaded_at)
ORDER BY (log_name, source, position)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
