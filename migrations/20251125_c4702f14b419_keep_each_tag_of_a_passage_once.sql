-- @revision   c4702f14b419
-- @revises    4b6073dcec68
-- @message    keep each tag of a passage once
-- @created    2025-11-25T12:48:11Z

-- @up
-- The first of equal tags stays. The others are put aside and not deleted, so that the way back loses nothing.
CREATE TABLE passage_tag_duplicates (
    id         text        NOT NULL CONSTRAINT passage_tag_duplicates_pkey PRIMARY KEY,
    passage_id text        NOT NULL CONSTRAINT passage_tag_duplicates_passage_id_fkey REFERENCES passages (id) ON DELETE CASCADE,
    tag        text        NOT NULL,
    created_at timestamptz NOT NULL
);

INSERT INTO passage_tag_duplicates (id, passage_id, tag, created_at)
SELECT id, passage_id, tag, created_at
FROM (
    SELECT
        id, passage_id, tag, created_at,
        row_number() OVER (PARTITION BY passage_id, tag ORDER BY created_at, id) AS nth
    FROM passage_tags
) AS numbered
WHERE nth > 1;

DELETE FROM passage_tags WHERE id IN (SELECT id FROM passage_tag_duplicates);

-- The unique index also serves what the index on passage_id alone did.
CREATE UNIQUE INDEX passage_tags_passage_id_tag_key ON passage_tags (passage_id, tag);
DROP INDEX passage_tags_passage_id_idx;

-- @down
CREATE INDEX passage_tags_passage_id_idx ON passage_tags (passage_id);
DROP INDEX passage_tags_passage_id_tag_key;

INSERT INTO passage_tags (id, passage_id, tag, created_at)
SELECT id, passage_id, tag, created_at FROM passage_tag_duplicates;

DROP TABLE passage_tag_duplicates;
