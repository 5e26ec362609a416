//! A history that is hard to interrupt well: every kind of script outside a transaction, two branches and
//! their merge, changes of rows that must not happen twice, several statements a revision.
//!
//! Each revision in a transaction writes its id into `ran`, whose rows are compared like any others: one
//! that ran twice, or not at all, is seen.

use limbeck::History;
use limbeck_trial::compile;

/// Ids in the order of an upgrade, with their parents, sections and what SQLite has in their place.
const REVISIONS: &[(&str, &str, &str)] = &[
    ("a1", "base", A1),
    ("a2", "a1", A2),
    ("b1", "a2", B1),
    ("b2", "b1", B2),
    ("c1", "a2", C1),
    ("c2", "c1", C2),
    ("m1", "b2, c2", ""),
    ("d1", "m1", D1),
    ("d2", "d1", D2),
    ("d3", "d2", D3),
];

const A1: &str = "
-- @up
CREATE TABLE ran (revision text NOT NULL);
CREATE TABLE items (id integer PRIMARY KEY, name text NOT NULL, price integer NOT NULL);
INSERT INTO ran VALUES ('a1');
-- @down
DROP TABLE items;
DROP TABLE ran;
";

/// To multiply twice is not to multiply once.
const A2: &str = "
-- @up
INSERT INTO items WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
    SELECT i, 'item ' || i, i FROM n;
UPDATE items SET price = price * 2;
CREATE TABLE parts (id integer PRIMARY KEY, item integer NOT NULL REFERENCES items (id), share integer NOT NULL);
INSERT INTO parts SELECT id, id, price / 2 FROM items;
INSERT INTO ran VALUES ('a2');
-- @down
DELETE FROM ran WHERE revision = 'a2';
DROP TABLE parts;
UPDATE items SET price = price / 2;
DELETE FROM items WHERE id <= 300;
";

const B1: &str = "
-- @up
ALTER TABLE items ADD COLUMN note text;
UPDATE items SET note = name || '!', price = price + 1;
INSERT INTO ran VALUES ('b1');
-- @down
DELETE FROM ran WHERE revision = 'b1';
UPDATE items SET price = price - 1;
ALTER TABLE items DROP COLUMN note;
";

const B2: &str = "
-- @up postgres no-transaction
CREATE INDEX CONCURRENTLY items_note_idx ON items (note);
INSERT INTO ran VALUES ('b2');
CREATE UNIQUE INDEX CONCURRENTLY items_name_key ON items (name);
UPDATE items SET price = price * 3;
-- @down postgres no-transaction
UPDATE items SET price = price / 3;
DROP INDEX CONCURRENTLY items_name_key;
DELETE FROM ran WHERE revision = 'b2';
DROP INDEX CONCURRENTLY items_note_idx;

-- @up sqlite
CREATE INDEX items_note_idx ON items (note);
INSERT INTO ran VALUES ('b2');
CREATE UNIQUE INDEX items_name_key ON items (name);
UPDATE items SET price = price * 3;
-- @down sqlite
UPDATE items SET price = price / 3;
DROP INDEX items_name_key;
DELETE FROM ran WHERE revision = 'b2';
DROP INDEX items_note_idx;
";

