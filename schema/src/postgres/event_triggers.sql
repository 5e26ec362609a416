-- Triggers on schema changes.
SELECT 'event trigger', quote_ident(t.evtname), NULL,
       concat_ws(' ',
           'on', t.evtevent,
           'when tag in ' || array_to_string(t.evttags, ', '),
           'execute', t.evtfoid::regprocedure,
           CASE t.evtenabled
               WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'on replicas' WHEN 'A' THEN 'always' END)
FROM pg_event_trigger t
WHERE NOT EXISTS (
    SELECT FROM extension_object e
    WHERE e.classid = 'pg_event_trigger'::regclass AND e.objid = t.oid)
