-- Collations and casts. The column of the locale's name differs between versions.
SELECT 'collation', s.prefix || quote_ident(c.collname), NULL,
       concat_ws(' ',
           'provider', c.collprovider,
           'collate ' || quote_literal(c.collcollate), 'ctype ' || quote_literal(c.collctype),
           'locale ' || quote_literal(coalesce(
               to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale')),
           'rules ' || quote_literal(to_jsonb(c) ->> 'collicurules'),
           CASE WHEN NOT c.collisdeterministic THEN 'not deterministic' END)
FROM pg_collation c
JOIN user_schema s ON s.oid = c.collnamespace
WHERE NOT EXISTS (
    SELECT FROM extension_object e WHERE e.classid = 'pg_collation'::regclass AND e.objid = c.oid)
UNION ALL
SELECT 'cast', format_type(c.castsource, NULL) || ' as ' || format_type(c.casttarget, NULL), NULL,
       concat_ws(' ',
           CASE c.castmethod WHEN 'i' THEN 'inout' WHEN 'b' THEN 'binary' END,
           nullif(c.castfunc, 0)::regprocedure,
           CASE c.castcontext WHEN 'i' THEN 'implicit' WHEN 'a' THEN 'on assignment' END)
FROM pg_cast c
WHERE c.oid >= 16384
  -- A range type brings one along.
  AND NOT EXISTS (
      SELECT FROM pg_depend d
      WHERE d.classid = 'pg_cast'::regclass AND d.objid = c.oid AND d.deptype = 'i')
  AND NOT EXISTS (
      SELECT FROM extension_object e WHERE e.classid = 'pg_cast'::regclass AND e.objid = c.oid)
