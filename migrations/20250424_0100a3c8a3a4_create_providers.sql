-- @revision   0100a3c8a3a4
-- @revises    82dd6a14997e
-- @message    create providers
-- @created    2025-04-24T13:05:51Z

-- @up
-- Who runs the models, and the key that the provider gave us.
CREATE TABLE providers (
    id         text        NOT NULL CONSTRAINT providers_pkey PRIMARY KEY,
    name       text        NOT NULL CONSTRAINT providers_name_key UNIQUE,
    base_url   text        NOT NULL,
    api_key    text,
    is_enabled boolean     NOT NULL DEFAULT TRUE,
    created_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- An agent whose provider is removed stays, and cannot run until it is given another.
ALTER TABLE agents
    ADD COLUMN provider_id text CONSTRAINT agents_provider_id_fkey REFERENCES providers (id) ON DELETE SET NULL;

-- @down
ALTER TABLE agents DROP COLUMN provider_id;
DROP TABLE providers;
