-- @revision   c6618712dfb3
-- @revises    087c370e5461
-- @message    discard plaintext keys of providers
-- @created    2026-06-23T08:45:30Z
-- @irreversible: the plaintext is destroyed on purpose, and only the key service could give it back
-- @compat breaking: a binary from before this revision reads providers.api_key

-- @up
-- A provider whose key was never encrypted is switched off until someone enters the key again.
UPDATE providers SET is_enabled = FALSE WHERE api_key IS NOT NULL AND api_key_ciphertext IS NULL;

ALTER TABLE providers DROP COLUMN api_key;
