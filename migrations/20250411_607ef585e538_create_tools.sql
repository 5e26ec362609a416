-- @revision   607ef585e538
-- @revises    f67aeb437e77
-- @message    create tools
-- @created    2025-04-11T08:15:42Z

-- @up sqlite
CREATE TABLE tools (
    id          text        NOT NULL CONSTRAINT tools_pkey PRIMARY KEY,
    name        text        NOT NULL CONSTRAINT tools_name_key UNIQUE,
    description text        NOT NULL DEFAULT '',
    parameters  text        NOT NULL CONSTRAINT tools_parameters_check CHECK (json_valid(parameters)),
    created_at  timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE agent_tools (
    agent_id text NOT NULL CONSTRAINT agent_tools_agent_id_fkey REFERENCES agents (id) ON DELETE CASCADE,
    tool_id  text NOT NULL CONSTRAINT agent_tools_tool_id_fkey REFERENCES tools (id) ON DELETE CASCADE,
    CONSTRAINT agent_tools_pkey PRIMARY KEY (agent_id, tool_id)
);

CREATE INDEX agent_tools_tool_id_idx ON agent_tools (tool_id);

-- @down sqlite
DROP TABLE agent_tools;
DROP TABLE tools;

-- @up postgres
CREATE TABLE tools (
    id          text        NOT NULL CONSTRAINT tools_pkey PRIMARY KEY,
    name        text        NOT NULL CONSTRAINT tools_name_key UNIQUE,
    description text        NOT NULL DEFAULT '',
    parameters  jsonb       NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE agent_tools (
    agent_id text NOT NULL CONSTRAINT agent_tools_agent_id_fkey REFERENCES agents (id) ON DELETE CASCADE,
    tool_id  text NOT NULL CONSTRAINT agent_tools_tool_id_fkey REFERENCES tools (id) ON DELETE CASCADE,
    CONSTRAINT agent_tools_pkey PRIMARY KEY (agent_id, tool_id)
);

CREATE INDEX agent_tools_tool_id_idx ON agent_tools (tool_id);

-- @down postgres
DROP TABLE agent_tools;
DROP TABLE tools;
