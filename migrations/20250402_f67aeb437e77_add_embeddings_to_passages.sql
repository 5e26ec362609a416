-- @revision   f67aeb437e77
-- @revises    8acf3474f59b
-- @message    add embeddings to passages
-- @created    2025-04-02T16:30:04Z

-- @up sqlite
-- Little-endian 32-bit floats. A passage that names a model and has no vector waits to be embedded.
ALTER TABLE passages ADD COLUMN embedding blob;
ALTER TABLE passages ADD COLUMN embedding_model text;

-- @down sqlite
ALTER TABLE passages DROP COLUMN embedding_model;
ALTER TABLE passages DROP COLUMN embedding;

-- @up postgres
-- Little-endian 32-bit floats. A passage that names a model and has no vector waits to be embedded.
ALTER TABLE passages
    ADD COLUMN embedding       bytea,
    ADD COLUMN embedding_model text;

-- @down postgres
ALTER TABLE passages
    DROP COLUMN embedding_model,
    DROP COLUMN embedding;
