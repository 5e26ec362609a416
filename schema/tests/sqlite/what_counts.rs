//! Single properties, in words.

use std::error::Error;

use limbeck_schema::{Schema, diff, sqlite};
use limbeck_testkit::sqlite_dump;
use rusqlite::Connection;

use crate::changes::{Case, Changed, Outcome};

fn given(schema: &str) -> Result<Case<Connection>, Box<dyn Error>> {
    Case::given(Connection::open_in_memory()?, schema)
}

impl Changed for Connection {
    fn run(&mut self, statements: &str) -> Result<(), Box<dyn Error>> {
        Ok(self.execute_batch(statements)?)
    }

    fn look(&mut self) -> Result<(Schema, String), Box<dyn Error>> {
        Ok((sqlite::read(self)?, sqlite_dump(self)))
    }
}

#[test]
fn a_table_is_named_once_with_all_that_belongs_to_it() -> Outcome {
    given("CREATE TABLE a (x int)")?
        .then(
            "CREATE TABLE b (id INTEGER PRIMARY KEY, y text); CREATE INDEX i ON b (y)",
            &["table `b` is new"],
        )?
        .then(
            "ALTER TABLE b RENAME TO c",
            &["table `b` is gone", "table `c` is new"],
        )?
        .then(
            "ALTER TABLE c RENAME TO b",
            &["table `b` is new", "table `c` is gone"],
        )?
        .then("DROP TABLE b", &["table `b` is gone"])?
        .then("CREATE TABLE b (x); DROP TABLE b", &[])?
        .then(
            "CREATE TABLE s (x INTEGER PRIMARY KEY) STRICT",
            &["table `s` is new"],
        )?
        .then(
            "DROP TABLE s; CREATE TABLE s (x INTEGER PRIMARY KEY) WITHOUT ROWID, STRICT",
            &["table `s` changed from `STRICT` to `STRICT, WITHOUT ROWID`"],
        )?;
    Ok(())
}

#[test]
fn every_property_of_a_column_counts() -> Outcome {
    let rebuilt = |column: &str| format!("DROP TABLE a; CREATE TABLE a (id int, {column})");
    let changed =
        |from: &str, to: &str| format!("column `x` of `a` changed from `{from}` to `{to}`");
    given("CREATE TABLE a (id int)")?
        .then("ALTER TABLE a ADD x text", &["column `x` of `a` is new"])?
        .then(
            &rebuilt("x VARCHAR(20)"),
            &[&changed("TEXT", "VARCHAR(20)")],
        )?
        .then(
            &rebuilt("x text NOT NULL"),
            &[&changed("VARCHAR(20)", "TEXT NOT NULL")],
        )?
        .then(
            &rebuilt("x text DEFAULT 'n'"),
            &[&changed("TEXT NOT NULL", "TEXT DEFAULT 'n'")],
        )?
        .then(
            &rebuilt("x text COLLATE NOCASE"),
            &[&changed("TEXT DEFAULT 'n'", "TEXT COLLATE NOCASE")],
        )?
        .then(
            &rebuilt("x text CHECK (x <> '')"),
            &[&changed("TEXT COLLATE NOCASE", "TEXT CHECK (x <> '')")],
        )?
        .then(
            &rebuilt("x text REFERENCES a (id) ON DELETE SET NULL"),
            &[&changed(
                "TEXT CHECK (x <> '')",
                "TEXT REFERENCES a(id) ON DELETE SET NULL",
            )],
        )?
        .then(
            &rebuilt("x text AS (id || '!') STORED"),
            &[&changed(
                "TEXT REFERENCES a(id) ON DELETE SET NULL",
                "TEXT AS (id || '!') STORED",
            )],
        )?
        .then(
            &rebuilt("x UNIQUE"),
            &[&changed("TEXT AS (id || '!') STORED", "UNIQUE")],
        )?
        .then(&rebuilt("x"), &["column `x` of `a` no longer has `UNIQUE`"])?
        .then(
            "ALTER TABLE a RENAME x TO \"x y\"",
            &[
                "column `\"x y\"` of `a` is new",
                "column `x` of `a` is gone",
            ],
        )?
        .then(
            "ALTER TABLE a DROP \"x y\"",
            &["column `\"x y\"` of `a` is gone"],
        )?;
    Ok(())
}

