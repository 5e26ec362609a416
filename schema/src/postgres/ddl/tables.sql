-- Tables, partitioned and foreign ones too. Columns and constraints are parts of their own, so that
-- one whose needs come later can be added later.
SELECT 'table', 'pg_class'::regclass::oid || ':' || r.oid, NULL, NULL, 6, r.full_name,
       concat_ws(' ', 'CREATE',
           CASE WHEN r.relpersistence = 'u' THEN 'UNLOGGED' END,
           CASE WHEN r.relkind = 'f' THEN 'FOREIGN' END,
           'TABLE', r.full_name,
           CASE WHEN r.reloftype = 0 THEN '(' ELSE 'OF ' || format_type(r.reloftype, NULL) END),
       concat_ws(E'\n',
           CASE WHEN NOT r.relispartition THEN (
               SELECT 'INHERITS (' || string_agg(h.inhparent::regclass::text, ', ' ORDER BY h.inhseqno) || ')'
               FROM pg_inherits h WHERE h.inhrelid = r.oid) END,
           CASE WHEN r.relkind = 'p' THEN 'PARTITION BY ' || pg_get_partkeydef(r.oid) END,
           (SELECT 'USING ' || quote_ident(m.amname)
            FROM pg_am m WHERE m.oid = r.relam AND m.amname <> 'heap'),
           (SELECT 'WITH (' || string_agg(option, ', ') || ')'
            FROM (
                SELECT o.option_name || '=' || quote_literal(o.option_value) AS option
                FROM pg_options_to_table(r.reloptions) o
                UNION ALL
                SELECT 'toast.' || o.option_name || '=' || quote_literal(o.option_value)
                FROM pg_class t
                CROSS JOIN LATERAL pg_options_to_table(t.reloptions) o
                WHERE t.oid = r.reltoastrelid) options),
           (SELECT 'TABLESPACE ' || quote_ident(t.spcname)
            FROM pg_tablespace t WHERE t.oid = r.reltablespace),
           (SELECT concat_ws(' ', 'SERVER', quote_ident(s.srvname),
                             (SELECT 'OPTIONS (' || string_agg(
                                         quote_ident(o.option_name) || ' '
                                             || quote_literal(o.option_value), ', ') || ')'
                              FROM pg_options_to_table(f.ftoptions) o))
            FROM pg_foreign_table f
            JOIN pg_foreign_server s ON s.oid = f.ftserver
            WHERE f.ftrelid = r.oid)),
       concat_ws(E'\n',
           CASE WHEN r.relrowsecurity THEN
               'ALTER TABLE ' || r.full_name || ' ENABLE ROW LEVEL SECURITY;' END,
           CASE WHEN r.relforcerowsecurity THEN
               'ALTER TABLE ONLY ' || r.full_name || ' FORCE ROW LEVEL SECURITY;' END,
           -- A foreign table always has none.
           CASE CASE WHEN r.relkind <> 'f' THEN r.relreplident END
               WHEN 'f' THEN 'ALTER TABLE ONLY ' || r.full_name || ' REPLICA IDENTITY FULL;'
               WHEN 'n' THEN 'ALTER TABLE ONLY ' || r.full_name || ' REPLICA IDENTITY NOTHING;'
           END),
       NULL
FROM relation r
WHERE r.relkind IN ('r', 'p', 'f')
UNION ALL
-- A partition is made as a table of its own, as its columns may stand in another order.
SELECT 'whole', 'attach:' || r.oid, NULL, NULL, 7, r.full_name,
       format(E'ALTER TABLE ONLY %s\n    ATTACH PARTITION %s %s;', h.inhparent::regclass, r.full_name,
              pg_get_expr(r.relpartbound, r.oid)),
       NULL, NULL, NULL
FROM relation r
JOIN pg_inherits h ON h.inhrelid = r.oid
WHERE r.relispartition AND r.relkind IN ('r', 'p', 'f')
UNION ALL
SELECT 'needs', 'attach:' || h.inhrelid, 'pg_class'::regclass::oid || ':' || needed, NULL, NULL,
       NULL, NULL, NULL, NULL, NULL
FROM pg_inherits h
CROSS JOIN LATERAL unnest(ARRAY[h.inhrelid, h.inhparent]) needed
JOIN relation r ON r.oid = h.inhrelid AND r.relispartition
UNION ALL
-- What a partitioned table hands down must find its partitions attached.
SELECT 'needs', above.id, 'attach:' || h.inhrelid, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM pg_inherits h
JOIN relation r ON r.oid = h.inhrelid AND r.relispartition
JOIN (
    SELECT indrelid AS oid, 'pg_class'::regclass::oid || ':' || indexrelid AS id FROM pg_index
    UNION ALL SELECT conrelid, 'pg_constraint'::regclass::oid || ':' || oid FROM pg_constraint
              WHERE contype IN ('p', 'u', 'x', 'f') OR contype = 'c' AND NOT convalidated
    UNION ALL SELECT tgrelid, 'pg_trigger'::regclass::oid || ':' || oid FROM pg_trigger
) above ON above.oid = h.inhparent
UNION ALL
-- Columns that a table gets from the tables above it come first, in their order. Where they do not,
-- nothing but the history itself can make the table again.
SELECT 'note', 'order of columns:' || r.oid, NULL, NULL, 6, r.full_name,
       'the columns of ' || r.full_name || ' stand in another order: '
           || string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum),
       NULL, NULL, NULL
FROM relation r
JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN LATERAL (
    SELECT min(h.inhseqno * 10000 + above.attnum) AS place
    FROM pg_inherits h
    JOIN pg_attribute above ON above.attrelid = h.inhparent AND above.attname = a.attname
                           AND above.attnum > 0 AND NOT above.attisdropped
    WHERE h.inhrelid = r.oid) above ON true
WHERE r.relkind IN ('r', 'f') AND NOT r.relispartition
  AND EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = r.oid)
GROUP BY r.oid, r.full_name
HAVING array_agg(a.attnum ORDER BY a.attnum)
    <> array_agg(a.attnum ORDER BY above.place NULLS LAST, a.attnum)
