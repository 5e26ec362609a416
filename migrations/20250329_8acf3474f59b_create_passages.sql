-- @revision   8acf3474f59b
-- @revises    433f876ef030
-- @message    create passages
-- @created    2025-03-29T09:47:55Z

-- @up
-- Archival memory: what an agent has put away and searches when it needs it.
CREATE TABLE passages (
    id         text        NOT NULL CONSTRAINT passages_pkey PRIMARY KEY,
    agent_id   text        NOT NULL CONSTRAINT passages_agent_id_fkey REFERENCES agents (id) ON DELETE CASCADE,
    content    text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE INDEX passages_agent_id_idx ON passages (agent_id, created_at);

-- @down
DROP TABLE passages;
