-- Constraints of tables and of domains, with what there is to say of a constraint's own index.
SELECT 'constraint', quote_ident(k.conname), r.name,
       concat_ws(' ',
           pg_get_constraintdef(k.oid),
           (SELECT nullif(concat_ws(' ', 'with ' || array_to_string(c.reloptions, ', '),
                                    nullif(x.text, '')), '')
            FROM index_extra x
            JOIN pg_class c ON c.oid = x.oid
            WHERE x.oid = k.conindid AND k.contype IN ('p', 'u', 'x')),
           CASE WHEN NOT k.conislocal AND NOT r.relispartition THEN 'inherited' END)
FROM pg_constraint k
JOIN relation r ON r.oid = k.conrelid
WHERE (k.contype IN ('c', 'p', 'u', 'x')
    -- The copies for partitions come and go with the original.
    OR k.contype = 'f' AND k.conparentid = 0
    -- From version 18 on every NOT NULL is one. Told are those that `not null` does not say.
    OR k.contype = 'n' AND k.conislocal AND (
        NOT k.convalidated OR k.connoinherit
        OR k.conname <> (
            SELECT format('%s_%s_not_null', r.relname, a.attname)
            FROM pg_attribute a WHERE a.attrelid = k.conrelid AND a.attnum = k.conkey[1])))
UNION ALL
SELECT 'domain constraint', quote_ident(k.conname), s.prefix || quote_ident(t.typname),
       pg_get_constraintdef(k.oid)
FROM pg_constraint k
JOIN pg_type t ON t.oid = k.contypid
JOIN user_schema s ON s.oid = t.typnamespace
WHERE k.contype = 'c'
  AND NOT EXISTS (
      SELECT FROM extension_object e WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid)
