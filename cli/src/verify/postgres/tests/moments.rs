//! Moments that are compared, kept and come back to.

use limbeck_compiler::proof::{Engine, Rows};

use super::support::database;

#[test]
fn moments_differ_in_what_is_defined_and_in_rows() {
    let mut database = database();
    database.sound(&[
        "CREATE TABLE a (x int, y text)",
        "CREATE TABLE gone ()",
        "CREATE TABLE part (x int) PARTITION BY LIST (x)",
        "CREATE TABLE part_1 PARTITION OF part FOR VALUES IN (1)",
        "INSERT INTO a VALUES (2, NULL), (1, 'é'), (1, 'é')",
        "INSERT INTO part VALUES (1)",
    ]);
    let before = database.view().unwrap();
    database.sound(&["UPDATE a SET x = x"]);
    let same = database.view().unwrap();
    let difference = database.compare(&before, &same).unwrap();
    assert_eq!(difference.before, difference.after);
    assert!(
        difference.rows.is_empty(),
        "the order of rows counts for nothing"
    );

    database.sound(&[
        "DROP TABLE gone",
        "DELETE FROM part",
        "UPDATE a SET y = '' WHERE x = 2",
        "ALTER TABLE a ADD COLUMN z bytea DEFAULT '\\x00ff'",
    ]);
    let after = database.view().unwrap();
    let difference = database.compare(&before, &after).unwrap();
    assert_ne!(difference.before, difference.after);
    let tables: Vec<_> = difference.rows.keys().collect();
    assert_eq!(tables, ["a", "part"], "a partition is no table of its own");
    let (before, after) = &difference.rows["a"];
    assert_eq!((before.len(), after.len()), (3, 3));
    assert_eq!(before[2]["y"], None);
    assert_eq!(after[2]["y"].as_deref(), Some(""));
    assert_eq!(after[0]["z"].as_deref(), Some("\\x00ff"));
}

#[test]
fn odd_names_and_tables_without_columns_are_read() {
    let mut database = database();
    database.sound(&[
        "CREATE SCHEMA \"Some Where\"",
        "CREATE TABLE \"Some Where\".\"a\"\"b\" (entry int, \"x y\" text)",
        "INSERT INTO \"Some Where\".\"a\"\"b\" VALUES (1, 'p')",
        "CREATE TABLE nothing ()",
        "INSERT INTO nothing DEFAULT VALUES",
    ]);
    let view = database.view().unwrap();
    database.clear().unwrap();
    let empty = database.view().unwrap();
    let difference = database.compare(&view, &empty).unwrap();
    let tables: Vec<_> = difference.rows.keys().collect();
    assert_eq!(tables, ["\"Some Where\".\"a\"\"b\"", "nothing"]);
    assert_eq!(difference.rows["nothing"].0.len(), 1);
}

#[test]
fn a_database_that_was_kept_can_be_come_back_to_more_than_once() {
    let mut database = database();
    let fresh = database.schema().unwrap();
    database.sound(&["CREATE TABLE a (x int)", "INSERT INTO a VALUES (1)"]);
    let before = database.view().unwrap();
    let image = database.save().unwrap();
    for _ in 0..2 {
        database.sound(&["DROP TABLE a", "CREATE TABLE b ()"]);
        database.restore(Some(&image)).unwrap();
        let after = database.view().unwrap();
        let difference = database.compare(&before, &after).unwrap();
        assert_eq!(difference.before, difference.after);
        assert!(difference.rows.is_empty());
    }
    database.restore(None).unwrap();
    assert_eq!(database.schema().unwrap(), fresh);
    drop(image);
    let other = database.save().unwrap();
    database.restore(Some(&other)).unwrap();
    let left = database.value(
        "SELECT count(*) FROM pg_database WHERE datname LIKE 'limbeck\\_proof\\_' || \
        split_part(current_database(), '_', 3) || '\\_%'",
    );
    assert_eq!(
        left, "3",
        "the empty one, the current one and one that is kept"
    );
}

#[test]
fn everything_is_taken_away_whatever_stands_against_it() {
    let mut database = database();
    database.sound(&[
        "CREATE TABLE a (id serial PRIMARY KEY)",
        "CREATE TABLE b (a int NOT NULL REFERENCES a)",
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'never'; END$$",
        "CREATE TRIGGER one BEFORE TRUNCATE ON a EXECUTE FUNCTION refuse()",
        "CREATE TRIGGER two BEFORE DELETE ON a FOR EACH ROW EXECUTE FUNCTION refuse()",
        "ALTER TABLE a ENABLE ALWAYS TRIGGER one",
    ]);
    let before = database.schema().unwrap();
    assert_eq!(database.filled(Rows::Plain), []);
    assert_eq!(database.rows_of("a"), ["(1)", "(2)"]);
    database.clear().unwrap();
    assert_eq!(database.value("SELECT count(*) FROM a"), "0");
    assert_eq!(database.value("SELECT count(*) FROM b"), "0");
    assert_eq!(
        database.schema().unwrap(),
        before,
        "triggers are as they were"
    );
    database.filled(Rows::Plain);
    assert_eq!(database.rows_of("a"), ["(1)", "(2)"], "numbers begin again");
}
