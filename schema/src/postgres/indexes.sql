-- Indexes that no constraint made. One that is not valid says so: a failed CREATE INDEX
-- CONCURRENTLY leaves it behind.
SELECT 'index', quote_ident(c.relname), r.name,
       concat_ws(' ', pg_get_indexdef(i.indexrelid), nullif(x.text, ''))
FROM pg_index i
JOIN relation r ON r.oid = i.indrelid
JOIN pg_class c ON c.oid = i.indexrelid
JOIN index_extra x ON x.oid = i.indexrelid
WHERE r.relkind IN ('r', 'p', 'm')
  AND NOT EXISTS (
      SELECT FROM pg_constraint k
      WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
