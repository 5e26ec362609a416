-- @revision   4b6073dcec68
-- @revises    51b7a42f4b34
-- @message    index passages by archive
-- @created    2025-11-04T16:03:38Z

-- @up sqlite
CREATE INDEX passages_archive_id_idx ON passages (archive_id, created_at);

-- @down sqlite
DROP INDEX passages_archive_id_idx;

-- @up postgres no-transaction
CREATE INDEX CONCURRENTLY passages_archive_id_idx ON passages (archive_id, created_at);

-- @down postgres no-transaction
DROP INDEX CONCURRENTLY passages_archive_id_idx;
