-- @revision   a03b5184f2f7
-- @revises    980608a9f73f
-- @message    add importance to passages
-- @created    2026-01-27T13:57:22Z

-- @up
-- 1 to 10, as the model says it when it is asked.
ALTER TABLE passages
    ADD COLUMN importance integer NOT NULL DEFAULT 5
    CONSTRAINT passages_importance_check CHECK (importance BETWEEN 1 AND 10);

-- Until now a tag had to say it.
UPDATE passages SET importance = 9 WHERE id IN (SELECT passage_id FROM passage_tags WHERE tag = 'important');

-- @down
ALTER TABLE passages DROP COLUMN importance;
