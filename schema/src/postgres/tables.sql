-- Tables, partitioned and foreign ones too, and views, each without what belongs to it.
SELECT CASE r.relkind
           WHEN 'v' THEN 'view'
           WHEN 'm' THEN 'materialized view'
           WHEN 'c' THEN 'type'
           ELSE 'table'
       END,
       r.name, NULL,
       concat_ws(chr(10),
           CASE WHEN r.relkind IN ('r', 'p', 'f', 'c') THEN
               'columns ' || (
                   SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
                   FROM pg_attribute a
                   WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped)
           END,
           CASE WHEN r.relpersistence = 'u' THEN 'unlogged' END,
           'of ' || format_type(nullif(r.reloftype, 0), NULL),
           CASE WHEN r.relkind = 'p' THEN 'partitioned by ' || pg_get_partkeydef(r.oid) END,
           (SELECT CASE WHEN r.relispartition THEN 'partition of ' ELSE 'inherits ' END
                   || string_agg(h.inhparent::regclass::text, ', ' ORDER BY h.inhseqno)
            FROM pg_inherits h WHERE h.inhrelid = r.oid),
           pg_get_expr(r.relpartbound, r.oid),
           (SELECT concat_ws(' ', 'server', quote_ident(s.srvname),
                             'options ' || array_to_string(f.ftoptions, ', '))
            FROM pg_foreign_table f
            JOIN pg_foreign_server s ON s.oid = f.ftserver
            WHERE f.ftrelid = r.oid),
           (SELECT 'using ' || quote_ident(m.amname)
            FROM pg_am m WHERE m.oid = r.relam AND m.amname <> 'heap'),
           'with ' || array_to_string(r.reloptions, ', '),
           (SELECT 'toast with ' || array_to_string(t.reloptions, ', ')
            FROM pg_class t WHERE t.oid = r.reltoastrelid),
           (SELECT 'tablespace ' || quote_ident(t.spcname)
            FROM pg_tablespace t WHERE t.oid = r.reltablespace),
           CASE WHEN r.relrowsecurity THEN 'row security' END,
           CASE WHEN r.relforcerowsecurity THEN 'row security for the owner too' END,
           CASE r.relreplident
               WHEN 'f' THEN 'replica identity full'
               WHEN 'n' THEN CASE WHEN r.relkind IN ('r', 'p') THEN 'replica identity nothing' END
           END,
           CASE WHEN r.relkind IN ('v', 'm') THEN pg_get_viewdef(r.oid) END)
FROM relation r
WHERE r.relkind IN ('r', 'p', 'f', 'v', 'm', 'c')
