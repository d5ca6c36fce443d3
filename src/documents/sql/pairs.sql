-- For the trove's texts {from:UInt32} to {to:UInt32}: the register's texts that share enough with each to be looked at,
-- and at which places: [in the trove's text, in the register's, weight]. Either it is worth something, or nearly all of
-- the trove's text is in the register's, and only in too many of those for any to be told from the others.
SELECT
  t.text AS found,
  h.text AS text,
  groupArray(500000)((t.offset, h.offset, h.weight)) AS places,
  uniqExact(t.offset) >= {nearly_all:Float32} * any(own.grams) AS nearly_all
FROM trove_fingerprints AS t
INNER JOIN (
  SELECT hash, text, offset, weight
  FROM trove_hits
  WHERE text != 0 AND hash IN (SELECT hash FROM trove_fingerprints WHERE text BETWEEN {from:UInt32} AND {to:UInt32})
) AS h ON h.hash = t.hash
INNER JOIN (
  -- Known boilerplate is left out of both: it can neither make a match nor prevent one.
  SELECT text, countIf(hash NOT IN (SELECT hash FROM trove_fingerprints WHERE text = 0)) AS grams
  FROM trove_fingerprints
  WHERE text BETWEEN {from:UInt32} AND {to:UInt32}
  GROUP BY text
) AS own ON own.text = t.text
WHERE t.text BETWEEN {from:UInt32} AND {to:UInt32}
GROUP BY found, text
HAVING sum(h.weight) >= {least:Float32}
  OR nearly_all
ORDER BY found, sum(h.weight) DESC, text
LIMIT 1000 BY found
