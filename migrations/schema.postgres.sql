-- The schema of `memory-store`, on PostgreSQL.

SET check_function_bodies = off;

CREATE SEQUENCE public.messages_sequence_id_seq;

CREATE TYPE public.message_role AS ENUM (
    'system',
    'user',
    'assistant',
    'tool'
);

CREATE TYPE public.run_status AS ENUM (
    'running',
    'completed',
    'failed',
    'cancelled'
);

CREATE FUNCTION public.record_block_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    INSERT INTO block_history (block_id, version, value, change)
    VALUES (
        OLD.id,
        OLD.version,
        OLD.value,
        CASE
            WHEN NEW.value = '' THEN 'cleared'
            WHEN length(NEW.value) > length(OLD.value) THEN 'extended'
            ELSE 'rewritten'
        END
    );
    NEW.version := OLD.version + 1;
    RETURN NEW;
END;
$function$;

CREATE TABLE public.agent_tools (
    agent_id text NOT NULL,
    tool_id text NOT NULL,
    CONSTRAINT agent_tools_pkey PRIMARY KEY (agent_id, tool_id)
);

CREATE TABLE public.agents (
    id text NOT NULL,
    name text NOT NULL,
    system_prompt text NOT NULL DEFAULT ''::text,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    provider_id text,
    metadata jsonb NOT NULL DEFAULT '{}'::jsonb,
    CONSTRAINT agents_pkey PRIMARY KEY (id)
);

CREATE TABLE public.archive_shares (
    archive_id text NOT NULL,
    identity_id text NOT NULL,
    permission text NOT NULL DEFAULT 'read'::text,
    created_at timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT archive_shares_pkey PRIMARY KEY (archive_id, identity_id),
    CONSTRAINT archive_shares_permission_check CHECK ((permission = ANY (ARRAY['read'::text, 'write'::text])))
);

CREATE TABLE public.archives (
    id text NOT NULL,
    agent_id text,
    name text NOT NULL,
    description text NOT NULL DEFAULT ''::text,
    created_at timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT archives_pkey PRIMARY KEY (id)
);

CREATE TABLE public.block_history (
    block_id text NOT NULL,
    version integer NOT NULL,
    value text NOT NULL,
    change text NOT NULL,
    recorded_at timestamp with time zone NOT NULL DEFAULT now(),
    CONSTRAINT block_history_pkey PRIMARY KEY (block_id, version)
);

CREATE TABLE public.block_shares (
    block_id text NOT NULL,
    identity_id text NOT NULL,
    permission text NOT NULL DEFAULT 'read'::text,
    created_at timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT block_shares_pkey PRIMARY KEY (block_id, identity_id),
    CONSTRAINT block_shares_permission_check CHECK ((permission = ANY (ARRAY['read'::text, 'write'::text])))
);

CREATE TABLE public.blocks (
    id text NOT NULL,
    agent_id text NOT NULL,
    label text NOT NULL,
    value text NOT NULL DEFAULT ''::text,
    char_limit integer NOT NULL DEFAULT 2000,
    created_at timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    version integer NOT NULL DEFAULT 1,
    pinned boolean NOT NULL DEFAULT false,
    CONSTRAINT blocks_pkey PRIMARY KEY (id),
    CONSTRAINT blocks_char_limit_check CHECK ((char_limit > 0))
);

CREATE TABLE public.identities (
    id text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL DEFAULT 'person'::text,
    created_at timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT identities_pkey PRIMARY KEY (id),
    CONSTRAINT identities_kind_check CHECK ((kind = ANY (ARRAY['person'::text, 'organisation'::text, 'service'::text])))
);

CREATE TABLE public.messages (
    id text NOT NULL,
    agent_id text NOT NULL,
    role public.message_role NOT NULL,
    content text NOT NULL,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    run_id text,
    sequence_id bigint NOT NULL DEFAULT nextval('public.messages_sequence_id_seq'::regclass),
    CONSTRAINT messages_pkey PRIMARY KEY (id)
);

CREATE TABLE public.passage_embeddings (
    passage_id text NOT NULL,
    model text,
    embedding bytea,
    CONSTRAINT passage_embeddings_pkey PRIMARY KEY (passage_id)
);

