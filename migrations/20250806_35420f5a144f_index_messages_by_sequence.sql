-- @revision   35420f5a144f
-- @revises    5145ff1f7c90
-- @message    index messages by sequence
-- @created    2025-08-06T10:55:33Z

-- @up sqlite
CREATE INDEX messages_agent_id_sequence_id_idx ON messages (agent_id, sequence_id);

-- @down sqlite
DROP INDEX messages_agent_id_sequence_id_idx;

-- @up postgres no-transaction
CREATE INDEX CONCURRENTLY messages_agent_id_sequence_id_idx ON messages (agent_id, sequence_id);

-- @down postgres no-transaction
DROP INDEX CONCURRENTLY messages_agent_id_sequence_id_idx;
