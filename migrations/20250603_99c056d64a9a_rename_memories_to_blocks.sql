-- @revision   99c056d64a9a
-- @revises    3afba9c8f303
-- @message    rename memories to blocks
-- @created    2025-06-03T10:10:09Z
-- @compat breaking: a binary from before this revision asks for the table memories

-- @up sqlite
-- SQLite renames neither constraints nor indexes: the constraints keep their old names, the index is made anew.
ALTER TABLE memories RENAME TO blocks;
DROP INDEX memories_agent_id_idx;
CREATE INDEX blocks_agent_id_idx ON blocks (agent_id);

-- @down sqlite
ALTER TABLE blocks RENAME TO memories;
DROP INDEX blocks_agent_id_idx;
CREATE INDEX memories_agent_id_idx ON memories (agent_id);

-- @up postgres
-- @lock-timeout 5s
ALTER TABLE memories RENAME TO blocks;
ALTER TABLE blocks RENAME CONSTRAINT memories_pkey TO blocks_pkey;
ALTER TABLE blocks RENAME CONSTRAINT memories_agent_id_fkey TO blocks_agent_id_fkey;
ALTER TABLE blocks RENAME CONSTRAINT memories_char_limit_check TO blocks_char_limit_check;
ALTER INDEX memories_agent_id_idx RENAME TO blocks_agent_id_idx;

-- @down postgres
-- @lock-timeout 5s
ALTER INDEX blocks_agent_id_idx RENAME TO memories_agent_id_idx;
ALTER TABLE blocks RENAME CONSTRAINT blocks_char_limit_check TO memories_char_limit_check;
ALTER TABLE blocks RENAME CONSTRAINT blocks_agent_id_fkey TO memories_agent_id_fkey;
ALTER TABLE blocks RENAME CONSTRAINT blocks_pkey TO memories_pkey;
ALTER TABLE blocks RENAME TO memories;
