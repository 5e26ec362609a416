-- Comments on whatever is the user's.
SELECT 'comment', i.type || ' ' || i.identity, r.name, d.description
FROM pg_description d
CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) i
CROSS JOIN LATERAL pg_identify_object_as_address(d.classoid, d.objoid, d.objsubid) address
LEFT JOIN relation r ON d.classoid = 'pg_class'::regclass AND r.oid = d.objoid
                    AND r.relkind IN ('r', 'p', 'f', 'v', 'm', 'c')
WHERE (d.objoid >= 16384
    -- Every new database has this schema, and it is usual to say something else of it.
    OR d.classoid = 'pg_namespace'::regclass AND d.objoid = to_regnamespace('public')
       AND d.description <> 'standard public schema')
  AND (address.object_names[1] IS DISTINCT FROM current_setting('limbeck.ledger')
    OR i.type IN ('extension', 'event trigger', 'language', 'cast'))
  AND address.object_names[1] !~ '^pg_temp'
  AND NOT EXISTS (
      SELECT FROM extension_object e
      WHERE e.classid = d.classoid AND e.objid = d.objoid)
