-- @revision   51b7a42f4b34
-- @revises    4abcabff7cc0
-- @message    check passages against archives
-- @created    2025-10-21T07:31:05Z
-- @skip sqlite: a foreign key is checked there from its first row on

-- @up postgres
-- @statement-timeout 300s
ALTER TABLE passages VALIDATE CONSTRAINT passages_archive_id_fkey;

-- @down postgres
-- @lock-timeout 2s
ALTER TABLE passages DROP CONSTRAINT passages_archive_id_fkey;
ALTER TABLE passages
    ADD CONSTRAINT passages_archive_id_fkey FOREIGN KEY (archive_id) REFERENCES archives (id) ON DELETE SET NULL NOT VALID;
