-- What several parts of the statements need: the options of sequences that are not what they are by
-- default, and what is to be said of an index once it is there.
, sequence_options AS (
    SELECT q.seqrelid AS oid,
           concat_ws(' ',
               CASE WHEN q.seqincrement <> 1 THEN 'INCREMENT BY ' || q.seqincrement END,
               CASE WHEN q.seqmin <> CASE WHEN q.seqincrement > 0 THEN 1 ELSE lowest END
                   THEN 'MINVALUE ' || q.seqmin END,
               CASE WHEN q.seqmax <> CASE WHEN q.seqincrement > 0 THEN highest ELSE -1 END
                   THEN 'MAXVALUE ' || q.seqmax END,
               CASE WHEN q.seqstart <> CASE WHEN q.seqincrement > 0 THEN q.seqmin ELSE q.seqmax END
                   THEN 'START WITH ' || q.seqstart END,
               CASE WHEN q.seqcache <> 1 THEN 'CACHE ' || q.seqcache END,
               CASE WHEN q.seqcycle THEN 'CYCLE' END) AS text
    FROM pg_sequence q
    CROSS JOIN LATERAL (
        SELECT CASE q.seqtypid WHEN 'smallint'::regtype THEN 32767
                               WHEN 'integer'::regtype THEN 2147483647
                               ELSE 9223372036854775807 END AS highest) high
    CROSS JOIN LATERAL (SELECT -highest - 1 AS lowest) low
),
index_statements AS (
    SELECT i.indexrelid AS oid,
           nullif(concat_ws(E'\n',
               (SELECT string_agg(
                           format('ALTER INDEX %s ALTER COLUMN %s SET STATISTICS %s;',
                                  i.indexrelid::regclass, a.attnum, a.attstattarget),
                           E'\n' ORDER BY a.attnum)
                FROM pg_attribute a WHERE a.attrelid = i.indexrelid AND a.attstattarget >= 0),
               (SELECT format('ALTER INDEX %s ATTACH PARTITION %s;',
                              h.inhparent::regclass, i.indexrelid::regclass)
                FROM pg_inherits h WHERE h.inhrelid = i.indexrelid),
               CASE WHEN i.indisclustered THEN
                   format('ALTER %s %s CLUSTER ON %I;',
                          CASE t.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END,
                          i.indrelid::regclass, c.relname) END,
               CASE WHEN i.indisreplident THEN
                   format('ALTER TABLE ONLY %s REPLICA IDENTITY USING INDEX %I;',
                          i.indrelid::regclass, c.relname) END), '') AS statements
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_class t ON t.oid = i.indrelid
    WHERE c.relnamespace IN (SELECT oid FROM user_schema)
)
