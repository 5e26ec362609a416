-- What has to be known of tables to give them rows, each as one JSON object, and of the types of their
-- columns. `$tables` is an array of the tables' numbers.
WITH RECURSIVE
of_table AS (
    SELECT c.oid, c.relkind,
           CASE WHEN n.nspname = 'public' THEN '' ELSE quote_ident(n.nspname) || '.' END
               || quote_ident(c.relname) AS name,
           quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS sql
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
),
column_ AS (
    SELECT a.attrelid AS oid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull,
           a.attidentity <> '' OR a.attgenerated <> ''
               OR coalesce(pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%', false) AS is_given
    FROM pg_attribute a
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = ANY ($tables) AND a.attnum > 0 AND NOT a.attisdropped
),
-- The columns of an index: its key, and what its expressions and its condition speak of.
index_column AS (
    SELECT i.indexrelid, i.indrelid, k.attnum
    FROM pg_index i, unnest(i.indkey[0:i.indnkeyatts - 1]) AS k (attnum)
    WHERE k.attnum > 0
    UNION
    SELECT i.indexrelid, i.indrelid, d.refobjsubid::smallint
    FROM pg_index i
    JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
        AND d.refclassid = 'pg_class'::regclass AND d.refobjid = i.indrelid AND d.refobjsubid > 0
    WHERE i.indexprs IS NOT NULL OR i.indpred IS NOT NULL
),
needed_type AS (
    SELECT atttypid AS oid FROM column_
    UNION
    SELECT part.oid
    FROM needed_type n
    JOIN pg_type t ON t.oid = n.oid
    LEFT JOIN pg_range r ON r.rngtypid = t.oid
    CROSS JOIN LATERAL (VALUES (t.typbasetype), (CASE WHEN t.typlen = -1 THEN t.typelem END),
                               (r.rngsubtype)) AS part (oid)
    WHERE part.oid <> 0
)
SELECT 'table', json_build_object(
    'name', t.name,
    'sql', t.sql,
    'columns', (SELECT coalesce(json_agg(json_build_object(
            'name', c.attname, 'type', c.atttypid::text, 'modifier', c.atttypmod,
            'not_null', c.attnotnull, 'is_given', c.is_given) ORDER BY c.attnum), '[]')
        FROM column_ c WHERE c.oid = t.oid),
    'uniques', (SELECT coalesce(json_agg(json_build_object(
            'name', c.relname, 'columns', (
                SELECT coalesce(json_agg(a.attname ORDER BY a.attnum), '[]')
                FROM index_column k
                JOIN pg_attribute a ON a.attrelid = k.indrelid AND a.attnum = k.attnum
                WHERE k.indexrelid = i.indexrelid)) ORDER BY c.relname), '[]')
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE i.indrelid = t.oid AND (i.indisunique OR i.indisexclusion)),
    'references', (SELECT coalesce(json_agg(json_build_object(
            'name', k.conname, 'table', p.name, 'sql', p.sql,
            'columns', (SELECT json_agg(a.attname ORDER BY n.place)
                FROM unnest(k.conkey) WITH ORDINALITY AS n (attnum, place)
                JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = n.attnum),
            'parent_columns', (SELECT json_agg(a.attname ORDER BY n.place)
                FROM unnest(k.confkey) WITH ORDINALITY AS n (attnum, place)
                JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = n.attnum))
            ORDER BY k.conname), '[]')
        FROM pg_constraint k JOIN of_table p ON p.oid = k.confrelid
        WHERE k.conrelid = t.oid AND k.contype = 'f' AND k.conparentid = 0),
    'checks', (SELECT coalesce(json_agg(json_build_object(
            'name', k.conname, 'sql', pg_get_constraintdef(k.oid),
            'columns', (SELECT coalesce(json_agg(a.attname ORDER BY a.attnum), '[]')
                FROM pg_attribute a WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)))
            ORDER BY k.conname), '[]')
        FROM pg_constraint k WHERE k.conrelid = t.oid AND k.contype = 'c'),
    'partitions', CASE WHEN t.relkind = 'p' THEN (
        SELECT coalesce(json_agg(pg_get_partition_constraintdef(p.relid) ORDER BY p.relid::regclass::text), '[]')
        FROM pg_partition_tree(t.oid) p WHERE p.isleaf AND p.relid <> t.oid) ELSE '[]' END,
    -- What else decides on a row; only whether it has changed is of interest.
    'programs', (SELECT coalesce(json_agg(p.definition ORDER BY p.definition), '[]') FROM (
        SELECT pg_get_triggerdef(g.oid) || g.tgenabled::text || md5(f.prosrc) AS definition
        FROM pg_trigger g JOIN pg_proc f ON f.oid = g.tgfoid
        WHERE g.tgrelid = t.oid AND NOT g.tgisinternal
        UNION ALL
        SELECT pg_get_ruledef(r.oid) FROM pg_rewrite r WHERE r.ev_class = t.oid) AS p),
    'sequences', (SELECT coalesce(json_agg(DISTINCT s.sql), '[]')
        FROM pg_depend d JOIN of_table s ON s.oid = d.objid
        WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
          AND d.refobjid = t.oid AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i') AND s.relkind = 'S')
)::text
FROM of_table t WHERE t.oid = ANY ($tables)
UNION ALL
SELECT 'type', json_build_object(
    'oid', t.oid::text,
    'name', t.typname,
    'sort', t.typtype,
    'base', nullif(t.typbasetype, 0)::text,
    'base_modifier', t.typtypmod,
    'not_null', t.typnotnull,
    'element', CASE WHEN t.typlen = -1 THEN nullif(t.typelem, 0)::text END,
    'range_of', r.rngsubtype::text,
    'labels', (SELECT coalesce(json_agg(e.enumlabel ORDER BY e.enumsortorder), '[]')
               FROM pg_enum e WHERE e.enumtypid = t.oid),
    'attributes', (SELECT count(*) FROM pg_attribute a
                   WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped),
    'checks', (SELECT coalesce(json_agg(json_build_object(
                   'name', k.conname, 'sql', pg_get_constraintdef(k.oid)) ORDER BY k.conname), '[]')
               FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c')
)::text
FROM pg_type t LEFT JOIN pg_range r ON r.rngtypid = t.oid
WHERE t.oid IN (SELECT oid FROM needed_type)
