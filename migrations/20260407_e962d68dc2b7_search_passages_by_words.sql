-- @revision   e962d68dc2b7
-- @revises    0743eab6e7b3
-- @message    search passages by words
-- @created    2026-04-07T10:52:16Z
-- @skip sqlite: a store of that size is searched by LIKE

-- @up postgres no-transaction
CREATE INDEX CONCURRENTLY passages_content_words_idx ON passages USING gin (to_tsvector('english', content));

-- @down postgres no-transaction
DROP INDEX CONCURRENTLY passages_content_words_idx;
