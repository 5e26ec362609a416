//! SQLite: what fails inside of a transaction, and which settings are changed there.

use limbeck_model::Dialect;
use rusqlite::Connection;
use rusqlite::types::Value;

use super::support::{inside, outside};

/// What fails in a transaction; outside of one each of them works.
const FAILS_INSIDE: &[&str] = &[
    "VACUUM",
    "VACUUM INTO ''",
    "DETACH other",
    "DETACH DATABASE other",
    "PRAGMA synchronous = OFF",
    "PRAGMA main.synchronous(0)",
    "PRAGMA wal_checkpoint",
    "PRAGMA wal_checkpoint(TRUNCATE)",
];

/// What works in either place.
const WORKS: &[&str] = &[
    "ATTACH ':memory:' AS more",
    "PRAGMA synchronous",
    "PRAGMA foreign_keys",
    "PRAGMA journal_mode",
    "PRAGMA foreign_key_check",
    "PRAGMA other.journal_mode = OFF",
    "PRAGMA other.page_size = 8192",
    "PRAGMA optimize",
    "PRAGMA incremental_vacuum",
    "REINDEX",
    "ANALYZE",
];

/// A setting, and how it is asked for.
const SETTINGS: &[(&str, &str)] = &[
    ("PRAGMA journal_mode = TRUNCATE", "PRAGMA journal_mode"),
    ("PRAGMA journal_mode(wal)", "PRAGMA journal_mode"),
    ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys"),
    ("PRAGMA main.foreign_keys(0)", "PRAGMA foreign_keys"),
    ("PRAGMA page_size = 8192", "PRAGMA page_size"),
    ("PRAGMA auto_vacuum = FULL", "PRAGMA auto_vacuum"),
    ("PRAGMA encoding = 'UTF-16'", "PRAGMA encoding"),
    ("PRAGMA user_version = 7", "PRAGMA user_version"),
    ("PRAGMA application_id = 7", "PRAGMA application_id"),
    (
        "PRAGMA legacy_alter_table = ON",
        "PRAGMA legacy_alter_table",
    ),
    ("PRAGMA writable_schema = ON", "PRAGMA writable_schema"),
    (
        "PRAGMA recursive_triggers = ON",
        "PRAGMA recursive_triggers",
    ),
    (
        "PRAGMA ignore_check_constraints = ON",
        "PRAGMA ignore_check_constraints",
    ),
    ("PRAGMA cache_size = 7", "PRAGMA cache_size"),
    ("PRAGMA temp_store = MEMORY", "PRAGMA temp_store"),
    ("PRAGMA locking_mode = EXCLUSIVE", "PRAGMA locking_mode"),
];

/// A database in a file, which some settings need, with a table as limbeck's ledger is one.
fn open(folder: &tempfile::TempDir) -> Connection {
    let connection = Connection::open(folder.path().join("it.db")).unwrap();
    let schema = "CREATE TABLE ledger (a);
        CREATE TABLE parents (id INTEGER PRIMARY KEY);
        CREATE TABLE children (parent REFERENCES parents);
        ATTACH ':memory:' AS other";
    connection.execute_batch(schema).unwrap();
    connection
}

/// As limbeck begins: with the lock, and a look at the ledger.
fn begin(connection: &Connection) {
    let begin = "BEGIN IMMEDIATE; INSERT INTO ledger VALUES (1)";
    connection.execute_batch(begin).unwrap();
}

fn ask(connection: &Connection, question: &str) -> Value {
    connection
        .query_row(question, [], |row| row.get(0))
        .unwrap()
}

#[test]
fn what_fails_in_a_transaction_is_said_to() {
    for (statement, fails) in FAILS_INSIDE
        .iter()
        .map(|statement| (statement, true))
        .chain(WORKS.iter().map(|statement| (statement, false)))
    {
        let folder = tempfile::tempdir().unwrap();
        let connection = open(&folder);
        connection.execute_batch(statement).unwrap();
        // Nobody can tell from the database whether the other file was written.
        let needs_verify = statement.starts_with("VACUUM INTO");
        let expected: &[&str] = if needs_verify { &["LB0307"] } else { &[] };
        assert_eq!(
            outside(Dialect::Sqlite, statement),
            expected.iter().copied().collect(),
            "{statement}"
        );
        drop(connection);

        let folder = tempfile::tempdir().unwrap();
        let connection = open(&folder);
        begin(&connection);
        assert_eq!(
            connection.execute_batch(statement).is_err(),
            fails,
            "{statement}"
        );
        let said = inside(Dialect::Sqlite, statement);
        assert_eq!(said.contains("LB0303"), fails, "{statement}: {said:?}");
        assert!(fails || said.is_empty(), "{statement}: {said:?}");
    }
}

#[test]
fn a_setting_that_is_not_changed_is_said_to_stay() {
    for (statement, question) in SETTINGS {
        let folder = tempfile::tempdir().unwrap();
        let connection = open(&folder);
        let before = ask(&connection, question);
        begin(&connection);
        connection.execute_batch(statement).unwrap();
        connection.execute_batch("COMMIT").unwrap();
        let stays = ask(&connection, question) == before;
        let said = inside(Dialect::Sqlite, statement);
        assert_eq!(said.contains("LB0304"), stays, "{statement}: {said:?}");

        let folder = tempfile::tempdir().unwrap();
        let connection = open(&folder);
        connection.execute_batch(statement).unwrap();
        // Some wait for the next one.
        connection.execute_batch("VACUUM").unwrap();
        let stays = ask(&connection, question) == before;
        let said = outside(Dialect::Sqlite, statement);
        assert_eq!(said.contains("LB0304"), stays, "{statement}: {said:?}");
    }
}

#[test]
fn foreign_keys_are_deferred_only_in_a_transaction() {
    let defer = "PRAGMA defer_foreign_keys = ON";
    let orphan = "INSERT INTO children VALUES (1)";
    let parent = "INSERT INTO parents VALUES (1)";
    let folder = tempfile::tempdir().unwrap();
    let connection = open(&folder);
    connection
        .execute_batch("PRAGMA foreign_keys = ON")
        .unwrap();
    connection.execute_batch(defer).unwrap();
    connection.execute_batch(orphan).unwrap_err();
    assert!(outside(Dialect::Sqlite, defer).contains("LB0304"));
    begin(&connection);
    for statement in [defer, orphan, parent, "COMMIT"] {
        connection.execute_batch(statement).unwrap();
    }
    assert!(inside(Dialect::Sqlite, defer).is_empty());
}

#[test]
fn savepoints_need_a_transaction() {
    for (statement, opens) in [
        ("SAVEPOINT half", true),
        ("RELEASE half", false),
        ("ROLLBACK TO half", false),
        ("ROLLBACK TRANSACTION TO SAVEPOINT half", false),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let connection = open(&folder);
        let result = connection.execute_batch(statement);
        assert_eq!(
            (result.is_ok(), connection.is_autocommit()),
            (opens, !opens),
            "{statement}"
        );
        assert!(
            outside(Dialect::Sqlite, statement).contains("LB0304"),
            "{statement}"
        );
        assert!(inside(Dialect::Sqlite, statement).is_empty(), "{statement}");
    }
}