#[test]
fn a_column_that_comes_back_at_the_end_is_in_another_place() -> Outcome {
    given("CREATE TABLE a (x, y, z)")?
        .then("ALTER TABLE a ADD v; ALTER TABLE a DROP v", &[])?
        .then(
            "ALTER TABLE a DROP x; ALTER TABLE a ADD x",
            &["the order of columns of `a` changed from `x, y, z` to `y, z, x`"],
        )?;
    Ok(())
}

#[test]
fn every_constraint_of_a_table_counts() -> Outcome {
    let rebuilt = |rest: &str| format!("DROP TABLE a; CREATE TABLE a (x, y{rest})");
    given("CREATE TABLE a (x, y); CREATE TABLE p (id INTEGER PRIMARY KEY)")?
        .then(
            &rebuilt(", UNIQUE (x)"),
            &["constraint `UNIQUE (x)` of `a` is new"],
        )?
        .then(
            &rebuilt(", CONSTRAINT u UNIQUE (x)"),
            &[
                "constraint `UNIQUE (x)` of `a` is gone",
                "constraint `u` of `a` is new",
            ],
        )?
        .then(
            &rebuilt(", CONSTRAINT u UNIQUE (x, y)"),
            &["constraint `u` of `a` changed from `UNIQUE (x)` to `UNIQUE (x, y)`"],
        )?
        .then(
            &rebuilt(", FOREIGN KEY (x) REFERENCES p ON DELETE CASCADE, PRIMARY KEY (x, y)"),
            &[
                "constraint `FOREIGN KEY (x) REFERENCES p ON DELETE CASCADE` of `a` is new",
                "constraint `PRIMARY KEY (x, y)` of `a` is new",
                "constraint `u` of `a` is gone",
            ],
        )?
        .then(
            &rebuilt(", CHECK (x IN (1, 2))"),
            &[
                "constraint `CHECK (x IN (1, 2))` of `a` is new",
                "constraint `FOREIGN KEY (x) REFERENCES p ON DELETE CASCADE` of `a` is gone",
                "constraint `PRIMARY KEY (x, y)` of `a` is gone",
            ],
        )?;
    Ok(())
}

#[test]
fn indexes_views_and_triggers_count() -> Outcome {
    given("CREATE TABLE a (x, y)")?
        .then("CREATE INDEX i ON a (x)", &["index `i` on `a` is new"])?
        .then(
            "DROP INDEX i; CREATE UNIQUE INDEX i ON a (x COLLATE NOCASE DESC) WHERE x > 0",
            &["index `i` on `a` changed from `CREATE INDEX i ON a(x)` to \
             `CREATE UNIQUE INDEX i ON a(x COLLATE NOCASE DESC) WHERE x > 0`"],
        )?
        .then("CREATE VIEW v AS SELECT x FROM a", &["view `v` is new"])?
        .then(
            "DROP VIEW v; CREATE VIEW v AS SELECT y FROM a",
            &[
                "view `v` changed from `CREATE VIEW v AS SELECT x FROM a` to \
             `CREATE VIEW v AS SELECT y FROM a`",
            ],
        )?
        .then(
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM a WHERE x = 1; END",
            &["trigger `t` on `a` is new"],
        )?
        .then(
            "DROP TRIGGER t;
             CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM a WHERE x = 2; END",
            &["trigger `t` on `a` changed from \
               `CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM a WHERE x = 1; END` to \
               `CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM a WHERE x = 2; END`"],
        )?
        .then(
            "DROP TRIGGER t; DROP VIEW v; DROP INDEX i",
            &[
                "index `i` on `a` is gone",
                "view `v` is gone",
                "trigger `t` on `a` is gone",
            ],
        )?;
    Ok(())
}

