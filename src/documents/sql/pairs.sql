-- For the trove's texts {from:UInt32} to {to:UInt32}: the register's texts that share enough with each to be looked at,
-- and at which places: [in the trove's text, in the register's, weight].
SELECT
  t.text AS found,
  h.text AS text,
  groupArray(500000)((t.offset, h.offset, h.weight)) AS places
FROM trove_fingerprints AS t
INNER JOIN (
  SELECT hash, text, offset, weight
  FROM trove_hits
  WHERE text != 0 AND hash IN (SELECT hash FROM trove_fingerprints WHERE text BETWEEN {from:UInt32} AND {to:UInt32})
) AS h ON h.hash = t.hash
WHERE t.text BETWEEN {from:UInt32} AND {to:UInt32}
GROUP BY found, text
HAVING sum(h.weight) >= {least:Float32}
ORDER BY found, sum(h.weight) DESC, text
LIMIT 1000 BY found
