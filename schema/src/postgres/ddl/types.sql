-- Enumerations, composite types, ranges, domains, collations and casts.
SELECT 'whole', 'pg_type'::regclass::oid || ':' || t.oid, NULL, NULL, 3, s.full_prefix || quote_ident(t.typname),
       CASE t.typtype
           WHEN 'e' THEN format(E'CREATE TYPE %s%I AS ENUM (%s\n);', s.full_prefix, t.typname, (
               SELECT string_agg(E'\n    ' || quote_literal(v.enumlabel), ',' ORDER BY v.enumsortorder)
               FROM pg_enum v WHERE v.enumtypid = t.oid))
           WHEN 'c' THEN format(E'CREATE TYPE %s%I AS (%s\n);', s.full_prefix, t.typname, (
               SELECT string_agg(
                          E'\n    ' || concat_ws(' ', quote_ident(a.attname),
                              format_type(a.atttypid, a.atttypmod),
                              CASE WHEN a.attcollation <> b.typcollation
                                  THEN 'COLLATE ' || nullif(a.attcollation, 0)::regcollation END),
                          ',' ORDER BY a.attnum)
               FROM pg_attribute a
               JOIN pg_type b ON b.oid = a.atttypid
               WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped))
           ELSE (
               SELECT format(E'CREATE TYPE %s%I AS RANGE (\n    %s\n);', s.full_prefix, t.typname,
                   concat_ws(E',\n    ',
                       'SUBTYPE = ' || format_type(g.rngsubtype, NULL),
                       'SUBTYPE_OPCLASS = ' || (
                           SELECT quote_ident(n.nspname) || '.' || quote_ident(o.opcname)
                           FROM pg_opclass o
                           JOIN pg_namespace n ON n.oid = o.opcnamespace
                           WHERE o.oid = g.rngsubopc AND NOT o.opcdefault),
                       'COLLATION = ' || (
                           SELECT nullif(nullif(g.rngcollation, b.typcollation), 0)::regcollation
                           FROM pg_type b WHERE b.oid = g.rngsubtype),
                       'CANONICAL = ' || nullif(g.rngcanonical, 0)::regproc,
                       'SUBTYPE_DIFF = ' || nullif(g.rngsubdiff, 0)::regproc,
                       'MULTIRANGE_TYPE_NAME = ' || (
                           SELECT quote_ident(n.nspname) || '.' || quote_ident(m.typname)
                           FROM pg_type m
                           JOIN pg_namespace n ON n.oid = m.typnamespace
                           WHERE m.oid = (to_jsonb(g) ->> 'rngmultitypid')::oid)))
               FROM pg_range g WHERE g.rngtypid = t.oid)
       END,
       NULL, NULL,
       (SELECT 'its canonical function needs the type, and the type needs the function'
        FROM pg_range g WHERE g.rngtypid = t.oid AND g.rngcanonical <> 0)
FROM pg_type t
JOIN user_schema s ON s.oid = t.typnamespace
WHERE (t.typtype IN ('e', 'r')
    OR t.typtype = 'c' AND EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))
  AND NOT EXISTS (
      SELECT FROM extension_object e WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid)
UNION ALL
SELECT 'domain', 'pg_type'::regclass::oid || ':' || t.oid, NULL, NULL, 3,
       s.full_prefix || quote_ident(t.typname),
       concat_ws(' ', 'CREATE DOMAIN ' || s.full_prefix || quote_ident(t.typname), 'AS',
           format_type(t.typbasetype, t.typtypmod),
           CASE WHEN t.typcollation <> b.typcollation
               THEN 'COLLATE ' || nullif(t.typcollation, 0)::regcollation END,
           'DEFAULT ' || coalesce(pg_get_expr(t.typdefaultbin, 0), quote_literal(t.typdefault)),
           CASE WHEN t.typnotnull THEN coalesce((
               SELECT 'CONSTRAINT ' || quote_ident(k.conname) || ' ' FROM pg_constraint k
               WHERE k.contypid = t.oid AND k.contype = 'n' AND k.conname <> t.typname || '_not_null'
               ), '')
               || 'NOT NULL' END),
       NULL, NULL, NULL
FROM pg_type t
JOIN user_schema s ON s.oid = t.typnamespace
JOIN pg_type b ON b.oid = t.typbasetype
WHERE t.typtype = 'd'
  AND NOT EXISTS (
      SELECT FROM extension_object e WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid)
UNION ALL
SELECT 'whole', 'pg_collation'::regclass::oid || ':' || c.oid, NULL, NULL, 2,
       s.full_prefix || quote_ident(c.collname),
       format('CREATE COLLATION %s%I (%s);', s.full_prefix, c.collname, concat_ws(', ',
           'PROVIDER = ' || CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END,
           CASE WHEN NOT c.collisdeterministic THEN 'DETERMINISTIC = false' END,
           'LOCALE = ' || quote_literal(CASE WHEN c.collprovider <> 'c' THEN coalesce(
               to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale', c.collcollate) END),
           'RULES = ' || quote_literal(to_jsonb(c) ->> 'collicurules'),
           CASE WHEN c.collprovider = 'c' THEN 'LC_COLLATE = ' || quote_literal(c.collcollate) END,
           CASE WHEN c.collprovider = 'c' THEN 'LC_CTYPE = ' || quote_literal(c.collctype) END)),
       NULL, NULL, NULL
FROM pg_collation c
JOIN user_schema s ON s.oid = c.collnamespace
WHERE NOT EXISTS (
    SELECT FROM extension_object e WHERE e.classid = 'pg_collation'::regclass AND e.objid = c.oid)
UNION ALL
SELECT 'whole', 'pg_cast'::regclass::oid || ':' || c.oid, NULL, NULL, 4,
       format_type(c.castsource, NULL) || ' as ' || format_type(c.casttarget, NULL),
       format(E'CREATE CAST (%s AS %s)\n    %s%s;', format_type(c.castsource, NULL),
              format_type(c.casttarget, NULL),
              CASE c.castmethod WHEN 'i' THEN 'WITH INOUT' WHEN 'b' THEN 'WITHOUT FUNCTION'
                                ELSE 'WITH FUNCTION ' || nullif(c.castfunc, 0)::regprocedure END,
              CASE c.castcontext WHEN 'i' THEN ' AS IMPLICIT' WHEN 'a' THEN ' AS ASSIGNMENT' END),
       NULL, NULL, CASE WHEN c.castmethod = 'b' THEN 'only a superuser can do this' END
FROM pg_cast c
WHERE c.oid >= 16384
  AND NOT EXISTS (
      SELECT FROM pg_depend d
      WHERE d.classid = 'pg_cast'::regclass AND d.objid = c.oid AND d.deptype = 'i')
  AND NOT EXISTS (
      SELECT FROM extension_object e WHERE e.classid = 'pg_cast'::regclass AND e.objid = c.oid)
