-- @revision   c96e479d4be2
-- @revises    a03b5184f2f7
-- @message    add total tokens to steps
-- @created    2026-02-10T08:06:53Z

-- @up sqlite
-- SQLite can add a generated column only if it is virtual.
ALTER TABLE steps ADD COLUMN total_tokens integer GENERATED ALWAYS AS (prompt_tokens + completion_tokens) VIRTUAL;

-- @down sqlite
ALTER TABLE steps DROP COLUMN total_tokens;

-- @up postgres
-- PostgreSQL before 18 has only stored ones; adding it writes the table anew.
-- @allow LB0409: no step has two thousand million tokens
ALTER TABLE steps ADD COLUMN total_tokens integer GENERATED ALWAYS AS (prompt_tokens + completion_tokens) STORED;

-- @down postgres
ALTER TABLE steps DROP COLUMN total_tokens;
