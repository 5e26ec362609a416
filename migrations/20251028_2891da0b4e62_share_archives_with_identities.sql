-- @revision   2891da0b4e62
-- @revises    7729d9f3b750
-- @depends-on 023603cdda85
-- @message    share archives with identities
-- @created    2025-10-28T15:12:06Z

-- @up
CREATE TABLE archive_shares (
    archive_id  text        NOT NULL CONSTRAINT archive_shares_archive_id_fkey REFERENCES archives (id) ON DELETE CASCADE,
    identity_id text        NOT NULL CONSTRAINT archive_shares_identity_id_fkey REFERENCES identities (id) ON DELETE CASCADE,
    permission  text        NOT NULL DEFAULT 'read'
                            CONSTRAINT archive_shares_permission_check CHECK (permission IN ('read', 'write')),
    created_at  timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT archive_shares_pkey PRIMARY KEY (archive_id, identity_id)
);

CREATE INDEX archive_shares_identity_id_idx ON archive_shares (identity_id);

-- @down
DROP TABLE archive_shares;
