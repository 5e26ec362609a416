-- What every part of the query builds on. An object that an extension brought along belongs to the
-- extension, and whatever is in one of the server's own schemas or in limbeck's to nobody.
WITH user_schema AS (
    -- `prefix` goes before a name, but `public` is not worth saying.
    SELECT n.oid, n.nspname AS name, quote_ident(n.nspname) || '.' AS full_prefix,
           CASE WHEN n.nspname = 'public' THEN '' ELSE quote_ident(n.nspname) || '.' END AS prefix
    FROM pg_namespace n
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND n.nspname <> current_setting('limbeck.ledger')
),
extension_object AS (
    SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
),
relation AS (
    SELECT s.prefix || quote_ident(c.relname) AS name,
           s.full_prefix || quote_ident(c.relname) AS full_name, c.*
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
),
user_comment AS (
    SELECT d.*
    FROM pg_description d
    CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) i
    CROSS JOIN LATERAL pg_identify_object_as_address(d.classoid, d.objoid, d.objsubid) address
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
),
-- The operators and support functions of a class or family of operators.
operator_item AS (
    SELECT d.refclassid AS classid, d.refobjid AS oid,
           string_agg(item.text, E',\n    ' ORDER BY item.text) AS text
    FROM (
        SELECT 'pg_amop'::regclass AS classid, o.oid,
               concat('OPERATOR ', o.amopstrategy, ' ', o.amopopr::regoperator,
                      (SELECT ' FOR ORDER BY ' || quote_ident(n.nspname) || '.' || quote_ident(f.opfname)
                       FROM pg_opfamily f
                       JOIN pg_namespace n ON n.oid = f.opfnamespace
                       WHERE f.oid = o.amopsortfamily)) AS text
        FROM pg_amop o
        UNION ALL
        SELECT 'pg_amproc'::regclass, p.oid,
               format('FUNCTION %s (%s, %s) %s', p.amprocnum, format_type(p.amproclefttype, NULL),
                      format_type(p.amprocrighttype, NULL), p.amproc::regprocedure)
        FROM pg_amproc p) item
    JOIN pg_depend d ON d.classid = item.classid AND d.objid = item.oid
                    AND d.refclassid IN ('pg_opclass'::regclass, 'pg_opfamily'::regclass)
                    AND d.deptype IN ('i', 'a')
    WHERE item.oid >= 16384
    GROUP BY d.refclassid, d.refobjid
)
