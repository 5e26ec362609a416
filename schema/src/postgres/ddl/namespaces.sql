-- Schemas and extensions. Every new database has `public`.
SELECT 'whole', 'pg_namespace'::regclass::oid || ':' || s.oid, NULL, NULL, 0, quote_ident(s.name),
       'CREATE SCHEMA ' || quote_ident(s.name) || ';', NULL, NULL, NULL
FROM user_schema s
WHERE s.name <> 'public' AND NOT EXISTS (
    SELECT FROM extension_object e WHERE e.classid = 'pg_namespace'::regclass AND e.objid = s.oid)
UNION ALL
SELECT 'whole', 'public', NULL, NULL, 0, 'public', 'DROP SCHEMA public;', NULL, NULL, NULL
WHERE to_regnamespace('public') IS NULL
UNION ALL
SELECT 'whole', 'pg_extension'::regclass::oid || ':' || e.oid, NULL, NULL, 1, quote_ident(e.extname),
       format('CREATE EXTENSION %I WITH SCHEMA %I;', e.extname, n.nspname), NULL, NULL, NULL
FROM pg_extension e
JOIN pg_namespace n ON n.oid = e.extnamespace
WHERE e.oid >= 16384
