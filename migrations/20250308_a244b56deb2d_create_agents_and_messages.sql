-- @revision   a244b56deb2d
-- @revises    base
-- @message    create agents and messages
-- @created    2025-03-08T10:21:37Z

-- @up sqlite
-- Times are `timestamptz` in both dialects: SQLite takes the name and keeps the UTC text that CURRENT_TIMESTAMP writes.
CREATE TABLE agents (
    id            text        NOT NULL CONSTRAINT agents_pkey PRIMARY KEY,
    name          text        NOT NULL,
    system_prompt text        NOT NULL DEFAULT '',
    created_at    timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE messages (
    id         text        NOT NULL CONSTRAINT messages_pkey PRIMARY KEY,
    agent_id   text        NOT NULL CONSTRAINT messages_agent_id_fkey REFERENCES agents (id) ON DELETE CASCADE,
    role       text        NOT NULL CONSTRAINT messages_role_check CHECK (role IN ('system', 'user', 'assistant', 'tool')),
    content    text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE INDEX messages_agent_id_idx ON messages (agent_id, created_at);

-- @down sqlite
DROP TABLE messages;
DROP TABLE agents;

-- @up postgres
CREATE TYPE message_role AS ENUM ('system', 'user', 'assistant', 'tool');

CREATE TABLE agents (
    id            text        NOT NULL CONSTRAINT agents_pkey PRIMARY KEY,
    name          text        NOT NULL,
    system_prompt text        NOT NULL DEFAULT '',
    created_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE messages (
    id         text         NOT NULL CONSTRAINT messages_pkey PRIMARY KEY,
    agent_id   text         NOT NULL CONSTRAINT messages_agent_id_fkey REFERENCES agents (id) ON DELETE CASCADE,
    role       message_role NOT NULL,
    content    text         NOT NULL,
    created_at timestamptz  NOT NULL DEFAULT now()
);

CREATE INDEX messages_agent_id_idx ON messages (agent_id, created_at);

COMMENT ON COLUMN messages.role IS 'who speaks; SQLite has a check in place of the type';

-- @down postgres
DROP TABLE messages;
DROP TABLE agents;
DROP TYPE message_role;
