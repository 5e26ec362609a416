-- @revision   3afba9c8f303
-- @revises    043e6ec1955f
-- @message    add run to messages
-- @created    2025-05-20T15:44:29Z

-- @up
-- Runs are pruned after a month; what was said in them is kept.
ALTER TABLE messages
    ADD COLUMN run_id text CONSTRAINT messages_run_id_fkey REFERENCES runs (id) ON DELETE SET NULL;

CREATE INDEX messages_run_id_idx ON messages (run_id);

-- @down
DROP INDEX messages_run_id_idx;
ALTER TABLE messages DROP COLUMN run_id;
