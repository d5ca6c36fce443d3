-- How many people stood on which step of a measure today: what later days are compared with.
INSERT INTO stairs
SELECT day, detection, span, role, step, count() AS people
FROM measures
WHERE day = {day:Date}
GROUP BY day, detection, span, role, step