#[test]
fn a_virtual_table_counts_without_its_shadows() -> Outcome {
    given("CREATE TABLE a (x)")?
        .then(
            "CREATE VIRTUAL TABLE f USING fts5(x, y)",
            &["table `f` is new"],
        )?
        .then("INSERT INTO f VALUES ('a', 'b')", &[])?
        .then(
            "DROP TABLE f; CREATE VIRTUAL TABLE f USING fts5(x)",
            &[
                "table `f` changed from `CREATE VIRTUAL TABLE f USING fts5(x, y)` to \
             `CREATE VIRTUAL TABLE f USING fts5(x)`",
            ],
        )?;
    Ok(())
}

#[test]
fn what_belongs_to_sqlite_and_to_limbeck_does_not_count() -> Outcome {
    given("CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, x UNIQUE)")?
        .then(
            "INSERT INTO a (x) VALUES (1); CREATE INDEX i ON a (x); ANALYZE; DROP INDEX i",
            &[],
        )?
        .then(
            "CREATE TABLE limbeck_state (x); CREATE INDEX state ON limbeck_state (x);
             CREATE TRIGGER gone AFTER INSERT ON limbeck_state BEGIN SELECT 1; END;
             CREATE TEMPORARY TABLE t (x); CREATE TEMPORARY VIEW v AS SELECT * FROM t",
            &[],
        )?
        .then("CREATE TABLE limbecks (x)", &["table `limbecks` is new"])?;
    Ok(())
}

/// The texts differ here, so `sqlite_dump` is no judge.
#[test]
fn how_a_table_was_written_does_not_count() -> Outcome {
    let plain = given(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, key TEXT DEFAULT 'a b' NOT NULL, \
        p int CONSTRAINT fk REFERENCES t (id) ON DELETE SET NULL NOT DEFERRABLE UNIQUE, \
        CHECK (p > 0), CONSTRAINT u UNIQUE (p)) STRICT, WITHOUT ROWID",
    )?;
    let other = given(
        "create table `t`(\n\t[id] integer primary key, -- the id\n\
        \"key\" text not null default 'a b' null,\n\
        p INT UNIQUE CONSTRAINT fk references \"t\"(id) on delete set null not deferrable,\n\
        constraint u unique(p),\n check(p>0))without rowid,strict",
    )?;
    assert_eq!(diff(&plain.before, &other.before), []);
    assert_eq!(plain.before.to_string(), other.before.to_string());
    assert_eq!(plain.before.fingerprint(), other.before.fingerprint());
    Ok(())
}

#[test]
fn a_schema_does_not_depend_on_the_order_in_which_it_was_made() -> Outcome {
    let tables = [
        "CREATE TABLE a (x)",
        "CREATE TABLE b (y)",
        "CREATE TABLE c (z)",
    ];
    let others = [
        "CREATE INDEX i ON a (x)",
        "CREATE INDEX h ON a (x)",
        "CREATE VIEW v AS SELECT 1",
    ];
    let forward = given(&[tables, others].concat().join(";"))?;
    let mut reversed = [others, tables].concat();
    reversed.reverse();
    let backward = given(&reversed.join(";"))?;
    assert_eq!(forward.before.to_string(), backward.before.to_string());
    assert_eq!(forward.before.fingerprint(), backward.before.fingerprint());
    Ok(())
}

#[test]
fn the_canonical_text_reads_like_the_schema() -> Outcome {
    let case = given(
        "CREATE TABLE messages (id INTEGER PRIMARY KEY, body text NOT NULL, CHECK (body <> ''));
         CREATE INDEX by_body ON messages (lower(body)) WHERE id > 0",
    )?;
    let expected = "\
table `messages`
  columns id, body
column `body` of `messages`
  TEXT NOT NULL
column `id` of `messages`
  INTEGER PRIMARY KEY
constraint `CHECK (body <> '')` of `messages`
  CHECK (body <> '')
index `by_body` on `messages`
  CREATE INDEX by_body ON messages(lower(body)) WHERE id > 0
";
    assert_eq!(case.before.to_string(), expected);
    Ok(())
}

#[test]
fn a_database_that_cannot_be_read_is_an_error_with_its_cause() -> Outcome {
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), "this is no database".repeat(100))?;
    let error = sqlite::read(&Connection::open(file.path())?)
        .map(|_| ())
        .unwrap_err();
    assert_eq!(error.to_string(), "cannot read `sqlite_schema`");
    assert!(error.source().is_some());
    Ok(())
}
