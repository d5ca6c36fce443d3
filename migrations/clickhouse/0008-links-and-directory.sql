-- Which account was whose on which days. Events keep the account as it came; a day's computation asks this table. Made from
-- casework's rows of the same name; a changed row comes again with a higher n.
CREATE TABLE IF NOT EXISTS person_links
(
    id         String,
    n          UInt64,
    account    String,                           -- in small letters
    person     String,                           -- own: whose it is; shared: one of its holders; service: its owner, or ''
    kind       LowCardinality(String),           -- own, shared, service
    valid_from Date,
    valid_to   Date                              -- 2149-06-06 while it lasts; before valid_from: it never held
)
ENGINE = ReplacingMergeTree(n)
ORDER BY (account, id);

-- What a connected or imported directory said of somebody from a day on. Of one day the last that was said holds.
CREATE TABLE IF NOT EXISTS directory_history
(
    user_uid   String,
    valid_from Date,
    n          UInt64,
    active     Bool,
    email      String,
    role       LowCardinality(String),
    groups     Array(LowCardinality(String)),
    department LowCardinality(String),
    manager    String                            -- user_uid of the supervisor
)
ENGINE = ReplacingMergeTree(n)
ORDER BY (user_uid, valid_from);

ALTER TABLE staff ADD COLUMN IF NOT EXISTS manager LowCardinality(String) DEFAULT '';
