-- Triggers and rules of tables and views. Constraints have triggers of their own, which are not
-- listed. A partition has a copy of each trigger of its table, which only counts if somebody has
-- switched it on or off by itself.
SELECT 'trigger', quote_ident(t.tgname), r.name,
       concat_ws(chr(10),
           CASE WHEN t.tgparentid = 0 THEN pg_get_triggerdef(t.oid)
                ELSE 'a copy with a state of its own' END,
           CASE t.tgenabled
               WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'on replicas' WHEN 'A' THEN 'always' END)
FROM pg_trigger t
JOIN relation r ON r.oid = t.tgrelid
LEFT JOIN pg_trigger parent ON parent.oid = t.tgparentid
WHERE NOT t.tgisinternal AND t.tgparentid = 0
   OR t.tgenabled <> parent.tgenabled AND t.tgconstraint = 0
UNION ALL
SELECT 'rule', quote_ident(w.rulename), r.name,
       concat_ws(chr(10),
           pg_get_ruledef(w.oid),
           CASE w.ev_enabled
               WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'on replicas' WHEN 'A' THEN 'always' END)
FROM pg_rewrite w
JOIN relation r ON r.oid = w.ev_class
-- A view is a rule of this name.
WHERE w.rulename <> '_RETURN'
