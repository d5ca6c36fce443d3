-- The directory, month by month: what was known of a person's place in the organisation on the first of the month.
CREATE TABLE IF NOT EXISTS directory
(
    uid        UInt128,
    valid_from Date,
    user_uid   String,
    email      String,
    role       LowCardinality(String),
    projects   Array(LowCardinality(String)),
    department LowCardinality(String),
    team       LowCardinality(String)
)
ENGINE = MergeTree
ORDER BY (valid_from, user_uid);

CREATE TABLE IF NOT EXISTS clearances
(
    uid        UInt128,
    user_uid   String,
    level      UInt8,                -- 1 public, 2 internal, 3 confidential, 4 secret, 5 top secret
    valid_from Date,
    valid_to   Date                  -- 2149-06-06 while it lasts
)
ENGINE = MergeTree
ORDER BY (user_uid, valid_from);

-- Declared absences from the head office. Where to and why is nobody's business here and is not read.
CREATE TABLE IF NOT EXISTS absences
(
    uid         UInt128,
    user_uid    String,
    first_day   Date,
    last_day    Date,
    declared_on Date
)
ENGINE = MergeTree
ORDER BY (user_uid, first_day);

-- Outside contacts that people declared themselves: that there was one, and when. The free text is not read.
CREATE TABLE IF NOT EXISTS declared_contacts
(
    uid         UInt128,
    user_uid    String,
    declared_on Date
)
ENGINE = MergeTree
ORDER BY (user_uid, declared_on);

CREATE TABLE IF NOT EXISTS departures
(
    uid      UInt128,
    user_uid String,
    notice   Date,                   -- known from this day on
    last_day Date
)
ENGINE = MergeTree
ORDER BY (user_uid, notice);

CREATE TABLE IF NOT EXISTS documents
(
    uid        UInt128,
    path       String,
    name       String,               -- last part of path; unique among registered documents
    level      UInt8,
    owner_team LowCardinality(String),
    project    LowCardinality(String),
    registered Date
)
ENGINE = MergeTree
ORDER BY name;

CREATE TABLE IF NOT EXISTS decoys
(
    uid    UInt128,
    path   String,
    placed Date
)
ENGINE = MergeTree
ORDER BY path;
