-- Enumerations, domains and ranges. Composite types are among the tables.
SELECT CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' ELSE 'type' END,
       s.prefix || quote_ident(t.typname), NULL,
       CASE t.typtype
           WHEN 'e' THEN (
               SELECT string_agg(quote_literal(v.enumlabel), ', ' ORDER BY v.enumsortorder)
               FROM pg_enum v WHERE v.enumtypid = t.oid)
           WHEN 'd' THEN concat_ws(' ',
               format_type(t.typbasetype, t.typtypmod),
               CASE WHEN t.typcollation <> b.typcollation
                   THEN 'collate ' || nullif(t.typcollation, 0)::regcollation END,
               'default ' || coalesce(pg_get_expr(t.typdefaultbin, 0), quote_literal(t.typdefault)),
               CASE WHEN t.typnotnull THEN coalesce((
                   -- Before version 17 there is no such row.
                   SELECT 'constraint ' || quote_ident(k.conname) || ' ' FROM pg_constraint k
                   WHERE k.contypid = t.oid AND k.contype = 'n' AND k.conname <> t.typname || '_not_null'
                   ), '') || 'not null' END)
           WHEN 'r' THEN (
               SELECT concat_ws(' ',
                   'range of', format_type(g.rngsubtype, NULL),
                   'collate ' || nullif(g.rngcollation, 0)::regcollation,
                   'opclass ' || (
                       SELECT quote_ident(n.nspname) || '.' || quote_ident(o.opcname)
                       FROM pg_opclass o
                       JOIN pg_namespace n ON n.oid = o.opcnamespace
                       WHERE o.oid = g.rngsubopc),
                   'canonical ' || nullif(g.rngcanonical, 0)::regprocedure,
                   'difference ' || nullif(g.rngsubdiff, 0)::regprocedure)
               FROM pg_range g WHERE g.rngtypid = t.oid)
           ELSE 'multirange'
       END
FROM pg_type t
JOIN user_schema s ON s.oid = t.typnamespace
LEFT JOIN pg_type b ON b.oid = t.typbasetype
WHERE t.typtype IN ('e', 'd', 'r', 'm')
  AND NOT EXISTS (
      SELECT FROM extension_object e WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid)
