-- @revision   0743eab6e7b3
-- @revises    983c6e21f813
-- @message    make importance a fraction
-- @created    2026-03-17T15:35:08Z

-- @up sqlite
-- From 1 to 10 in whole steps to 0 to 1. SQLite alters no type: a new column takes over the values and then the name.
ALTER TABLE passages
    ADD COLUMN next_importance real NOT NULL DEFAULT 0.5
    CONSTRAINT passages_importance_check CHECK (next_importance BETWEEN 0 AND 1);
UPDATE passages SET next_importance = importance / 10.0;
ALTER TABLE passages DROP COLUMN importance;
ALTER TABLE passages RENAME COLUMN next_importance TO importance;

-- @down sqlite
ALTER TABLE passages
    ADD COLUMN next_importance integer NOT NULL DEFAULT 5
    CONSTRAINT passages_importance_check CHECK (next_importance BETWEEN 1 AND 10);
UPDATE passages SET next_importance = max(1, CAST(round(importance * 10) AS integer));
ALTER TABLE passages DROP COLUMN importance;
ALTER TABLE passages RENAME COLUMN next_importance TO importance;

-- @up postgres
-- @lock-timeout 5s
-- From 1 to 10 in whole steps to 0 to 1.
ALTER TABLE passages
    DROP CONSTRAINT passages_importance_check,
    ALTER COLUMN importance DROP DEFAULT,
    ALTER COLUMN importance TYPE double precision USING importance / 10.0,
    ALTER COLUMN importance SET DEFAULT 0.5,
    ADD CONSTRAINT passages_importance_check CHECK (importance BETWEEN 0 AND 1);

-- @down postgres
-- @lock-timeout 5s
ALTER TABLE passages
    DROP CONSTRAINT passages_importance_check,
    ALTER COLUMN importance DROP DEFAULT,
    ALTER COLUMN importance TYPE integer USING greatest(1, round(importance * 10)::integer),
    ALTER COLUMN importance SET DEFAULT 5,
    ADD CONSTRAINT passages_importance_check CHECK (importance BETWEEN 1 AND 10);
