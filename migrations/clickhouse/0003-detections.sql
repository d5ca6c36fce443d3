-- Everything here is derived. Tables that grow fast are cut by month, so that a day can be thrown away and computed again
-- without touching the years before it.

-- The directory as of each computed day: who is here, in which role, team and projects, cleared to which level.
CREATE TABLE IF NOT EXISTS staff
(
    day       Date,
    user_uid  LowCardinality(String),
    role      LowCardinality(String),
    team      LowCardinality(String),
    projects  Array(LowCardinality(String)),
    clearance UInt8                               -- 0: none on record
)
ENGINE = MergeTree
ORDER BY (day, user_uid);

-- What was done with which document. A file without a registered name has a row for each document that is known to be
-- in it, by its words or by the name it was given. 
CREATE TABLE IF NOT EXISTS acts
(
    day             Date,
    time            DateTime('UTC'),
    event_uid       UInt128,
    user_uid        LowCardinality(String),
    class_uid       UInt16,
    activity_name   LowCardinality(String),
    device_hostname LowCardinality(String),
    target          String,                      -- path, attachment, uploaded name or medium
    name            String,                      -- last part of a path
    on_share        Bool,
    document        String,                      -- registered path; for an unregistered file on a share, its own path
    registered      Bool,
    known_by        LowCardinality(String),      -- how a document was recognised: '' its own name, words, name (given to it)
    shared          Bool,                        -- left in a shared place that is not the document's own
    channel         LowCardinality(String),      -- removable_media, upload, mail, print; empty: stays inside
    destination     String,                      -- outside address or host
    medium          String,                      -- which removable medium, by its top folders
    keywords        Array(String)
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (day, user_uid, time);

-- The acts joined with the register, the directory and what was seen before, as known on that day. Detections are
-- conditions over these columns.
CREATE TABLE IF NOT EXISTS observations
(
    day                Date,
    user_uid           LowCardinality(String),
    time               DateTime('UTC'),
    event_uid          UInt128,
    class_uid          UInt16,
    activity_name      LowCardinality(String),
    device_hostname    LowCardinality(String),
    target             String,                   -- path, attachment or address the act was done to
    document           String,
    document_level     UInt8,                    -- 0 not registered, 1 public ... 5 top secret
    compartment        String,                   -- the project or team the document belongs to; else its share and folder
    weight             Float32,                  -- what a document of this level counts
    registered         Bool,
    known_by           LowCardinality(String),
    need_to_know       Bool,                     -- own project or team, common papers, or the team's practice
    above_clearance    Bool,
    first_time         Bool,                     -- this person has not touched this document before
    just_opened        Bool,                     -- leaves within two and a half hours of being opened for the first time
    decoy              Bool,
    local_copy         Bool,                     -- from a share to an own disk
    archive            Bool,                     -- writes a container file
    shared             Bool,                     -- left in a shared place that is not the document's own
    handed_over        Bool,                     -- leaves from a file that somebody else had left there
    channel            LowCardinality(String),   -- removable_media, upload, mail, print; empty: stays inside
    destination        String,                   -- outside address or host
    destination_age    UInt16,                   -- days since anybody here first dealt with it
    destination_people UInt32,                   -- how many people here have dealt with it
    new_channel        Bool,                     -- a medium, address or host that this person began to use in these four weeks
    off_hours          Bool,                     -- an hour at which this person has hardly ever worked
    new_device         Bool                      -- a device this person has not used before
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (day, user_uid, time);

-- When something was seen first (a compartment: also again each month): a person's documents, compartments, devices, correspondents, media and outside places
-- that he let something go to; and the words of a document.
CREATE TABLE IF NOT EXISTS first_seen
(
    kind LowCardinality(String),
    who  LowCardinality(String),
    what String,
    key  UInt64 DEFAULT sipHash64(kind, who, what),  -- a set of these is asked every day
    day  Date
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (kind, who, what);

-- At which hours a person works: events per hour of the day, weekends apart.
CREATE TABLE IF NOT EXISTS working_hours
(
    day      Date,
    user_uid LowCardinality(String),
    hour     UInt8,                              -- 0-23 on working days, 100-123 on weekends
    events   UInt32
)
ENGINE = MergeTree
ORDER BY (day, user_uid, hour);

-- A detection's measure of a person's day, and its sums over longer spans that end on this day.
CREATE TABLE IF NOT EXISTS measures
(
    day       Date,
    detection LowCardinality(String),
    span      UInt8,                             -- days: 1, 7 or 28
    user_uid  LowCardinality(String),
    role      LowCardinality(String),
    value     Float32,
    events    UInt32,
    times     Array(DateTime('UTC')),            -- when in the day it grew
    reached   Array(Float32),                    -- and to what
    step      Int16 DEFAULT toInt16(floor(8 * log2(value + 0.001)))  -- eight steps per doubling
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (detection, span, day, user_uid);

-- How many people of a role stood on which step of a measure on a day.
CREATE TABLE IF NOT EXISTS stairs
(
    day       Date,
    detection LowCardinality(String),
    span      UInt8,
    role      LowCardinality(String),
    step      Int16,
    people    UInt32
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (day, detection, span, role);

-- A measure that surprises beside the person's own past and his role, in bits.
CREATE TABLE IF NOT EXISTS signals
(
    day          Date,
    user_uid     LowCardinality(String),
    detection    LowCardinality(String),
    stage        LowCardinality(String),
    span         UInt8,
    bits         Float32,
    counted      Float32,                        -- what of it counts as evidence, weighed; steps of 1/1024
    value        Float32,
    events       UInt32,
    own_days     UInt32,                         -- days of his own past it was compared with
    own_reached  UInt32,                         -- on how many of them the measure was at least as high
    peer_days    UInt32,
    peer_reached UInt32,
    peers        UInt32,
    gains        Array(Tuple(DateTime('UTC'), Float32))  -- when in the day how much was added to what counts
)
ENGINE = MergeTree
ORDER BY (day, user_uid, detection);

-- A person's standing on a day that brought something new: evidence kept from before, decayed, and the day's own.
CREATE TABLE IF NOT EXISTS standings
(
    day      Date,
    user_uid LowCardinality(String),
    evidence Float32,                            -- bits
    fresh    Float32,                            -- bits of this day
    raised   Float32,                            -- bits beyond what was there when this person last stood out
    score    Float32,                            -- 0-100
    steps    Array(Tuple(DateTime('UTC'), Float32, Float32))  -- when in the day which evidence and score were reached
)
ENGINE = MergeTree
ORDER BY (day, user_uid);

-- Days that are computed, and from what: a day whose events or facts have changed is computed again, with all after it.
CREATE TABLE IF NOT EXISTS computed_days
(
    day    Date,
    state  String,
    events UInt64
)
ENGINE = MergeTree
ORDER BY day;
