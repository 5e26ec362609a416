-- Indexes that no constraint made. One that is not valid is what a failed build has left, which no
-- statement makes; that of a partitioned table becomes valid with its partitions' own.
SELECT CASE WHEN i.indisvalid OR c.relkind = 'I' THEN 'whole' ELSE 'note' END,
       'pg_class'::regclass::oid || ':' || c.oid, NULL, NULL, 9,
       r.full_name || ' ' || quote_ident(c.relname),
       CASE WHEN i.indisvalid OR c.relkind = 'I'
           THEN concat_ws(E'\n', pg_get_indexdef(i.indexrelid)
                    || coalesce((SELECT ' TABLESPACE ' || quote_ident(t.spcname)
                                 FROM pg_tablespace t WHERE t.oid = c.reltablespace), '')
                    || ';', x.statements)
           ELSE 'index ' || quote_ident(c.relname) || ' on ' || r.full_name
                || ' is invalid, as a failed build has left it' END,
       NULL, NULL, NULL
FROM pg_index i
JOIN relation r ON r.oid = i.indrelid
JOIN pg_class c ON c.oid = i.indexrelid
JOIN index_statements x ON x.oid = i.indexrelid
WHERE r.relkind IN ('r', 'p', 'm')
  AND NOT EXISTS (
      SELECT FROM pg_constraint k
      WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
UNION ALL
SELECT 'whole', 'pg_statistic_ext'::regclass::oid || ':' || x.oid, NULL, NULL, 10,
       s.full_prefix || quote_ident(x.stxname),
       concat_ws(E'\n', pg_get_statisticsobjdef(x.oid) || ';',
           format('ALTER STATISTICS %s%I SET STATISTICS ', s.full_prefix, x.stxname)
               || CASE WHEN x.stxstattarget >= 0 THEN x.stxstattarget || ';' END),
       NULL, NULL, NULL
FROM pg_statistic_ext x
JOIN user_schema s ON s.oid = x.stxnamespace
JOIN relation r ON r.oid = x.stxrelid
