INSERT INTO staff (day, user_uid, role, team, projects, clearance, manager)
SELECT {day:Date}, user_uid, role, team, projects, clearance, manager
FROM ($PEOPLE)
