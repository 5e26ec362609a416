-- Functions and procedures.
SELECT CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END,
       s.prefix || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')',
       NULL, pg_get_functiondef(p.oid)
FROM pg_proc p
JOIN user_schema s ON s.oid = p.pronamespace
WHERE p.prokind IN ('f', 'p', 'w')
  AND NOT EXISTS (
      SELECT FROM extension_object e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid)
  -- A range type brings its constructors along.
  AND NOT EXISTS (
      SELECT FROM pg_depend d
      WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')
