-- @revision   884123cd838c
-- @revises    8ccabb351d05
-- @message    create passage tags
-- @created    2025-09-09T11:07:14Z

-- @up
CREATE TABLE passage_tags (
    id         text        NOT NULL CONSTRAINT passage_tags_pkey PRIMARY KEY,
    passage_id text        NOT NULL CONSTRAINT passage_tags_passage_id_fkey REFERENCES passages (id) ON DELETE CASCADE,
    tag        text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE INDEX passage_tags_passage_id_idx ON passage_tags (passage_id);
CREATE INDEX passage_tags_tag_idx ON passage_tags (tag);

-- @down
DROP TABLE passage_tags;
