-- What is rare, each with the statement that makes it as far as there is one. `superuser` marks what
-- only a superuser may make.
, rare AS (
    SELECT 'pg_operator'::regclass AS classid, o.oid, false AS superuser,
           format(E'CREATE OPERATOR %s.%s (\n    %s\n);', quote_ident(n.nspname), o.oprname,
               concat_ws(E',\n    ',
                   'FUNCTION = ' || nullif(o.oprcode, 0)::regproc,
                   'LEFTARG = ' || format_type(nullif(o.oprleft, 0), NULL),
                   'RIGHTARG = ' || format_type(nullif(o.oprright, 0), NULL),
                   'COMMUTATOR = OPERATOR(' || (
                       SELECT quote_ident(cn.nspname) || '.' || c.oprname FROM pg_operator c
                       JOIN pg_namespace cn ON cn.oid = c.oprnamespace WHERE c.oid = o.oprcom) || ')',
                   'NEGATOR = OPERATOR(' || (
                       SELECT quote_ident(cn.nspname) || '.' || c.oprname FROM pg_operator c
                       JOIN pg_namespace cn ON cn.oid = c.oprnamespace WHERE c.oid = o.oprnegate) || ')',
                   CASE WHEN o.oprcanmerge THEN 'MERGES' END,
                   CASE WHEN o.oprcanhash THEN 'HASHES' END,
                   'RESTRICT = ' || nullif(o.oprrest, 0)::regproc,
                   'JOIN = ' || nullif(o.oprjoin, 0)::regproc)) AS statement
    FROM pg_operator o
    JOIN pg_namespace n ON n.oid = o.oprnamespace
    -- The other half of a pair, before it is defined itself, has no function.
    WHERE o.oprcode <> 0
    UNION ALL
    SELECT 'pg_opfamily'::regclass, f.oid, true,
           concat_ws(E'\n',
               format('CREATE OPERATOR FAMILY %I.%I USING %I;', n.nspname, f.opfname, m.amname),
               format(E'ALTER OPERATOR FAMILY %I.%I USING %I ADD\n    ', n.nspname, f.opfname, m.amname)
                   || items.text || ';')
    FROM pg_opfamily f
    JOIN pg_namespace n ON n.oid = f.opfnamespace
    JOIN pg_am m ON m.oid = f.opfmethod
    LEFT JOIN operator_item items ON items.classid = 'pg_opfamily'::regclass AND items.oid = f.oid
    UNION ALL
    SELECT 'pg_opclass'::regclass, o.oid, true,
           format(E'CREATE OPERATOR CLASS %I.%I\n    %sFOR TYPE %s USING %I FAMILY %s AS\n    %s;',
               n.nspname, o.opcname, CASE WHEN o.opcdefault THEN 'DEFAULT ' END,
               format_type(o.opcintype, NULL), m.amname,
               (SELECT quote_ident(fn.nspname) || '.' || quote_ident(f.opfname) FROM pg_opfamily f
                JOIN pg_namespace fn ON fn.oid = f.opfnamespace WHERE f.oid = o.opcfamily),
               concat_ws(E',\n    ',
                   'STORAGE ' || format_type(coalesce(nullif(o.opckeytype, 0), o.opcintype), NULL),
                   items.text))
    FROM pg_opclass o
    JOIN pg_namespace n ON n.oid = o.opcnamespace
    JOIN pg_am m ON m.oid = o.opcmethod
    LEFT JOIN operator_item items ON items.classid = 'pg_opclass'::regclass AND items.oid = o.oid
    UNION ALL
    SELECT 'pg_conversion'::regclass, c.oid, false,
           format('CREATE %sCONVERSION %I.%I FOR %L TO %L FROM %s;',
               CASE WHEN c.condefault THEN 'DEFAULT ' END, n.nspname, c.conname,
               pg_encoding_to_char(c.conforencoding), pg_encoding_to_char(c.contoencoding), c.conproc)
    FROM pg_conversion c
    JOIN pg_namespace n ON n.oid = c.connamespace
    UNION ALL
    SELECT 'pg_ts_config'::regclass, c.oid, false,
           concat_ws(E'\n',
               format('CREATE TEXT SEARCH CONFIGURATION %I.%I (PARSER = %s);', n.nspname, c.cfgname,
                   (SELECT quote_ident(pn.nspname) || '.' || quote_ident(p.prsname) FROM pg_ts_parser p
                    JOIN pg_namespace pn ON pn.oid = p.prsnamespace WHERE p.oid = c.cfgparser)),
               (SELECT string_agg(
                           format('ALTER TEXT SEARCH CONFIGURATION %I.%I ADD MAPPING FOR %I WITH %s;',
                                  n.nspname, c.cfgname, token.alias, mapping.dictionaries),
                           E'\n' ORDER BY token.tokid)
                FROM ts_token_type(c.cfgparser) token
                JOIN LATERAL (
                    SELECT string_agg(m.mapdict::regdictionary::text, ', ' ORDER BY m.mapseqno) AS dictionaries
                    FROM pg_ts_config_map m
                    WHERE m.mapcfg = c.oid AND m.maptokentype = token.tokid) mapping
                    ON mapping.dictionaries IS NOT NULL))
    FROM pg_ts_config c
    JOIN pg_namespace n ON n.oid = c.cfgnamespace
    UNION ALL
    SELECT 'pg_ts_dict'::regclass, d.oid, false,
           format(E'CREATE TEXT SEARCH DICTIONARY %I.%I (\n    %s\n);', n.nspname, d.dictname,
               concat_ws(E',\n    ',
                   'TEMPLATE = ' || (
                       SELECT quote_ident(tn.nspname) || '.' || quote_ident(t.tmplname) FROM pg_ts_template t
                       JOIN pg_namespace tn ON tn.oid = t.tmplnamespace WHERE t.oid = d.dicttemplate),
                   d.dictinitoption))
    FROM pg_ts_dict d
    JOIN pg_namespace n ON n.oid = d.dictnamespace
    UNION ALL
    SELECT 'pg_ts_parser'::regclass, p.oid, true,
           format(E'CREATE TEXT SEARCH PARSER %I.%I (\n    %s\n);', n.nspname, p.prsname,
               concat_ws(E',\n    ', 'START = ' || p.prsstart, 'GETTOKEN = ' || p.prstoken,
                   'END = ' || p.prsend, 'HEADLINE = ' || nullif(p.prsheadline, 0)::regproc,
                   'LEXTYPES = ' || p.prslextype))
    FROM pg_ts_parser p
    JOIN pg_namespace n ON n.oid = p.prsnamespace
    UNION ALL
    SELECT 'pg_ts_template'::regclass, t.oid, true,
           format('CREATE TEXT SEARCH TEMPLATE %I.%I (%s);', n.nspname, t.tmplname,
               concat_ws(', ', 'INIT = ' || nullif(t.tmplinit, 0)::regproc, 'LEXIZE = ' || t.tmpllexize))
    FROM pg_ts_template t
    JOIN pg_namespace n ON n.oid = t.tmplnamespace
    UNION ALL
    SELECT 'pg_foreign_data_wrapper'::regclass, w.oid, true,
           concat_ws(' ', 'CREATE FOREIGN DATA WRAPPER', quote_ident(w.fdwname),
               'HANDLER ' || nullif(w.fdwhandler, 0)::regproc,
               'VALIDATOR ' || nullif(w.fdwvalidator, 0)::regproc,
               (SELECT 'OPTIONS (' || string_agg(
                           quote_ident(o.option_name) || ' ' || quote_literal(o.option_value), ', ') || ')'
                FROM pg_options_to_table(w.fdwoptions) o)) || ';'
    FROM pg_foreign_data_wrapper w
    UNION ALL
    SELECT 'pg_foreign_server'::regclass, s.oid, false,
           concat_ws(' ', 'CREATE SERVER', quote_ident(s.srvname), 'TYPE ' || quote_literal(s.srvtype),
               'VERSION ' || quote_literal(s.srvversion),
               'FOREIGN DATA WRAPPER ' || (
                   SELECT quote_ident(w.fdwname) FROM pg_foreign_data_wrapper w WHERE w.oid = s.srvfdw),
               (SELECT 'OPTIONS (' || string_agg(
                           quote_ident(o.option_name) || ' ' || quote_literal(o.option_value), ', ') || ')'
                FROM pg_options_to_table(s.srvoptions) o)) || ';'
    FROM pg_foreign_server s
    UNION ALL
    SELECT 'pg_language'::regclass, l.oid, true,
           concat_ws(' ', 'CREATE', CASE WHEN l.lanpltrusted THEN 'TRUSTED' END, 'LANGUAGE',
               quote_ident(l.lanname), 'HANDLER ' || nullif(l.lanplcallfoid, 0)::regproc,
               'INLINE ' || nullif(l.laninline, 0)::regproc,
               'VALIDATOR ' || nullif(l.lanvalidator, 0)::regproc) || ';'
    FROM pg_language l
    UNION ALL
    SELECT 'pg_publication'::regclass, p.oid, p.puballtables OR members.schemas IS NOT NULL,
           concat_ws(' ', 'CREATE PUBLICATION', quote_ident(p.pubname),
               CASE WHEN p.puballtables THEN 'FOR ALL TABLES' END,
               'FOR ' || nullif(concat_ws(', ', 'TABLE ' || members.tables,
                                          'TABLES IN SCHEMA ' || members.schemas), ''),
               'WITH (' || concat_ws(', ',
                   'publish = ' || quote_literal(concat_ws(', ',
                       CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
                       CASE WHEN p.pubdelete THEN 'delete' END,
                       CASE WHEN p.pubtruncate THEN 'truncate' END)),
                   CASE WHEN p.pubviaroot THEN 'publish_via_partition_root = true' END,
                   CASE WHEN to_jsonb(p) ->> 'pubgencols' = 's' THEN 'publish_generated_columns = stored' END)
                   || ')') || ';'
    FROM pg_publication p
    -- Before version 15 a publication has no conditions and no lists of columns, and no schemas.
    CROSS JOIN LATERAL (
        SELECT (
            SELECT string_agg(
                       concat('ONLY ', r.prrelid::regclass,
                           ' (' || (
                               SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
                               FROM pg_attribute a
                               WHERE a.attrelid = r.prrelid
                                 AND a.attnum = ANY (string_to_array(to_jsonb(r) ->> 'prattrs', ' ')::int[]))
                               || ')',
                           ' WHERE (' || pg_get_expr(condition.prqual, r.prrelid) || ')'),
                       ', ' ORDER BY r.prrelid::regclass::text)
            FROM pg_publication_rel r
            CROSS JOIN (SELECT NULL::pg_node_tree AS prqual) absent
            CROSS JOIN LATERAL (
                SELECT prqual FROM pg_publication_rel same WHERE same.oid = r.oid) condition
            WHERE r.prpubid = p.oid) AS tables, (
            SELECT string_agg(address.object_names[1], ', ' ORDER BY address.object_names[1])
            FROM pg_depend d
            CROSS JOIN LATERAL pg_identify_object_as_address(d.classid, d.objid, 0) address
            WHERE d.refclassid = 'pg_publication'::regclass AND d.refobjid = p.oid
              AND address.type = 'publication namespace') AS schemas) members
    UNION ALL
    SELECT 'pg_am'::regclass, m.oid, true,
           format('CREATE ACCESS METHOD %I TYPE %s HANDLER %s;', m.amname,
               CASE m.amtype WHEN 'i' THEN 'INDEX' ELSE 'TABLE' END, m.amhandler)
    FROM pg_am m
    UNION ALL
    SELECT 'pg_transform'::regclass, t.oid, true,
           format('CREATE TRANSFORM FOR %s LANGUAGE %I (%s);', format_type(t.trftype, NULL),
               (SELECT l.lanname FROM pg_language l WHERE l.oid = t.trflang),
               concat_ws(', ', 'FROM SQL WITH FUNCTION ' || nullif(t.trffromsql, 0)::regprocedure,
                         'TO SQL WITH FUNCTION ' || nullif(t.trftosql, 0)::regprocedure))
    FROM pg_transform t
    UNION ALL
    SELECT 'pg_type'::regclass, t.oid, true,
           CASE WHEN NOT t.typisdefined THEN format('CREATE TYPE %I.%I;', n.nspname, t.typname)
               ELSE format(E'CREATE TYPE %I.%I (\n    %s\n);', n.nspname, t.typname, concat_ws(E',\n    ',
                   'INTERNALLENGTH = ' || CASE WHEN t.typlen < 0 THEN 'variable' ELSE t.typlen::text END,
                   'INPUT = ' || t.typinput, 'OUTPUT = ' || t.typoutput,
                   'RECEIVE = ' || nullif(t.typreceive, 0)::regproc, 'SEND = ' || nullif(t.typsend, 0)::regproc,
                   'TYPMOD_IN = ' || nullif(t.typmodin, 0)::regproc, 'TYPMOD_OUT = ' || nullif(t.typmodout, 0)::regproc,
                   'ANALYZE = ' || nullif(t.typanalyze, 0)::regproc,
                   'SUBSCRIPT = ' || nullif(to_jsonb(t) ->> 'typsubscript', '-'),
                   CASE WHEN t.typcollation <> 0 THEN 'COLLATABLE = true' END,
                   'DEFAULT = ' || quote_literal(t.typdefault),
                   'ELEMENT = ' || format_type(nullif(t.typelem, 0), NULL),
                   'CATEGORY = ' || quote_literal(t.typcategory::text),
                   CASE WHEN t.typispreferred THEN 'PREFERRED = true' END,
                   'DELIMITER = ' || quote_literal(t.typdelim::text),
                   'ALIGNMENT = ' || CASE t.typalign WHEN 'c' THEN 'char' WHEN 's' THEN 'int2'
                                                     WHEN 'i' THEN 'int4' ELSE 'double' END,
                   'STORAGE = ' || CASE t.typstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external'
                                                     WHEN 'x' THEN 'extended' ELSE 'main' END,
                   CASE WHEN t.typbyval THEN 'PASSEDBYVALUE' END)) END
    FROM pg_type t
    JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typtype IN ('b', 'p') AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
),
user_rare AS (
    SELECT rare.*, i.type || ' ' || i.identity AS name
    FROM rare
    CROSS JOIN LATERAL pg_identify_object(rare.classid, rare.oid, 0) i
    WHERE rare.oid >= 16384
      AND (i.schema IS NULL
        OR i.schema IN (SELECT unnest(ARRAY[name, quote_ident(name)]) FROM user_schema))
      AND NOT EXISTS (
          SELECT FROM extension_object e WHERE e.classid = rare.classid AND e.objid = rare.oid)
)
