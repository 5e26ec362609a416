-- @revision   d15863877d0e
-- @revises    99c056d64a9a
-- @message    add metadata to agents
-- @created    2025-06-17T12:26:47Z

-- @up sqlite
ALTER TABLE agents
    ADD COLUMN metadata text NOT NULL DEFAULT '{}' CONSTRAINT agents_metadata_check CHECK (json_valid(metadata));

-- @down sqlite
ALTER TABLE agents DROP COLUMN metadata;

-- @up postgres
ALTER TABLE agents ADD COLUMN metadata jsonb NOT NULL DEFAULT '{}';

-- @down postgres
ALTER TABLE agents DROP COLUMN metadata;