const C1: &str = "
-- @up postgres
CREATE TABLE log (at integer NOT NULL, line text NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE log_old PARTITION OF log FOR VALUES FROM (0) TO (100);
CREATE TABLE log_new PARTITION OF log FOR VALUES FROM (100) TO (1000);
INSERT INTO log SELECT id, 'line ' || id FROM items WHERE id < 200;
INSERT INTO ran VALUES ('c1');
-- @down postgres
DELETE FROM ran WHERE revision = 'c1';
DROP TABLE log;

-- @up sqlite
CREATE TABLE log (at integer NOT NULL, line text NOT NULL);
INSERT INTO log SELECT id, 'line ' || id FROM items WHERE id < 200;
INSERT INTO ran VALUES ('c1');
-- @down sqlite
DELETE FROM ran WHERE revision = 'c1';
DROP TABLE log;
";

const C2: &str = "
-- @up postgres no-transaction
VACUUM items;
ALTER TABLE log DETACH PARTITION log_old CONCURRENTLY;
REINDEX INDEX CONCURRENTLY items_pkey;
REINDEX TABLE CONCURRENTLY parts;
ANALYZE parts;
INSERT INTO ran VALUES ('c2');
-- @down postgres no-transaction
DELETE FROM ran WHERE revision = 'c2';
ALTER TABLE log ATTACH PARTITION log_old FOR VALUES FROM (0) TO (100);
VACUUM items;

-- @up sqlite no-transaction
PRAGMA foreign_keys = OFF;
VACUUM;
UPDATE log SET line = line || '.';
INSERT INTO ran VALUES ('c2');
PRAGMA foreign_keys = ON;
-- @down sqlite no-transaction
DELETE FROM ran WHERE revision = 'c2';
UPDATE log SET line = rtrim(line, '.');
VACUUM;
";

const D1: &str = "
-- @up postgres
ALTER TABLE items ADD COLUMN size integer;
CREATE PROCEDURE fill_sizes() LANGUAGE plpgsql AS $$
BEGIN
    FOR hundred IN 0..2 LOOP
        UPDATE items SET size = length(name) WHERE size IS NULL AND id % 3 = hundred;
        COMMIT;
    END LOOP;
END $$;
UPDATE items SET price = price + 7;
INSERT INTO ran VALUES ('d1');
-- @down postgres
DELETE FROM ran WHERE revision = 'd1';
UPDATE items SET price = price - 7;
DROP PROCEDURE fill_sizes();
ALTER TABLE items DROP COLUMN size;

-- @up sqlite
ALTER TABLE items ADD COLUMN size integer;
CREATE TRIGGER items_size AFTER INSERT ON items BEGIN UPDATE items SET size = length(name) WHERE id = NEW.id; END;
UPDATE items SET price = price + 7;
INSERT INTO ran VALUES ('d1');
-- @down sqlite
DELETE FROM ran WHERE revision = 'd1';
UPDATE items SET price = price - 7;
DROP TRIGGER items_size;
ALTER TABLE items DROP COLUMN size;
";

const D2: &str = "
-- @up postgres no-transaction
SET statement_timeout = '10min';
-- @verify SELECT NOT EXISTS (SELECT FROM items WHERE size IS NULL)
CALL fill_sizes();
UPDATE items SET price = price * 2;
DROP INDEX CONCURRENTLY items_note_idx;
INSERT INTO ran VALUES ('d2');
-- @down postgres no-transaction
DELETE FROM ran WHERE revision = 'd2';
CREATE INDEX CONCURRENTLY items_note_idx ON items (note);
UPDATE items SET price = price / 2;
UPDATE items SET size = NULL;

-- @up sqlite
UPDATE items SET size = length(name), price = price * 2;
INSERT INTO ran VALUES ('d2');
-- @down sqlite
DELETE FROM ran WHERE revision = 'd2';
UPDATE items SET size = NULL, price = price / 2;
";

const D3: &str = "
-- @up
CREATE VIEW cheap AS SELECT id, name FROM items WHERE price < 100;
INSERT INTO parts SELECT id + 10000, item, share + 1 FROM parts WHERE id < 10000;
DELETE FROM items WHERE id = 3 AND NOT EXISTS (SELECT 1 FROM parts WHERE item = items.id);
INSERT INTO ran VALUES ('d3');
-- @down
DELETE FROM ran WHERE revision = 'd3';
DELETE FROM parts WHERE id >= 10000;
DROP VIEW cheap;
";

/// Compiles it. Each process that runs it does so for itself, and all get the same.
pub(crate) fn history() -> &'static History {
    let files: Vec<_> = REVISIONS
        .iter()
        .map(|(id, parents, sections)| {
            let sections = if sections.is_empty() {
                "\n-- @up\n-- @down\n"
            } else {
                sections
            };
            let head =
                format!("-- @revision {id}\n-- @revises {parents}\n-- @message change {id}\n");
            (format!("{id}_change.sql"), format!("{head}{sections}"))
        })
        .collect();
    compile("adversarial", &files)
}
