-- Schemas and extensions. The version of an extension is the server's affair.
SELECT 'schema', quote_ident(s.name), NULL::text, NULL::text
FROM user_schema s
WHERE NOT EXISTS (
    SELECT FROM extension_object e WHERE e.classid = 'pg_namespace'::regclass AND e.objid = s.oid)
UNION ALL
SELECT 'extension', quote_ident(e.extname), NULL, 'schema ' || quote_ident(n.nspname)
FROM pg_extension e
JOIN pg_namespace n ON n.oid = e.extnamespace
-- Lower numbers are those of objects that every new database has.
WHERE e.oid >= 16384
