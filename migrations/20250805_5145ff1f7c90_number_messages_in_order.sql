-- @revision   5145ff1f7c90
-- @revises    218acdefd9dd
-- @message    number messages in order
-- @created    2025-08-05T08:40:18Z

-- @up sqlite
-- Two messages of one second had no order. SQLite has no sequences: a counter and a trigger do the same work.
CREATE TABLE counters (
    name  text    NOT NULL CONSTRAINT counters_pkey PRIMARY KEY,
    value integer NOT NULL
);

ALTER TABLE messages ADD COLUMN sequence_id integer;

UPDATE messages
SET sequence_id = numbered.number
FROM (SELECT id, row_number() OVER (ORDER BY created_at, id) AS number FROM messages) AS numbered
WHERE numbered.id = messages.id;

INSERT INTO counters (name, value)
SELECT 'messages.sequence_id', COALESCE(max(sequence_id), 0) FROM messages;

CREATE TRIGGER messages_number AFTER INSERT ON messages
FOR EACH ROW WHEN NEW.sequence_id IS NULL
BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'messages.sequence_id';
    UPDATE messages
    SET sequence_id = (SELECT value FROM counters WHERE name = 'messages.sequence_id')
    WHERE id = NEW.id;
END;

-- @down sqlite
DROP TRIGGER messages_number;
ALTER TABLE messages DROP COLUMN sequence_id;
DROP TABLE counters;

-- @up postgres
-- Two messages of one transaction have the same created_at, and had no order.
CREATE SEQUENCE messages_sequence_id_seq;

ALTER TABLE messages ADD COLUMN sequence_id bigint;

UPDATE messages
SET sequence_id = numbered.number
FROM (SELECT id, row_number() OVER (ORDER BY created_at, id) AS number FROM messages) AS numbered
WHERE numbered.id = messages.id;

SELECT setval('messages_sequence_id_seq', COALESCE(max(sequence_id), 0) + 1, false) FROM messages;

ALTER TABLE messages
    ALTER COLUMN sequence_id SET DEFAULT nextval('messages_sequence_id_seq'),
    ALTER COLUMN sequence_id SET NOT NULL;
ALTER SEQUENCE messages_sequence_id_seq OWNED BY messages.sequence_id;

-- @down postgres
-- The sequence is owned by the column and goes with it.
ALTER TABLE messages DROP COLUMN sequence_id;
