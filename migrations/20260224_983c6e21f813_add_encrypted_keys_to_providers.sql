-- @revision   983c6e21f813
-- @revises    c96e479d4be2
-- @message    add encrypted keys to providers
-- @created    2026-02-24T11:19:35Z

-- @up sqlite
-- The key service encrypts; we keep what it answers and which of its keys it used. The application fills both for each
-- provider when it next starts, so nothing is moved here.
ALTER TABLE providers ADD COLUMN api_key_ciphertext blob;
ALTER TABLE providers ADD COLUMN api_key_key_id text;

-- @down sqlite
ALTER TABLE providers DROP COLUMN api_key_key_id;
ALTER TABLE providers DROP COLUMN api_key_ciphertext;

-- @up postgres
-- The key service encrypts; we keep what it answers and which of its keys it used. The application fills both for each
-- provider when it next starts, so nothing is moved here.
ALTER TABLE providers
    ADD COLUMN api_key_ciphertext bytea,
    ADD COLUMN api_key_key_id     text;

-- @down postgres
ALTER TABLE providers
    DROP COLUMN api_key_key_id,
    DROP COLUMN api_key_ciphertext;
