-- The schema of `memory-store`, on SQLite.

CREATE TABLE agent_tools (
    agent_id TEXT CONSTRAINT agent_tools_agent_id_fkey REFERENCES agents(id) ON DELETE CASCADE NOT NULL,
    tool_id TEXT CONSTRAINT agent_tools_tool_id_fkey REFERENCES tools(id) ON DELETE CASCADE NOT NULL,
    CONSTRAINT agent_tools_pkey PRIMARY KEY (agent_id, tool_id)
);

CREATE INDEX agent_tools_tool_id_idx ON agent_tools(tool_id);

CREATE TABLE agents (
    id TEXT CONSTRAINT agents_pkey PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    system_prompt TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMPTZ DEFAULT CURRENT_TIMESTAMP NOT NULL,
    provider_id TEXT CONSTRAINT agents_provider_id_fkey REFERENCES providers(id) ON DELETE SET NULL,
    metadata TEXT CONSTRAINT agents_metadata_check CHECK (json_valid(metadata)) DEFAULT '{}' NOT NULL
);

CREATE INDEX agents_lower_name_idx ON agents(lower(name));

CREATE TABLE archive_shares (
    archive_id TEXT CONSTRAINT archive_shares_archive_id_fkey REFERENCES archives(id) ON DELETE CASCADE NOT NULL,
    identity_id TEXT CONSTRAINT archive_shares_identity_id_fkey REFERENCES identities(id) ON DELETE CASCADE NOT NULL,
    permission TEXT CONSTRAINT archive_shares_permission_check CHECK (permission IN ('read', 'write')) DEFAULT 'read' NOT NULL,
    created_at TIMESTAMPTZ DEFAULT CURRENT_TIMESTAMP NOT NULL,
    CONSTRAINT archive_shares_pkey PRIMARY KEY (archive_id, identity_id)
);

CREATE INDEX archive_shares_identity_id_idx ON archive_shares(identity_id);

CREATE TABLE archives (
    id TEXT CONSTRAINT archives_pkey PRIMARY KEY NOT NULL,
    agent_id TEXT CONSTRAINT archives_agent_id_fkey REFERENCES agents(id) ON DELETE SET NULL,
    name TEXT NOT NULL,
    description TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMPTZ DEFAULT CURRENT_TIMESTAMP NOT NULL
);

CREATE INDEX archives_agent_id_idx ON archives(agent_id);

CREATE TABLE block_history (
    block_id TEXT CONSTRAINT block_history_block_id_fkey REFERENCES blocks(id) ON DELETE CASCADE NOT NULL,
    version INTEGER NOT NULL,
    value TEXT NOT NULL,
    change TEXT NOT NULL,
    recorded_at TIMESTAMPTZ DEFAULT CURRENT_TIMESTAMP NOT NULL,
    CONSTRAINT block_history_pkey PRIMARY KEY (block_id, version)
);

CREATE TABLE block_shares (
    block_id TEXT CONSTRAINT block_shares_block_id_fkey REFERENCES blocks(id) ON DELETE CASCADE NOT NULL,
    identity_id TEXT CONSTRAINT block_shares_identity_id_fkey REFERENCES identities(id) ON DELETE CASCADE NOT NULL,
    permission TEXT CONSTRAINT block_shares_permission_check CHECK (permission IN ('read', 'write')) DEFAULT 'read' NOT NULL,
    created_at TIMESTAMPTZ DEFAULT CURRENT_TIMESTAMP NOT NULL,
    CONSTRAINT block_shares_pkey PRIMARY KEY (block_id, identity_id)
);

CREATE INDEX block_shares_identity_id_idx ON block_shares(identity_id);

CREATE TABLE blocks (
    id TEXT CONSTRAINT memories_pkey PRIMARY KEY NOT NULL,
    agent_id TEXT CONSTRAINT memories_agent_id_fkey REFERENCES agents(id) ON DELETE CASCADE NOT NULL,
    label TEXT NOT NULL,
    value TEXT DEFAULT '' NOT NULL,
    char_limit INTEGER CONSTRAINT memories_char_limit_check CHECK (char_limit > 0) DEFAULT 2000 NOT NULL,
    created_at TIMESTAMPTZ DEFAULT CURRENT_TIMESTAMP NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    pinned BOOLEAN DEFAULT FALSE NOT NULL
);

