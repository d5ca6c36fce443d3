-- Which fingerprints of the register are in the trove, and what each is worth: the one part of as many as texts hold it,
-- and nothing where more than {common:UInt32} do, or where it is known for boilerplate (text 0 of the trove). Headers,
-- templates and licences vanish that way. Up to {listed:UInt32} texts are still named, for a file that is nothing else.
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
    hash IN (SELECT hash FROM trove_fingerprints WHERE text = 0) AS known,
    texts > {common:UInt32} OR known AS telling_nothing,
    -- Each text has a few rows for one hash at most.
    arrayConcat(
      if(telling_nothing, [(toUInt32(0), toUInt32(0))], []),
      if(known OR texts > {listed:UInt32}, [], groupArray(1024)((text, offset)))
    ) AS places,
    if(telling_nothing, 0, 1 / texts) AS weight
  FROM fingerprints
  WHERE hash IN (SELECT hash FROM trove_fingerprints)
  GROUP BY hash
)
ARRAY JOIN places AS place
SETTINGS optimize_aggregation_in_order = 1
