-- @revision   023603cdda85
-- @revises    884123cd838c
-- @message    create archives
-- @created    2025-09-30T08:22:31Z

-- @up
-- A named set of passages. It outlives the agent that filled it.
CREATE TABLE archives (
    id          text        NOT NULL CONSTRAINT archives_pkey PRIMARY KEY,
    agent_id    text        CONSTRAINT archives_agent_id_fkey REFERENCES agents (id) ON DELETE SET NULL,
    name        text        NOT NULL,
    description text        NOT NULL DEFAULT '',
    created_at  timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE INDEX archives_agent_id_idx ON archives (agent_id);

-- @down
DROP TABLE archives;