CREATE TABLE public.passage_tag_duplicates (
    id text NOT NULL,
    passage_id text NOT NULL,
    tag text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT passage_tag_duplicates_pkey PRIMARY KEY (id)
);

CREATE TABLE public.passage_tags (
    id text NOT NULL,
    passage_id text NOT NULL,
    tag text NOT NULL,
    created_at timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT passage_tags_pkey PRIMARY KEY (id)
);

CREATE TABLE public.passages (
    id text NOT NULL,
    agent_id text NOT NULL,
    content text NOT NULL,
    created_at timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    archive_id text,
    importance double precision NOT NULL DEFAULT 0.5,
    CONSTRAINT passages_pkey PRIMARY KEY (id),
    CONSTRAINT passages_importance_check CHECK (((importance >= (0)::double precision) AND (importance <= (1)::double precision)))
);

CREATE TABLE public.providers (
    id text NOT NULL,
    name text NOT NULL,
    base_url text NOT NULL,
    is_enabled boolean NOT NULL DEFAULT true,
    created_at timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    api_key_ciphertext bytea,
    api_key_key_id text,
    CONSTRAINT providers_pkey PRIMARY KEY (id),
    CONSTRAINT providers_name_key UNIQUE (name)
);

CREATE TABLE public.runs (
    id text NOT NULL,
    agent_id text NOT NULL,
    started_at timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    completed_at timestamp with time zone,
    elapsed_ms bigint,
    status public.run_status NOT NULL DEFAULT 'running'::public.run_status,
    CONSTRAINT runs_pkey PRIMARY KEY (id)
);

CREATE TABLE public.steps (
    id text NOT NULL,
    run_id text NOT NULL,
    ordinal integer NOT NULL,
    tool_id text,
    prompt_tokens integer NOT NULL DEFAULT 0,
    completion_tokens integer NOT NULL DEFAULT 0,
    created_at timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    total_tokens integer GENERATED ALWAYS AS ((prompt_tokens + completion_tokens)) STORED,
    CONSTRAINT steps_pkey PRIMARY KEY (id),
    CONSTRAINT steps_run_id_ordinal_key UNIQUE (run_id, ordinal)
);

CREATE TABLE public.tools (
    id text NOT NULL,
    name text NOT NULL,
    description text NOT NULL DEFAULT ''::text,
    parameters jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    CONSTRAINT tools_pkey PRIMARY KEY (id),
    CONSTRAINT tools_name_key UNIQUE (name)
);

ALTER SEQUENCE public.messages_sequence_id_seq OWNED BY public.messages.sequence_id;

CREATE INDEX agent_tools_tool_id_idx ON public.agent_tools USING btree (tool_id);

CREATE INDEX agents_lower_name_idx ON public.agents USING btree (lower(name));

CREATE INDEX archive_shares_identity_id_idx ON public.archive_shares USING btree (identity_id);

CREATE INDEX archives_agent_id_idx ON public.archives USING btree (agent_id);

CREATE INDEX block_shares_identity_id_idx ON public.block_shares USING btree (identity_id);

CREATE INDEX blocks_agent_id_idx ON public.blocks USING btree (agent_id);

CREATE INDEX messages_agent_id_idx ON public.messages USING btree (agent_id, created_at);

CREATE INDEX messages_agent_id_sequence_id_idx ON public.messages USING btree (agent_id, sequence_id);

CREATE INDEX messages_run_id_idx ON public.messages USING btree (run_id);

CREATE INDEX passage_embeddings_waiting_idx ON public.passage_embeddings USING btree (model) WHERE (embedding IS NULL);

CREATE UNIQUE INDEX passage_tags_passage_id_tag_key ON public.passage_tags USING btree (passage_id, tag);

CREATE INDEX passage_tags_tag_idx ON public.passage_tags USING btree (tag);

CREATE INDEX passages_agent_id_idx ON public.passages USING btree (agent_id, created_at);

CREATE INDEX passages_archive_id_idx ON public.passages USING btree (archive_id, created_at);