CREATE INDEX blocks_agent_id_idx ON blocks(agent_id);

CREATE TABLE counters (
    name TEXT CONSTRAINT counters_pkey PRIMARY KEY NOT NULL,
    value INTEGER NOT NULL
);

CREATE TABLE identities (
    id TEXT CONSTRAINT identities_pkey PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    kind TEXT CONSTRAINT identities_kind_check CHECK (kind IN ('person', 'organisation', 'service')) DEFAULT 'person' NOT NULL,
    created_at TIMESTAMPTZ DEFAULT CURRENT_TIMESTAMP NOT NULL
);

CREATE TABLE messages (
    id TEXT CONSTRAINT messages_pkey PRIMARY KEY NOT NULL,
    agent_id TEXT CONSTRAINT messages_agent_id_fkey REFERENCES agents(id) ON DELETE CASCADE NOT NULL,
    role TEXT CONSTRAINT messages_role_check CHECK (role IN ('system', 'user', 'assistant', 'tool')) NOT NULL,
    content TEXT NOT NULL,
    created_at TIMESTAMPTZ DEFAULT CURRENT_TIMESTAMP NOT NULL,
    run_id TEXT CONSTRAINT messages_run_id_fkey REFERENCES runs(id) ON DELETE SET NULL,
    sequence_id INTEGER
);

CREATE INDEX messages_agent_id_idx ON messages(agent_id, created_at);

CREATE INDEX messages_agent_id_sequence_id_idx ON messages(agent_id, sequence_id);

CREATE INDEX messages_run_id_idx ON messages(run_id);

CREATE TABLE passage_embeddings (
    passage_id TEXT CONSTRAINT passage_embeddings_passage_id_fkey REFERENCES passages(id) ON DELETE CASCADE CONSTRAINT passage_embeddings_pkey PRIMARY KEY NOT NULL,
    model TEXT,
    embedding BLOB
);

CREATE INDEX passage_embeddings_waiting_idx ON passage_embeddings(model) WHERE embedding IS NULL;

