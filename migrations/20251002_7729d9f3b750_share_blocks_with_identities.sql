-- @revision   7729d9f3b750
-- @revises    2addc65d60c3
-- @message    share blocks with identities
-- @created    2025-10-02T09:36:40Z

-- @up
CREATE TABLE block_shares (
    block_id    text        NOT NULL CONSTRAINT block_shares_block_id_fkey REFERENCES blocks (id) ON DELETE CASCADE,
    identity_id text        NOT NULL CONSTRAINT block_shares_identity_id_fkey REFERENCES identities (id) ON DELETE CASCADE,
    permission  text        NOT NULL DEFAULT 'read'
                            CONSTRAINT block_shares_permission_check CHECK (permission IN ('read', 'write')),
    created_at  timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT block_shares_pkey PRIMARY KEY (block_id, identity_id)
);

CREATE INDEX block_shares_identity_id_idx ON block_shares (identity_id);

-- @down
DROP TABLE block_shares;
