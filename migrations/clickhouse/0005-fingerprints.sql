-- A register may name the bytes of its documents.
ALTER TABLE documents ADD COLUMN IF NOT EXISTS sha256 String DEFAULT '';

-- Each file of the folders that fill the register, and each part inside it, as it was read last: all parts of a file at
-- once, with the same read_at. The text itself is not kept.
CREATE TABLE IF NOT EXISTS document_files
(
    file        String,                          -- where it lies, with '/' between folders
    part        String,                          -- '' for the file itself, else the names on the way into it
    relative    String,                          -- its path in the folder that was imported
    size        UInt64,                          -- of the file
    modified    Int64,                           -- of the file, milliseconds since 1970
    kind        LowCardinality(String),
    sha256      String,                          -- of the part's bytes
    text_sha256 String,                          -- of its letters and digits in one form; '' without any
    text        UInt32,                          -- number of the text, 0 without any: the same text has one number
    length      UInt32,                          -- of the text, UTF-16 units
    grams       UInt32,                          -- fingerprints of the text
    why         String,                          -- why it could not be read
    read_at     DateTime64(6, 'UTC')
)
ENGINE = ReplacingMergeTree(read_at)
ORDER BY (file, part)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- The fingerprints of the register's texts, each with the first places where it stands. In the order of their hashes, so that a found
-- folder is compared with all of them in one pass.
CREATE TABLE IF NOT EXISTS fingerprints
(
    hash   UInt64 CODEC(Delta, LZ4),
    text   UInt32,
    offset UInt32                                -- where in the text, UTF-16 units
)
ENGINE = MergeTree
ORDER BY (hash, text)
-- Parts that were merged into larger ones would stay for eight minutes: several times the index, while it is filled.
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, old_parts_lifetime = 20;

-- Of the folder that is being assessed: its fingerprints, and those of the register that are among them. Emptied after.
CREATE TABLE IF NOT EXISTS trove_fingerprints
(
    text   UInt32,                               -- number of the text in the trove
    hash   UInt64,
    offset UInt32
)
ENGINE = MergeTree
ORDER BY (text, offset);

CREATE TABLE IF NOT EXISTS trove_hits
(
    hash   UInt64,
    text   UInt32,                               -- of the register; 0: so many texts hold it that it tells nothing
    offset UInt32,
    weight Float32                               -- 1 when one text alone holds it, less the more do
)
ENGINE = MergeTree
ORDER BY hash;
