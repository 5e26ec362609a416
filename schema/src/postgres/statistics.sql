-- Extended statistics.
SELECT 'statistics', s.prefix || quote_ident(x.stxname), r.name,
       concat_ws(' ', pg_get_statisticsobjdef(x.oid),
           'target ' || CASE WHEN x.stxstattarget >= 0 THEN x.stxstattarget END)
FROM pg_statistic_ext x
JOIN user_schema s ON s.oid = x.stxnamespace
JOIN relation r ON r.oid = x.stxrelid
