-- Which fingerprints of the register are in the trove, and what each is worth: the one part of as many as texts hold it,
-- and nothing where more than {common:UInt32} do. Headers, templates and licences vanish that way.
INSERT INTO trove_hits
SELECT
  hash,
  place.1 AS text,
  place.2 AS offset,
  weight
FROM (
  SELECT
    hash,
    uniqExact(text) AS texts,
    if(
      texts > {common:UInt32},
      [(toUInt32(0), toUInt32(0))],
      -- One more than is allowed, or the condition above could not be told.
      groupArray(256)((text, offset))
    ) AS places,
    if(texts > {common:UInt32}, 0, 1 / texts) AS weight
  FROM fingerprints
  WHERE hash IN (SELECT hash FROM trove_fingerprints)
  GROUP BY hash
)
ARRAY JOIN places AS place
SETTINGS optimize_aggregation_in_order = 1
