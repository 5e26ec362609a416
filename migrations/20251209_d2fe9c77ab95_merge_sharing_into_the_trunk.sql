-- @revision   d2fe9c77ab95
-- @revises    c4702f14b419, 026dff0d0a85
-- @message    merge sharing into the trunk
-- @created    2025-12-09T10:40:00Z

-- @up

-- @down
