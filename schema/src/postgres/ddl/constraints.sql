-- Constraints of tables and domains. What a table or a partition gets from above is not told again,
-- but a partition needs its checks before it can be attached.
SELECT CASE WHEN late.is THEN 'whole' ELSE 'part' END,
       'pg_constraint'::regclass::oid || ':' || k.oid,
       'pg_class'::regclass::oid || ':' || r.oid,
       CASE k.contype WHEN 'p' THEN 20000 WHEN 'u' THEN 20001 WHEN 'x' THEN 20002
                      WHEN 'c' THEN 20003 ELSE 20004 END,
       CASE WHEN k.contype = 'f' THEN 11 ELSE 8 END,
       r.full_name || ' ' || quote_ident(k.conname),
       CASE WHEN late.is THEN alone.text ELSE clause.text END,
       alone.text,
       (SELECT x.statements FROM index_statements x WHERE x.oid = k.conindid AND k.contype IN ('p', 'u', 'x')),
       NULL
FROM pg_constraint k
JOIN relation r ON r.oid = k.conrelid
CROSS JOIN LATERAL (
    SELECT CASE WHEN k.condeferrable THEN ' DEFERRABLE' ELSE '' END
        || CASE WHEN k.condeferred THEN ' INITIALLY DEFERRED' ELSE '' END AS text) deferral
CROSS JOIN LATERAL (SELECT pg_get_constraintdef(k.oid) AS text) definition
-- What cannot stand in the table's own statement: what is not valid, an index that must wait for
-- partitions, a second one on the same columns, which would be taken for the first, and references.
CROSS JOIN LATERAL (
    SELECT CASE
               WHEN k.contype IN ('c', 'n') THEN definition.text LIKE '% NOT VALID'
               WHEN k.contype = 'f' OR r.relkind <> 'r' OR r.relispartition THEN true
               ELSE EXISTS (
                   SELECT FROM pg_constraint other
                   WHERE other.conrelid = k.conrelid AND other.contype IN ('p', 'u')
                     AND other.conkey = k.conkey
                     AND (other.contype, other.conname) < (k.contype, k.conname))
           END AS is) late
CROSS JOIN LATERAL (
    -- Options of the index stand before the words on deferral. An exclusion constraint has them.
    SELECT 'CONSTRAINT ' || quote_ident(k.conname) || ' '
        || CASE WHEN k.contype IN ('p', 'u') THEN
               left(definition.text, length(definition.text) - length(deferral.text))
               || coalesce((
                   SELECT concat(
                       ' WITH (' || (
                           SELECT string_agg(o.option_name || '=' || quote_literal(o.option_value), ', ')
                           FROM pg_options_to_table(c.reloptions) o) || ')',
                       (SELECT ' USING INDEX TABLESPACE ' || quote_ident(t.spcname)
                        FROM pg_tablespace t WHERE t.oid = c.reltablespace))
                   FROM pg_class c WHERE c.oid = k.conindid), '')
               || deferral.text
           ELSE definition.text END AS text) clause
CROSS JOIN LATERAL (
    SELECT format(E'ALTER %sTABLE %s%s\n    ADD %s;', CASE WHEN r.relkind = 'f' THEN 'FOREIGN ' END,
                  CASE WHEN k.contype IN ('p', 'u', 'x') OR k.contype = 'f' AND r.relkind = 'r'
                      THEN 'ONLY ' END, r.full_name, clause.text) AS text) alone
WHERE k.contype IN ('p', 'u', 'x')
   OR k.contype = 'f' AND k.conparentid = 0
   OR k.contype = 'c' AND (k.conislocal OR r.relispartition AND NOT late.is)
   -- Those that stand at a column are told there.
   OR k.contype = 'n' AND k.conislocal AND (late.is OR NOT r.relispartition AND NOT (
       SELECT a.attislocal OR r.reloftype <> 0
       FROM pg_attribute a WHERE a.attrelid = r.oid AND a.attnum = k.conkey[1]))
UNION ALL
SELECT CASE WHEN late.is THEN 'whole' ELSE 'part' END,
       'pg_constraint'::regclass::oid || ':' || k.oid,
       'pg_type'::regclass::oid || ':' || t.oid, 20000, 8,
       s.full_prefix || quote_ident(t.typname) || ' ' || quote_ident(k.conname),
       CASE WHEN late.is THEN alone.text ELSE clause.text END, alone.text, NULL, NULL
FROM pg_constraint k
JOIN pg_type t ON t.oid = k.contypid
JOIN user_schema s ON s.oid = t.typnamespace
CROSS JOIN LATERAL (
    SELECT 'CONSTRAINT ' || quote_ident(k.conname) || ' ' || pg_get_constraintdef(k.oid) AS text) clause
CROSS JOIN LATERAL (
    SELECT format(E'ALTER DOMAIN %s%I\n    ADD %s;', s.full_prefix, t.typname, clause.text) AS text) alone
CROSS JOIN LATERAL (SELECT clause.text LIKE '% NOT VALID' AS is) late
WHERE k.contype = 'c'
  AND NOT EXISTS (
      SELECT FROM extension_object e WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid)
UNION ALL
-- A check that is not valid is handed down to a table that is there, and a valid one to a table that
-- is made later.
SELECT 'needs',
       CASE WHEN copy.convalidated THEN 'pg_class'::regclass::oid || ':' || copy.conrelid
            ELSE 'pg_constraint'::regclass::oid || ':' || k.oid END,
       CASE WHEN copy.convalidated THEN 'pg_constraint'::regclass::oid || ':' || k.oid
            ELSE 'pg_class'::regclass::oid || ':' || copy.conrelid END,
       NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM pg_constraint k
JOIN pg_inherits h ON h.inhparent = k.conrelid
JOIN pg_constraint copy ON copy.conrelid = h.inhrelid AND copy.conname = k.conname
JOIN relation r ON r.oid = copy.conrelid AND NOT r.relispartition
WHERE k.contype = 'c' AND copy.contype = 'c' AND pg_get_constraintdef(k.oid) LIKE '% NOT VALID'
