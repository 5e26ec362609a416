-- Sequences that are no identity column's, and the columns that own them. They come before types,
-- since a type may have a sequence's name, but not the other way round.
SELECT 'whole', 'pg_class'::regclass::oid || ':' || r.oid, NULL, NULL, 2, r.full_name,
       concat_ws(' ', 'CREATE', CASE WHEN r.relpersistence = 'u' THEN 'UNLOGGED' END,
           'SEQUENCE', r.full_name,
           'AS ' || format_type(nullif(q.seqtypid, 'bigint'::regtype), NULL),
           nullif(options.text, '')) || ';',
       NULL, NULL, NULL
FROM pg_sequence q
JOIN relation r ON r.oid = q.seqrelid
JOIN sequence_options options ON options.oid = r.oid
WHERE NOT EXISTS (
    SELECT FROM pg_depend d
    WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype = 'i')
UNION ALL
SELECT 'whole', 'owned:' || r.oid, NULL, NULL, 7, r.full_name,
       format('ALTER SEQUENCE %s OWNED BY %s.%I;', r.full_name, owner.full_name, a.attname), NULL, NULL, NULL
FROM relation r
JOIN pg_depend d
    ON d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.objsubid = 0
   AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype = 'a'
JOIN relation owner ON owner.oid = d.refobjid
JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE r.relkind = 'S'
UNION ALL
SELECT 'needs', 'owned:' || d.objid, 'pg_class'::regclass::oid || ':' || needed, NULL, NULL, NULL, NULL, NULL,
       NULL, NULL
FROM relation r
JOIN pg_depend d
    ON d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.objsubid = 0
   AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype = 'a'
CROSS JOIN LATERAL unnest(ARRAY[d.objid, d.refobjid]) needed
WHERE r.relkind = 'S'
