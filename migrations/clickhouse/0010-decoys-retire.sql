-- A decoy that is retired is none from that day on. The row that says so repeats path and day of the one that placed it.
ALTER TABLE decoys ADD COLUMN IF NOT EXISTS retired Date DEFAULT toDate('2149-06-06');
