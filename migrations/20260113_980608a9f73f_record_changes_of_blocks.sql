-- @revision   980608a9f73f
-- @revises    d2fe9c77ab95
-- @message    record changes of blocks
-- @created    2026-01-13T09:25:49Z

-- @up sqlite
ALTER TABLE blocks ADD COLUMN version integer NOT NULL DEFAULT 1;

CREATE TABLE block_history (
    block_id    text        NOT NULL CONSTRAINT block_history_block_id_fkey REFERENCES blocks (id) ON DELETE CASCADE,
    version     integer     NOT NULL,
    value       text        NOT NULL,
    change      text        NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT block_history_pkey PRIMARY KEY (block_id, version)
);

CREATE TRIGGER blocks_record_change AFTER UPDATE OF value ON blocks
FOR EACH ROW WHEN OLD.value <> NEW.value
BEGIN
    INSERT INTO block_history (block_id, version, value, change)
    VALUES (
        OLD.id,
        OLD.version,
        OLD.value,
        CASE
            WHEN NEW.value = '' THEN 'cleared'
            WHEN length(NEW.value) > length(OLD.value) THEN 'extended'
            ELSE 'rewritten'
        END
    );
    UPDATE blocks SET version = OLD.version + 1 WHERE id = OLD.id;
END;

-- @down sqlite
DROP TRIGGER blocks_record_change;
DROP TABLE block_history;
ALTER TABLE blocks DROP COLUMN version;

-- @up postgres
ALTER TABLE blocks ADD COLUMN version integer NOT NULL DEFAULT 1;

CREATE TABLE block_history (
    block_id    text        NOT NULL CONSTRAINT block_history_block_id_fkey REFERENCES blocks (id) ON DELETE CASCADE,
    version     integer     NOT NULL,
    value       text        NOT NULL,
    change      text        NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT block_history_pkey PRIMARY KEY (block_id, version)
);

CREATE FUNCTION record_block_change() RETURNS trigger
LANGUAGE plpgsql AS $record_block_change$
BEGIN
    INSERT INTO block_history (block_id, version, value, change)
    VALUES (
        OLD.id,
        OLD.version,
        OLD.value,
        CASE
            WHEN NEW.value = '' THEN 'cleared'
            WHEN length(NEW.value) > length(OLD.value) THEN 'extended'
            ELSE 'rewritten'
        END
    );
    NEW.version := OLD.version + 1;
    RETURN NEW;
END;
$record_block_change$;

CREATE TRIGGER blocks_record_change BEFORE UPDATE OF value ON blocks
FOR EACH ROW WHEN (OLD.value <> NEW.value)
EXECUTE FUNCTION record_block_change();

-- @down postgres
DROP TRIGGER blocks_record_change ON blocks;
DROP FUNCTION record_block_change();
DROP TABLE block_history;
ALTER TABLE blocks DROP COLUMN version;
