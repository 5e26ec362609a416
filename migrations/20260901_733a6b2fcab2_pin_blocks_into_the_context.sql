-- @revision   733a6b2fcab2
-- @revises    dd6a288d1fa8
-- @message    pin blocks into the context
-- @created    2026-09-01T09:50:03Z

-- @up
-- A block that is not pinned may be left out when the context window is full.
ALTER TABLE blocks ADD COLUMN pinned boolean NOT NULL DEFAULT FALSE;

UPDATE blocks SET pinned = TRUE WHERE label IN ('persona', 'human');

-- @down
ALTER TABLE blocks DROP COLUMN pinned;
