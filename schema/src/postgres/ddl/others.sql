-- What is rare. A publication comes after the tables that it names.
SELECT 'whole', r.classid::oid || ':' || r.oid, NULL, NULL,
       CASE WHEN r.classid = 'pg_publication'::regclass THEN 18 ELSE 4 END, r.name, r.statement, NULL, NULL,
       CASE WHEN r.superuser THEN 'only a superuser can do this' END
FROM user_rare r
