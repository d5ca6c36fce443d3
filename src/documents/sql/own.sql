-- All fingerprints of the trove's texts {from:UInt32} to {to:UInt32}: where each stands, and which of them so many texts
-- of the register hold that they tell nothing.
SELECT
  text AS found,
  groupArray(offset) AS offsets,
  groupArray(hash IN (SELECT hash FROM trove_hits WHERE text = 0)) AS common
FROM (
  SELECT text, offset, hash
  FROM trove_fingerprints
  WHERE text BETWEEN {from:UInt32} AND {to:UInt32}
  ORDER BY text, offset
)
GROUP BY found
ORDER BY found
LIMIT 100000
