-- @revision   433f876ef030
-- @revises    a244b56deb2d
-- @message    create memories
-- @created    2025-03-15T14:02:10Z

-- @up
-- What an agent always has before its eyes: labelled blocks of text in its context window.
CREATE TABLE memories (
    id         text        NOT NULL CONSTRAINT memories_pkey PRIMARY KEY,
    agent_id   text        NOT NULL CONSTRAINT memories_agent_id_fkey REFERENCES agents (id) ON DELETE CASCADE,
    label      text        NOT NULL,
    value      text        NOT NULL DEFAULT '',
    char_limit integer     NOT NULL DEFAULT 2000 CONSTRAINT memories_char_limit_check CHECK (char_limit > 0),
    created_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE INDEX memories_agent_id_idx ON memories (agent_id);

-- @down
DROP TABLE memories;
