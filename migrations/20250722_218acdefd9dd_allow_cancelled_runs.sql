-- @revision   218acdefd9dd
-- @revises    54253088f779
-- @message    allow cancelled runs
-- @created    2025-07-22T17:21:02Z

-- @up sqlite
-- The check belongs to the column and cannot be altered, so a new column takes over the values and then the name.
ALTER TABLE runs
    ADD COLUMN next_status text NOT NULL DEFAULT 'running'
    CONSTRAINT runs_status_check CHECK (next_status IN ('running', 'completed', 'failed', 'cancelled'));
UPDATE runs SET next_status = status;
ALTER TABLE runs DROP COLUMN status;
ALTER TABLE runs RENAME COLUMN next_status TO status;

-- @down sqlite
ALTER TABLE runs
    ADD COLUMN next_status text NOT NULL DEFAULT 'running'
    CONSTRAINT runs_status_check CHECK (next_status IN ('running', 'completed', 'failed'));
UPDATE runs SET next_status = CASE status WHEN 'cancelled' THEN 'failed' ELSE status END;
ALTER TABLE runs DROP COLUMN status;
ALTER TABLE runs RENAME COLUMN next_status TO status;

-- @up postgres
-- Alone in its revision: a new value can only be used once it is committed.
ALTER TYPE run_status ADD VALUE 'cancelled';

-- @down postgres
-- A value cannot be taken out of an enum, so the type is made again without it.
UPDATE runs SET status = 'failed' WHERE status = 'cancelled';

ALTER TYPE run_status RENAME TO run_status_with_cancelled;
CREATE TYPE run_status AS ENUM ('running', 'completed', 'failed');

ALTER TABLE runs
    ALTER COLUMN status DROP DEFAULT,
    ALTER COLUMN status TYPE run_status USING status::text::run_status,
    ALTER COLUMN status SET DEFAULT 'running';

DROP TYPE run_status_with_cancelled;