CREATE TABLE passage_tag_duplicates (
    id TEXT CONSTRAINT passage_tag_duplicates_pkey PRIMARY KEY NOT NULL,
    passage_id TEXT CONSTRAINT passage_tag_duplicates_passage_id_fkey REFERENCES passages(id) ON DELETE CASCADE NOT NULL,
    tag TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE passage_tags (
    id TEXT CONSTRAINT passage_tags_pkey PRIMARY KEY NOT NULL,
    passage_id TEXT CONSTRAINT passage_tags_passage_id_fkey REFERENCES passages(id) ON DELETE CASCADE NOT NULL,
    tag TEXT NOT NULL,
    created_at TIMESTAMPTZ DEFAULT CURRENT_TIMESTAMP NOT NULL
);

CREATE UNIQUE INDEX passage_tags_passage_id_tag_key ON passage_tags(passage_id, tag);

CREATE INDEX passage_tags_tag_idx ON passage_tags(tag);

CREATE TABLE passages (
    id TEXT CONSTRAINT passages_pkey PRIMARY KEY NOT NULL,
    agent_id TEXT CONSTRAINT passages_agent_id_fkey REFERENCES agents(id) ON DELETE CASCADE NOT NULL,
    content TEXT NOT NULL,
    created_at TIMESTAMPTZ DEFAULT CURRENT_TIMESTAMP NOT NULL,
    archive_id TEXT CONSTRAINT passages_archive_id_fkey REFERENCES archives(id) ON DELETE SET NULL,
    importance REAL CONSTRAINT passages_importance_check CHECK (importance BETWEEN 0 AND 1) DEFAULT 0.5 NOT NULL
);

CREATE INDEX passages_agent_id_idx ON passages(agent_id, created_at);

CREATE INDEX passages_archive_id_idx ON passages(archive_id, created_at);

CREATE TABLE providers (
    id TEXT CONSTRAINT providers_pkey PRIMARY KEY NOT NULL,
    name TEXT CONSTRAINT providers_name_key UNIQUE NOT NULL,
    base_url TEXT NOT NULL,
    is_enabled BOOLEAN DEFAULT TRUE NOT NULL,
    created_at TIMESTAMPTZ DEFAULT CURRENT_TIMESTAMP NOT NULL,
    api_key_ciphertext BLOB,
    api_key_key_id TEXT
);

CREATE TABLE runs (
    id TEXT CONSTRAINT runs_pkey PRIMARY KEY NOT NULL,
    agent_id TEXT CONSTRAINT runs_agent_id_fkey REFERENCES agents(id) ON DELETE CASCADE NOT NULL,
    started_at TIMESTAMPTZ DEFAULT CURRENT_TIMESTAMP NOT NULL,
    completed_at TIMESTAMPTZ,
    elapsed_ms INTEGER,
    status TEXT CONSTRAINT runs_status_check CHECK (status IN ('running', 'completed', 'failed', 'cancelled')) DEFAULT 'running' NOT NULL
);

CREATE INDEX runs_agent_id_idx ON runs(agent_id, started_at);

CREATE INDEX runs_running_idx ON runs(started_at) WHERE status = 'running';

CREATE TABLE steps (
    id TEXT CONSTRAINT steps_pkey PRIMARY KEY NOT NULL,
    run_id TEXT CONSTRAINT steps_run_id_fkey REFERENCES runs(id) ON DELETE CASCADE NOT NULL,
    ordinal INTEGER NOT NULL,
    tool_id TEXT CONSTRAINT steps_tool_id_fkey REFERENCES tools(id) ON DELETE SET NULL,
    prompt_tokens INTEGER DEFAULT 0 NOT NULL,
    completion_tokens INTEGER DEFAULT 0 NOT NULL,
    created_at TIMESTAMPTZ DEFAULT CURRENT_TIMESTAMP NOT NULL,
    total_tokens INTEGER GENERATED ALWAYS AS (prompt_tokens + completion_tokens) VIRTUAL,
    CONSTRAINT steps_run_id_ordinal_key UNIQUE (run_id, ordinal)
);

CREATE TABLE tools (
    id TEXT CONSTRAINT tools_pkey PRIMARY KEY NOT NULL,
    name TEXT CONSTRAINT tools_name_key UNIQUE NOT NULL,
    description TEXT DEFAULT '' NOT NULL,
    parameters TEXT CONSTRAINT tools_parameters_check CHECK (json_valid(parameters)) NOT NULL,
    created_at TIMESTAMPTZ DEFAULT CURRENT_TIMESTAMP NOT NULL
);

CREATE VIEW agent_overview AS
SELECT agents.id,
    agents.name,
    (SELECT count(*) FROM messages WHERE messages.agent_id = agents.id) AS message_count,
    (SELECT count(*) FROM blocks WHERE blocks.agent_id = agents.id) AS block_count,
    (SELECT count(*) FROM passages WHERE passages.agent_id = agents.id) AS passage_count,
    (SELECT count(*) FROM runs WHERE runs.agent_id = agents.id AND runs.status = 'running') AS running_count
FROM agents;

CREATE VIEW shared_memory AS
SELECT block_shares.identity_id,
    'block' AS kind,
    blocks.id AS memory_id,
    blocks.label AS title,
    block_shares.permission
FROM block_shares JOIN blocks ON blocks.id = block_shares.block_id
UNION ALL
SELECT archive_shares.identity_id,
    'archive' AS kind,
    archives.id AS memory_id,
    archives.name AS title,
    archive_shares.permission
FROM archive_shares JOIN archives ON archives.id = archive_shares.archive_id;

CREATE TRIGGER blocks_record_change AFTER UPDATE OF value ON blocks FOR EACH ROW WHEN OLD.value <> NEW.value
BEGIN
    INSERT INTO block_history(block_id, version, value, change) VALUES (OLD.id, OLD.version, OLD.value, CASE WHEN NEW.value = '' THEN 'cleared' WHEN length(NEW.value) > length(OLD.value) THEN 'extended' ELSE 'rewritten' END);
    UPDATE blocks SET version = OLD.version + 1 WHERE id = OLD.id;
END;

CREATE TRIGGER messages_number AFTER INSERT ON messages FOR EACH ROW WHEN NEW.sequence_id IS NULL
BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'messages.sequence_id';
    UPDATE messages SET sequence_id = (SELECT value FROM counters WHERE name = 'messages.sequence_id') WHERE id = NEW.id;
END;