CREATE INDEX passages_content_words_idx ON public.passages USING gin (to_tsvector('english'::regconfig, content));

CREATE INDEX runs_agent_id_idx ON public.runs USING btree (agent_id, started_at);

CREATE INDEX runs_running_idx ON public.runs USING btree (started_at) WHERE (status = 'running'::public.run_status);

ALTER TABLE ONLY public.agent_tools
    ADD CONSTRAINT agent_tools_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES public.agents(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.agent_tools
    ADD CONSTRAINT agent_tools_tool_id_fkey FOREIGN KEY (tool_id) REFERENCES public.tools(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.agents
    ADD CONSTRAINT agents_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES public.providers(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.archive_shares
    ADD CONSTRAINT archive_shares_archive_id_fkey FOREIGN KEY (archive_id) REFERENCES public.archives(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.archive_shares
    ADD CONSTRAINT archive_shares_identity_id_fkey FOREIGN KEY (identity_id) REFERENCES public.identities(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.archives
    ADD CONSTRAINT archives_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES public.agents(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.block_history
    ADD CONSTRAINT block_history_block_id_fkey FOREIGN KEY (block_id) REFERENCES public.blocks(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.block_shares
    ADD CONSTRAINT block_shares_block_id_fkey FOREIGN KEY (block_id) REFERENCES public.blocks(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.block_shares
    ADD CONSTRAINT block_shares_identity_id_fkey FOREIGN KEY (identity_id) REFERENCES public.identities(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.blocks
    ADD CONSTRAINT blocks_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES public.agents(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES public.agents(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.passage_embeddings
    ADD CONSTRAINT passage_embeddings_passage_id_fkey FOREIGN KEY (passage_id) REFERENCES public.passages(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.passage_tag_duplicates
    ADD CONSTRAINT passage_tag_duplicates_passage_id_fkey FOREIGN KEY (passage_id) REFERENCES public.passages(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.passage_tags
    ADD CONSTRAINT passage_tags_passage_id_fkey FOREIGN KEY (passage_id) REFERENCES public.passages(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.passages
    ADD CONSTRAINT passages_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES public.agents(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.passages
    ADD CONSTRAINT passages_archive_id_fkey FOREIGN KEY (archive_id) REFERENCES public.archives(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES public.agents(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.steps
    ADD CONSTRAINT steps_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.steps
    ADD CONSTRAINT steps_tool_id_fkey FOREIGN KEY (tool_id) REFERENCES public.tools(id) ON DELETE SET NULL;

CREATE VIEW public.agent_overview AS
 SELECT agents.id,
    agents.name,
    ( SELECT count(*) AS count
           FROM public.messages
          WHERE (messages.agent_id = agents.id)) AS message_count,
    ( SELECT count(*) AS count
           FROM public.blocks
          WHERE (blocks.agent_id = agents.id)) AS block_count,
    ( SELECT count(*) AS count
           FROM public.passages
          WHERE (passages.agent_id = agents.id)) AS passage_count,
    ( SELECT count(*) AS count
           FROM public.runs
          WHERE ((runs.agent_id = agents.id) AND (runs.status = 'running'::public.run_status))) AS running_count
   FROM public.agents;

CREATE VIEW public.shared_memory AS
 SELECT block_shares.identity_id,
    'block'::text AS kind,
    blocks.id AS memory_id,
    blocks.label AS title,
    block_shares.permission
   FROM (public.block_shares
     JOIN public.blocks ON ((blocks.id = block_shares.block_id)))
UNION ALL
 SELECT archive_shares.identity_id,
    'archive'::text AS kind,
    archives.id AS memory_id,
    archives.name AS title,
    archive_shares.permission
   FROM (public.archive_shares
     JOIN public.archives ON ((archives.id = archive_shares.archive_id)));

CREATE TRIGGER blocks_record_change BEFORE UPDATE OF value ON public.blocks FOR EACH ROW WHEN ((old.value <> new.value)) EXECUTE FUNCTION public.record_block_change();

COMMENT ON COLUMN public.messages.role IS 'who speaks; SQLite has a check in place of the type';

RESET check_function_bodies;
