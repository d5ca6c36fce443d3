-- The register's files as they were read last, with the document each one is: by its bytes, else by the longest common
-- end of the paths. A name that several documents bear equally well names none of them.
WITH
  register AS (
    SELECT
      path,
      argMax(d.level, (d.registered, d.level)) AS level,
      argMax(d.sha256, (d.registered, d.sha256)) AS sha256,
      arrayReverse(splitByChar('/', replaceAll(lowerUTF8(path), '\\', '/'))) AS steps
    FROM documents AS d
    GROUP BY path
  ),
  current AS (
    SELECT *, arrayReverse(splitByChar('/', lowerUTF8(relative))) AS steps
    FROM document_files FINAL
    WHERE (file, read_at) IN (SELECT file, max(read_at) FROM document_files GROUP BY file)
  ),
  candidates AS (
    SELECT
      c.file AS file,
      r.path AS path,
      r.level AS level,
      -- How many steps, from the name upwards, are the same.
      arrayFirstIndex((one, other) -> one != other, arrayResize(c.steps, 64, '<'), arrayResize(r.steps, 64, '>')) - 1 AS common
    FROM (SELECT DISTINCT file, steps FROM current) AS c
    INNER JOIN register AS r ON r.steps[1] = c.steps[1]
  ),
  named AS (
    SELECT
      file,
      argMax(a.path, a.common) AS path,
      argMax(a.level, a.common) AS level,
      countIf(a.common = a.most) AS equally
    FROM (SELECT *, max(common) OVER (PARTITION BY file) AS most FROM candidates) AS a
    GROUP BY file
  ),
  by_bytes AS (
    SELECT r.sha256 AS sha256, any(r.path) AS path, any(r.level) AS level
    FROM register AS r
    WHERE r.sha256 != ''
    GROUP BY sha256
    HAVING count() = 1
  )
SELECT
  c.file AS file,
  c.part AS part,
  c.kind AS kind,
  c.sha256 AS sha256,
  c.text_sha256 AS text_sha256,
  c.text AS text,
  c.length AS length,
  c.grams AS grams,
  multiIf(n.equally = 1, n.path, b.path != '', b.path, c.relative) AS document,
  multiIf(n.equally = 1, n.level, b.path != '', b.level, 0) AS level,
  n.equally = 1 OR b.path != '' AS registered
FROM current AS c
LEFT JOIN named AS n ON n.file = c.file
LEFT JOIN by_bytes AS b ON b.sha256 = c.sha256
