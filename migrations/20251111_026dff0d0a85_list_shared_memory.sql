-- @revision   026dff0d0a85
-- @revises    2891da0b4e62
-- @message    list shared memory
-- @created    2025-11-11T10:01:52Z

-- @up
CREATE VIEW shared_memory AS
SELECT
    block_shares.identity_id,
    'block' AS kind,
    blocks.id AS memory_id,
    blocks.label AS title,
    block_shares.permission
FROM block_shares
JOIN blocks ON blocks.id = block_shares.block_id
UNION ALL
SELECT
    archive_shares.identity_id,
    'archive' AS kind,
    archives.id AS memory_id,
    archives.name AS title,
    archive_shares.permission
FROM archive_shares
JOIN archives ON archives.id = archive_shares.archive_id;

-- @down
DROP VIEW shared_memory;
