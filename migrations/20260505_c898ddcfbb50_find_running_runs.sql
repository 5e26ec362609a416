-- @revision   c898ddcfbb50
-- @revises    dd9281adaed4
-- @message    find running runs
-- @created    2026-05-05T14:23:59Z

-- @up
-- A handful of the rows, looked up every second by the scheduler.
CREATE INDEX runs_running_idx ON runs (started_at) WHERE status = 'running';

-- @down
DROP INDEX runs_running_idx;
