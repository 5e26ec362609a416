-- Triggers, rules and policies. Of a partition's copy of a trigger only its state is told, and only
-- if it is one of its own.
SELECT 'whole', 'pg_trigger'::regclass::oid || ':' || t.oid, NULL, NULL,
       CASE WHEN t.tgparentid = 0 THEN 14 ELSE 15 END,
       r.full_name || ' ' || quote_ident(t.tgname),
       concat_ws(E'\n',
           CASE WHEN t.tgparentid = 0 THEN pg_get_triggerdef(t.oid) || ';' END,
           (SELECT format('ALTER %sTABLE %s %s TRIGGER %I;',
                          CASE WHEN r.relkind = 'f' THEN 'FOREIGN ' END, r.full_name,
                          CASE t.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA'
                                           WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE' END,
                          t.tgname)
            WHERE t.tgenabled <> 'O' OR t.tgparentid <> 0)),
       NULL, NULL, NULL
FROM pg_trigger t
JOIN relation r ON r.oid = t.tgrelid
LEFT JOIN pg_trigger parent ON parent.oid = t.tgparentid
WHERE NOT t.tgisinternal AND t.tgparentid = 0
   OR t.tgenabled <> parent.tgenabled AND t.tgconstraint = 0
UNION ALL
SELECT 'whole', 'pg_rewrite'::regclass::oid || ':' || w.oid, NULL, NULL, 14,
       r.full_name || ' ' || quote_ident(w.rulename),
       concat_ws(E'\n', pg_get_ruledef(w.oid),
           (SELECT format('ALTER TABLE %s %s RULE %I;', r.full_name,
                          CASE w.ev_enabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA'
                                            ELSE 'ENABLE ALWAYS' END,
                          w.rulename)
            WHERE w.ev_enabled <> 'O')),
       NULL, NULL, NULL
FROM pg_rewrite w
JOIN relation r ON r.oid = w.ev_class
WHERE w.rulename <> '_RETURN'
UNION ALL
SELECT 'whole', 'pg_policy'::regclass::oid || ':' || p.oid, NULL, NULL, 16,
       r.full_name || ' ' || quote_ident(p.polname),
       format(E'CREATE POLICY %I ON %s%s;', p.polname, r.full_name, concat(
           CASE WHEN NOT p.polpermissive THEN E'\n    AS RESTRICTIVE' END,
           E'\n    FOR ' || CASE p.polcmd
               WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
               WHEN 'd' THEN 'DELETE' END,
           E'\n    TO ' || (
               SELECT string_agg(quote_ident(pg_get_userbyid(role)), ', ' ORDER BY pg_get_userbyid(role))
               FROM unnest(p.polroles) role WHERE role <> 0),
           E'\n    USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',
           E'\n    WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')),
       NULL, NULL, NULL
FROM pg_policy p
JOIN relation r ON r.oid = p.polrelid
UNION ALL
SELECT 'whole', 'pg_event_trigger'::regclass::oid || ':' || t.oid, NULL, NULL, 17, quote_ident(t.evtname),
       concat(format('CREATE EVENT TRIGGER %I ON %I', t.evtname, t.evtevent),
           E'\n    WHEN TAG IN (' || (
               SELECT string_agg(quote_literal(tag), ', ' ORDER BY place)
               FROM unnest(t.evttags) WITH ORDINALITY given (tag, place)) || ')',
           E'\n    EXECUTE FUNCTION ', t.evtfoid::regprocedure, ';',
           (SELECT format(E'\nALTER EVENT TRIGGER %I %s;', t.evtname,
                          CASE t.evtenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA'
                                            ELSE 'ENABLE ALWAYS' END)
            WHERE t.evtenabled <> 'O')),
       NULL, NULL, 'only a superuser can do this'
FROM pg_event_trigger t
WHERE NOT EXISTS (
    SELECT FROM extension_object e
    WHERE e.classid = 'pg_event_trigger'::regclass AND e.objid = t.oid)
