-- Comments on whatever is the user's.
SELECT 'comment', i.type || ' ' || i.identity, r.name, d.description
FROM user_comment d
CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) i
LEFT JOIN relation r ON d.classoid = 'pg_class'::regclass AND r.oid = d.objoid
                    AND r.relkind IN ('r', 'p', 'f', 'v', 'm', 'c')
