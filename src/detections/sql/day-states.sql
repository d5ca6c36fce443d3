-- Every day with events from the start on, beside the state it was computed from: how many events it has and how many
-- facts were known by then. The start is the first day in the logs, or the first month of the directory where that is
-- later: a row from a machine whose clock stands in 1999 starts nothing.
WITH
  days AS (
    SELECT day, count() AS events
    FROM events
    WHERE class_uid != 0 AND day >= (SELECT min(valid_from) FROM directory)
    GROUP BY day
  ),
  facts AS (
    SELECT day, sum(sum(n)) OVER (ORDER BY day) AS known
    FROM (
      -- What is said of documents and not how much: a level that is corrected leaves the number as it is.
      SELECT registered AS day, sum(sipHash64(path, level, owner_team, project)) AS n FROM documents GROUP BY day
      UNION ALL
      -- The row that retires a decoy repeats the day on which it was placed.
      SELECT placed, count() FROM decoys WHERE retired = toDate('2149-06-06') GROUP BY placed
      UNION ALL
      SELECT retired, count() FROM decoys WHERE retired < toDate('2149-06-06') GROUP BY retired
      UNION ALL
      SELECT valid_from, count() FROM directory GROUP BY valid_from
      UNION ALL
      SELECT valid_from, count() FROM clearances GROUP BY valid_from
      UNION ALL
      SELECT declared_on, count() FROM declared_contacts GROUP BY declared_on
      UNION ALL
      -- Of these a row can change: it is told by what it says, on the day from which it says so.
      SELECT valid_from, sum(sipHash64(user_uid, active, email, role, groups, department, manager))
      FROM directory_history FINAL
      GROUP BY valid_from
      UNION ALL
      SELECT valid_from, sum(sipHash64(account, person, kind, valid_from))
      FROM person_links FINAL
      WHERE valid_to >= valid_from
      GROUP BY valid_from
      UNION ALL
      SELECT valid_to + 1, sum(sipHash64(account, person, kind, 'ended'))
      FROM person_links FINAL
      WHERE valid_to >= valid_from AND valid_to < '2149-06-06'
      GROUP BY valid_to
    )
    GROUP BY day
  )
SELECT
  d.day AS day,
  d.events AS events,
  hex(sipHash64(d.events, f.known)) AS state,
  ifNull(c.state, '') AS computed
FROM (SELECT *, 1 AS one FROM days) AS d
ASOF LEFT JOIN (SELECT *, 1 AS one FROM facts) AS f ON f.one = d.one AND f.day <= d.day
LEFT JOIN computed_days AS c ON c.day = d.day
ORDER BY day
LIMIT 100000
