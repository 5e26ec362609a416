-- @revision   2addc65d60c3
-- @revises    884123cd838c
-- @label      sharing
-- @message    create identities
-- @created    2025-09-16T13:29:58Z

-- @up
-- Who may look into an agent's memory besides the agent itself.
CREATE TABLE identities (
    id         text        NOT NULL CONSTRAINT identities_pkey PRIMARY KEY,
    name       text        NOT NULL,
    kind       text        NOT NULL DEFAULT 'person'
                           CONSTRAINT identities_kind_check CHECK (kind IN ('person', 'organisation', 'service')),
    created_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- @down
DROP TABLE identities;
