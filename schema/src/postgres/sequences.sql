-- Sequences, with the column that owns one.
SELECT 'sequence', r.name, owner.name,
       concat_ws(' ',
           'as', format_type(q.seqtypid, NULL), 'start', q.seqstart, 'increment', q.seqincrement,
           'minvalue', q.seqmin, 'maxvalue', q.seqmax, 'cache', q.seqcache,
           CASE WHEN q.seqcycle THEN 'cycle' END,
           CASE WHEN r.relpersistence = 'u' THEN 'unlogged' END,
           CASE d.deptype
               WHEN 'a' THEN 'owned by ' || owner.name || '.' || quote_ident(a.attname)
               WHEN 'i' THEN 'identity of ' || owner.name || '.' || quote_ident(a.attname)
           END)
FROM pg_sequence q
JOIN relation r ON r.oid = q.seqrelid
LEFT JOIN pg_depend d
    ON d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.objsubid = 0
   AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
LEFT JOIN relation owner ON owner.oid = d.refobjid
LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
