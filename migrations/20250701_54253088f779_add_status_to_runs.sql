-- @revision   54253088f779
-- @revises    d15863877d0e
-- @message    add status to runs
-- @created    2025-07-01T09:03:36Z

-- @up sqlite
ALTER TABLE runs
    ADD COLUMN status text NOT NULL DEFAULT 'running'
    CONSTRAINT runs_status_check CHECK (status IN ('running', 'completed', 'failed'));

UPDATE runs SET status = 'completed' WHERE completed_at IS NOT NULL;

-- @down sqlite
ALTER TABLE runs DROP COLUMN status;

-- @up postgres
CREATE TYPE run_status AS ENUM ('running', 'completed', 'failed');

ALTER TABLE runs ADD COLUMN status run_status NOT NULL DEFAULT 'running';

UPDATE runs SET status = 'completed' WHERE completed_at IS NOT NULL;

-- @down postgres
ALTER TABLE runs DROP COLUMN status;
DROP TYPE run_status;
