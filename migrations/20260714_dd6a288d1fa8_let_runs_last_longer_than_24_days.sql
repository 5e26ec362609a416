-- @revision   dd6a288d1fa8
-- @revises    c6618712dfb3
-- @message    let runs last longer than 24 days
-- @created    2026-07-14T16:37:12Z
-- @skip sqlite: an integer has 64 bits there

-- @up postgres
-- @lock-timeout 5s
-- Research agents run for weeks, and 2^31 milliseconds are 24 days.
ALTER TABLE runs ALTER COLUMN elapsed_ms TYPE bigint;

-- @down postgres
-- @lock-timeout 5s
-- What does not fit is cut to the longest time that does. (Not by least(), which takes null for the limit.)
ALTER TABLE runs
    ALTER COLUMN elapsed_ms TYPE integer
    USING CASE WHEN elapsed_ms > 2147483647 THEN 2147483647 ELSE elapsed_ms END::integer;
