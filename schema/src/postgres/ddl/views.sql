-- Views, materialised ones too. The rows of a materialised view are no part of a schema.
SELECT 'whole', 'pg_class'::regclass::oid || ':' || r.oid, NULL, NULL, 12, r.full_name,
       concat(
           CASE r.relkind WHEN 'v' THEN 'CREATE VIEW ' ELSE 'CREATE MATERIALIZED VIEW ' END, r.full_name,
           (SELECT ' USING ' || quote_ident(m.amname)
            FROM pg_am m WHERE m.oid = r.relam AND m.amname <> 'heap'),
           (SELECT ' WITH (' || string_agg(o.option_name || '=' || quote_literal(o.option_value), ', ') || ')'
            FROM pg_options_to_table(r.reloptions) o),
           (SELECT ' TABLESPACE ' || quote_ident(t.spcname)
            FROM pg_tablespace t WHERE t.oid = r.reltablespace),
           E' AS\n', rtrim(pg_get_viewdef(r.oid), ';'),
           CASE WHEN r.relkind = 'm' THEN E'\nWITH NO DATA' END, ';'),
       NULL, NULL, NULL
FROM relation r
WHERE r.relkind IN ('v', 'm')
UNION ALL
SELECT 'whole', 'columns of view:' || r.oid, NULL, NULL, 12, r.full_name,
       string_agg(concat_ws(E'\n',
           CASE WHEN a.attstorage <> t.typstorage THEN
               format('ALTER MATERIALIZED VIEW %s ALTER COLUMN %I SET STORAGE %s;', r.full_name, a.attname,
                      CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL'
                                        WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END) END,
           CASE WHEN compression.attcompression IN ('p', 'l') THEN
               format('ALTER MATERIALIZED VIEW %s ALTER COLUMN %I SET COMPRESSION %s;', r.full_name, a.attname,
                      CASE compression.attcompression WHEN 'p' THEN 'pglz' ELSE 'lz4' END) END,
           CASE WHEN a.attstattarget >= 0 THEN
               format('ALTER MATERIALIZED VIEW %s ALTER COLUMN %I SET STATISTICS %s;', r.full_name, a.attname,
                      a.attstattarget) END,
           CASE WHEN options.text IS NOT NULL THEN
               format('ALTER MATERIALIZED VIEW %s ALTER COLUMN %I SET (%s);', r.full_name, a.attname,
                      options.text) END), E'\n' ORDER BY a.attnum),
       NULL, NULL, NULL
FROM relation r
JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
CROSS JOIN (SELECT ''::"char" AS attcompression) absent
CROSS JOIN LATERAL (
    SELECT attcompression FROM pg_attribute same
    WHERE same.attrelid = a.attrelid AND same.attnum = a.attnum) compression
CROSS JOIN LATERAL (
    SELECT string_agg(o.option_name || '=' || o.option_value, ', ') AS text
    FROM pg_options_to_table(a.attoptions) o
    WHERE o.option_name NOT LIKE 'pg\_%') options
WHERE r.relkind = 'm'
  AND (a.attstorage <> t.typstorage OR compression.attcompression IN ('p', 'l')
       OR a.attstattarget >= 0 OR options.text IS NOT NULL)
GROUP BY r.oid, r.full_name
UNION ALL
SELECT 'needs', 'columns of view:' || r.oid, 'pg_class'::regclass::oid || ':' || r.oid,
       NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM relation r
WHERE r.relkind = 'm'
