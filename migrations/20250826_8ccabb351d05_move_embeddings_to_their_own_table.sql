-- @revision   8ccabb351d05
-- @revises    35420f5a144f
-- @message    move embeddings to their own table
-- @created    2025-08-26T14:18:25Z
-- @compat breaking: a binary from before this revision reads passages.embedding

-- @up sqlite
-- A scan over passages read four kilobytes of vector a row that it did not want.
CREATE TABLE passage_embeddings (
    passage_id text NOT NULL CONSTRAINT passage_embeddings_pkey PRIMARY KEY
                    CONSTRAINT passage_embeddings_passage_id_fkey REFERENCES passages (id) ON DELETE CASCADE,
    model      text,
    embedding  blob
);

INSERT INTO passage_embeddings (passage_id, model, embedding)
SELECT id, embedding_model, embedding
FROM passages
WHERE embedding IS NOT NULL OR embedding_model IS NOT NULL;

-- What still waits to be embedded.
CREATE INDEX passage_embeddings_waiting_idx ON passage_embeddings (model) WHERE embedding IS NULL;

ALTER TABLE passages DROP COLUMN embedding_model;
ALTER TABLE passages DROP COLUMN embedding;

-- @down sqlite
ALTER TABLE passages ADD COLUMN embedding blob;
ALTER TABLE passages ADD COLUMN embedding_model text;

UPDATE passages
SET embedding       = (SELECT e.embedding FROM passage_embeddings AS e WHERE e.passage_id = passages.id),
    embedding_model = (SELECT e.model FROM passage_embeddings AS e WHERE e.passage_id = passages.id)
WHERE id IN (SELECT passage_id FROM passage_embeddings);

DROP TABLE passage_embeddings;

-- @up postgres
-- A scan over passages read four kilobytes of vector a row that it did not want.
CREATE TABLE passage_embeddings (
    passage_id text NOT NULL CONSTRAINT passage_embeddings_pkey PRIMARY KEY
                    CONSTRAINT passage_embeddings_passage_id_fkey REFERENCES passages (id) ON DELETE CASCADE,
    model      text,
    embedding  bytea
);

INSERT INTO passage_embeddings (passage_id, model, embedding)
SELECT id, embedding_model, embedding
FROM passages
WHERE embedding IS NOT NULL OR embedding_model IS NOT NULL;

-- What still waits to be embedded.
CREATE INDEX passage_embeddings_waiting_idx ON passage_embeddings (model) WHERE embedding IS NULL;

ALTER TABLE passages
    DROP COLUMN embedding_model,
    DROP COLUMN embedding;

-- @down postgres
ALTER TABLE passages
    ADD COLUMN embedding       bytea,
    ADD COLUMN embedding_model text;

UPDATE passages
SET embedding       = e.embedding,
    embedding_model = e.model
FROM passage_embeddings AS e
WHERE e.passage_id = passages.id;

DROP TABLE passage_embeddings;
