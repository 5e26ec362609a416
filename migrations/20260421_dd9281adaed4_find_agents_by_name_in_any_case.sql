-- @revision   dd9281adaed4
-- @revises    e962d68dc2b7
-- @message    find agents by name in any case
-- @created    2026-04-21T09:08:40Z

-- @up
CREATE INDEX agents_lower_name_idx ON agents (lower(name));

-- @down
DROP INDEX agents_lower_name_idx;
