-- What needs what. Something that is brought along by another object, such as the type of a table's
-- rows or the index of a constraint, stands for that object.
SELECT CASE WHEN d.deptype IN ('i', 'e') THEN 'within' ELSE 'needs' END,
       d.classid || ':' || d.objid, d.refclassid || ':' || d.refobjid,
       NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM pg_depend d
WHERE d.deptype IN ('n', 'a', 'i', 'e', 'P', 'S')
  AND d.objid >= 16384 AND d.refobjid >= 16384
  AND (d.classid, d.objid) <> (d.refclassid, d.refobjid)
  -- A column's default needs the sequence that the column owns.
  AND NOT (d.deptype = 'a' AND d.classid = 'pg_class'::regclass
           AND d.objid IN (SELECT seqrelid FROM pg_sequence))
UNION ALL
SELECT 'needs', 'pg_class'::regclass::oid || ':' || h.inhrelid, 'pg_class'::regclass::oid || ':' || h.inhparent,
       NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM pg_inherits h
JOIN relation r ON r.oid = h.inhrelid
WHERE NOT r.relispartition
