-- What every part of the query builds on. An object that an extension brought along belongs to the
-- extension, and whatever is in one of the server's own schemas or in limbeck's to nobody.
WITH user_schema AS (
    -- `prefix` goes before a name, but `public` is not worth saying.
    SELECT n.oid, n.nspname AS name,
           CASE WHEN n.nspname = 'public' THEN '' ELSE quote_ident(n.nspname) || '.' END AS prefix
    FROM pg_namespace n
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND n.nspname <> current_setting('limbeck.ledger')
),
extension_object AS (
    SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
),
relation AS (
    SELECT s.prefix || quote_ident(c.relname) AS name, c.*
    FROM pg_class c
    JOIN user_schema s ON s.oid = c.relnamespace
    WHERE NOT EXISTS (
        SELECT FROM extension_object e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid)
),
-- What is stored of an index beyond its definition, which is the same for the index of a
-- constraint.
index_extra AS (
    SELECT i.indexrelid AS oid,
           concat_ws(' ',
               (SELECT 'attached to ' || h.inhparent::regclass
                FROM pg_inherits h WHERE h.inhrelid = i.indexrelid),
               (SELECT 'tablespace ' || quote_ident(t.spcname)
                FROM pg_tablespace t WHERE t.oid = c.reltablespace),
               (SELECT 'statistics ' || string_agg(a.attnum || ': ' || a.attstattarget, ', '
                                                   ORDER BY a.attnum)
                FROM pg_attribute a WHERE a.attrelid = i.indexrelid AND a.attstattarget >= 0),
               CASE WHEN i.indisclustered THEN 'clustered' END,
               CASE WHEN i.indisreplident THEN 'replica identity' END,
               CASE WHEN NOT i.indisvalid THEN 'invalid' END) AS text
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    WHERE c.relnamespace IN (SELECT oid FROM user_schema)
)
