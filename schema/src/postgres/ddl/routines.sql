-- Functions, procedures and aggregates.
SELECT 'whole', 'pg_proc'::regclass::oid || ':' || p.oid, NULL, NULL, 4,
       s.full_prefix || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')',
       regexp_replace(rtrim(pg_get_functiondef(p.oid), E'\n'), '^CREATE OR REPLACE', 'CREATE') || ';',
       NULL, NULL,
       CASE WHEN NOT l.lanpltrusted OR p.proleakproof OR p.prosupport <> 0
           THEN 'only a superuser can do this' END
FROM pg_proc p
JOIN user_schema s ON s.oid = p.pronamespace
JOIN pg_language l ON l.oid = p.prolang
WHERE p.prokind IN ('f', 'p', 'w')
  AND NOT EXISTS (
      SELECT FROM extension_object e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid)
  AND NOT EXISTS (
      SELECT FROM pg_depend d
      WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')
UNION ALL
SELECT 'whole', 'pg_proc'::regclass::oid || ':' || p.oid, NULL, NULL, 4,
       s.full_prefix || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')',
       format(E'CREATE AGGREGATE %s%I(%s) (\n    %s\n);', s.full_prefix, p.proname,
              coalesce(nullif(pg_get_function_identity_arguments(p.oid), ''), '*'),
              concat_ws(E',\n    ',
                  'SFUNC = ' || a.aggtransfn,
                  'STYPE = ' || format_type(a.aggtranstype, NULL),
                  'SSPACE = ' || nullif(a.aggtransspace, 0),
                  'FINALFUNC = ' || nullif(a.aggfinalfn, 0)::regproc,
                  CASE WHEN a.aggfinalextra THEN 'FINALFUNC_EXTRA' END,
                  'FINALFUNC_MODIFY = ' || CASE nullif(a.aggfinalmodify, usual.modify)
                      WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' WHEN 'w' THEN 'READ_WRITE' END,
                  'COMBINEFUNC = ' || nullif(a.aggcombinefn, 0)::regproc,
                  'SERIALFUNC = ' || nullif(a.aggserialfn, 0)::regproc,
                  'DESERIALFUNC = ' || nullif(a.aggdeserialfn, 0)::regproc,
                  'INITCOND = ' || quote_literal(a.agginitval),
                  'MSFUNC = ' || nullif(a.aggmtransfn, 0)::regproc,
                  'MINVFUNC = ' || nullif(a.aggminvtransfn, 0)::regproc,
                  'MSTYPE = ' || format_type(nullif(a.aggmtranstype, 0), NULL),
                  'MSSPACE = ' || nullif(a.aggmtransspace, 0),
                  'MFINALFUNC = ' || nullif(a.aggmfinalfn, 0)::regproc,
                  CASE WHEN a.aggmfinalextra THEN 'MFINALFUNC_EXTRA' END,
                  'MFINALFUNC_MODIFY = ' || CASE nullif(a.aggmfinalmodify, usual.modify)
                      WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' WHEN 'w' THEN 'READ_WRITE' END,
                  'MINITCOND = ' || quote_literal(a.aggminitval),
                  'SORTOP = OPERATOR(' || (
                      SELECT quote_ident(n.nspname) || '.' || o.oprname
                      FROM pg_operator o
                      JOIN pg_namespace n ON n.oid = o.oprnamespace
                      WHERE o.oid = a.aggsortop) || ')',
                  'PARALLEL = ' || CASE p.proparallel WHEN 's' THEN 'SAFE' WHEN 'r' THEN 'RESTRICTED' END,
                  CASE WHEN a.aggkind = 'h' THEN 'HYPOTHETICAL' END)),
       NULL, NULL, NULL
FROM pg_aggregate a
JOIN pg_proc p ON p.oid = a.aggfnoid
JOIN user_schema s ON s.oid = p.pronamespace
CROSS JOIN LATERAL (
    SELECT CASE a.aggkind WHEN 'n' THEN 'r' ELSE 'w' END::"char" AS modify) usual
WHERE NOT EXISTS (
    SELECT FROM extension_object e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid)
