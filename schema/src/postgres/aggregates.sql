-- Aggregate functions, of which the server cannot write the definition itself.
SELECT 'aggregate',
       s.prefix || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')',
       NULL,
       concat_ws(' ',
           CASE a.aggkind WHEN 'o' THEN 'ordered set' WHEN 'h' THEN 'hypothetical set' END,
           'sfunc', a.aggtransfn, 'stype', format_type(a.aggtranstype, NULL),
           'sspace ' || nullif(a.aggtransspace, 0),
           'finalfunc ' || nullif(a.aggfinalfn, 0)::regproc,
           CASE WHEN a.aggfinalextra THEN 'finalfunc_extra' END,
           'finalfunc_modify', a.aggfinalmodify,
           'combinefunc ' || nullif(a.aggcombinefn, 0)::regproc,
           'serialfunc ' || nullif(a.aggserialfn, 0)::regproc,
           'deserialfunc ' || nullif(a.aggdeserialfn, 0)::regproc,
           'initcond ' || quote_literal(a.agginitval),
           'msfunc ' || nullif(a.aggmtransfn, 0)::regproc,
           'minvfunc ' || nullif(a.aggminvtransfn, 0)::regproc,
           'mstype ' || format_type(nullif(a.aggmtranstype, 0), NULL),
           'msspace ' || nullif(a.aggmtransspace, 0),
           'mfinalfunc ' || nullif(a.aggmfinalfn, 0)::regproc,
           CASE WHEN a.aggmfinalextra THEN 'mfinalfunc_extra' END,
           'mfinalfunc_modify', a.aggmfinalmodify,
           'minitcond ' || quote_literal(a.aggminitval),
           'sortop ' || nullif(a.aggsortop, 0)::regoperator,
           'parallel', p.proparallel)
FROM pg_aggregate a
JOIN pg_proc p ON p.oid = a.aggfnoid
JOIN user_schema s ON s.oid = p.pronamespace
WHERE NOT EXISTS (
    SELECT FROM extension_object e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid)
