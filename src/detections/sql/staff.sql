INSERT INTO staff
SELECT {day:Date}, user_uid, role, team, projects, clearance
FROM ($PEOPLE)
