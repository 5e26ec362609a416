-- @revision   043e6ec1955f
-- @revises    0100a3c8a3a4
-- @message    create runs and steps
-- @created    2025-05-06T07:58:13Z

-- @up
-- A run is one request to an agent; a step is one call of the model in it.
CREATE TABLE runs (
    id           text        NOT NULL CONSTRAINT runs_pkey PRIMARY KEY,
    agent_id     text        NOT NULL CONSTRAINT runs_agent_id_fkey REFERENCES agents (id) ON DELETE CASCADE,
    started_at   timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
    completed_at timestamptz,
    elapsed_ms   integer
);

CREATE INDEX runs_agent_id_idx ON runs (agent_id, started_at);

CREATE TABLE steps (
    id                text        NOT NULL CONSTRAINT steps_pkey PRIMARY KEY,
    run_id            text        NOT NULL CONSTRAINT steps_run_id_fkey REFERENCES runs (id) ON DELETE CASCADE,
    ordinal           integer     NOT NULL,
    -- Removing a tool must not remove the record of what it did.
    tool_id           text        CONSTRAINT steps_tool_id_fkey REFERENCES tools (id) ON DELETE SET NULL,
    prompt_tokens     integer     NOT NULL DEFAULT 0,
    completion_tokens integer     NOT NULL DEFAULT 0,
    created_at        timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT steps_run_id_ordinal_key UNIQUE (run_id, ordinal)
);

-- @down
DROP TABLE steps;
DROP TABLE runs;
