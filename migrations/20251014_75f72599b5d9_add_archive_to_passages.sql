-- @revision   75f72599b5d9
-- @revises    023603cdda85
-- @message    add archive to passages
-- @created    2025-10-14T14:50:17Z

-- @up sqlite
ALTER TABLE passages
    ADD COLUMN archive_id text CONSTRAINT passages_archive_id_fkey REFERENCES archives (id) ON DELETE SET NULL;

-- @down sqlite
ALTER TABLE passages DROP COLUMN archive_id;

-- @up postgres
-- @lock-timeout 2s
-- Not valid yet, so that both tables are locked for a moment and not for a scan.
ALTER TABLE passages ADD COLUMN archive_id text;
ALTER TABLE passages
    ADD CONSTRAINT passages_archive_id_fkey FOREIGN KEY (archive_id) REFERENCES archives (id) ON DELETE SET NULL NOT VALID;

-- @down postgres
-- @lock-timeout 2s
ALTER TABLE passages DROP CONSTRAINT passages_archive_id_fkey;
ALTER TABLE passages DROP COLUMN archive_id;
