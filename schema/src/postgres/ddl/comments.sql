-- Comments, in the words that `COMMENT ON` has for each kind of object.
SELECT 'whole', 'comment:' || d.classoid || ':' || d.objoid || ':' || d.objsubid, NULL, NULL, 20,
       i.type || ' ' || i.identity,
       format('COMMENT ON %s %s IS %L;',
           CASE
               WHEN d.objsubid <> 0 THEN 'COLUMN'
               WHEN i.type LIKE '% constraint' THEN 'CONSTRAINT'
               WHEN i.type = 'composite type' THEN 'TYPE'
               WHEN i.type = 'statistics object' THEN 'STATISTICS'
               ELSE upper(replace(i.type, '-', ' '))
           END,
           CASE
               WHEN i.type = 'domain constraint' THEN (
                   SELECT format('%I ON DOMAIN %s', k.conname, format_type(k.contypid, NULL))
                   FROM pg_constraint k WHERE k.oid = d.objoid)
               WHEN i.type IN ('table constraint', 'trigger', 'policy', 'rule') THEN
                   format('%I ON %I.%I', address.object_names[3], address.object_names[1],
                          address.object_names[2])
               WHEN i.type = 'transform' THEN replace(i.identity, ' on language ', ' language ')
               ELSE i.identity
           END,
           d.description),
       NULL, NULL, NULL
FROM user_comment d
CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) i
CROSS JOIN LATERAL pg_identify_object_as_address(d.classoid, d.objoid, d.objsubid) address
UNION ALL
SELECT 'needs', 'comment:' || d.classoid || ':' || d.objoid || ':' || d.objsubid,
       d.classoid || ':' || d.objoid, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM user_comment d
