-- What is rare enough to be known by its name alone: that it is there or not.
SELECT 'other', i.type || ' ' || i.identity, NULL, NULL
FROM (
    SELECT 'pg_operator'::regclass AS classid, oid FROM pg_operator
    UNION ALL SELECT 'pg_opclass'::regclass, oid FROM pg_opclass
    UNION ALL SELECT 'pg_opfamily'::regclass, oid FROM pg_opfamily
    UNION ALL SELECT 'pg_conversion'::regclass, oid FROM pg_conversion
    UNION ALL SELECT 'pg_ts_config'::regclass, oid FROM pg_ts_config
    UNION ALL SELECT 'pg_ts_dict'::regclass, oid FROM pg_ts_dict
    UNION ALL SELECT 'pg_ts_parser'::regclass, oid FROM pg_ts_parser
    UNION ALL SELECT 'pg_ts_template'::regclass, oid FROM pg_ts_template
    UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid FROM pg_foreign_data_wrapper
    UNION ALL SELECT 'pg_foreign_server'::regclass, oid FROM pg_foreign_server
    UNION ALL SELECT 'pg_language'::regclass, oid FROM pg_language
    UNION ALL SELECT 'pg_publication'::regclass, oid FROM pg_publication
    UNION ALL SELECT 'pg_am'::regclass, oid FROM pg_am
    UNION ALL SELECT 'pg_transform'::regclass, oid FROM pg_transform
    UNION ALL SELECT 'pg_type'::regclass, t.oid
    FROM pg_type t
    WHERE t.typtype IN ('b', 'p') AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
) object
CROSS JOIN LATERAL pg_identify_object(object.classid, object.oid, 0) i
WHERE object.oid >= 16384
  AND (i.schema IS NULL
    OR i.schema IN (SELECT unnest(ARRAY[name, quote_ident(name)]) FROM user_schema))
  AND NOT EXISTS (
      SELECT FROM extension_object e
      WHERE e.classid = object.classid AND e.objid = object.oid)
