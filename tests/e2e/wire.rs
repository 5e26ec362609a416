//! What goes over the wire to PostgreSQL, and what a start may not need.

use limbeck::Migrator;
use limbeck_testkit::{Database, WireProxy, postgres};
use memory_store::HISTORY;

use crate::support::{Store, compile, revision};

#[test]
fn a_start_with_nothing_to_do_is_one_query_and_one_round_trip() {
    let database = Database::create(postgres());
    Migrator::new(HISTORY)
        .upgrade(&database.url(), "head")
        .unwrap();
    let proxy = WireProxy::start(postgres());
    let report = Migrator::new(HISTORY)
        .upgrade(&proxy.url(database.name()), "head")
        .unwrap();
    proxy.wait_until_idle();
    assert!(report.is_up_to_date());
    assert_eq!(proxy.queries().len(), 1, "{:?}", proxy.queries());
    assert_eq!(proxy.round_trips(), 1);
    assert_eq!(proxy.prepared().len(), 0);
}

#[test]
fn a_revision_and_its_ledger_rows_are_one_message_and_one_round_trip() {
    let history = compile(
        "app",
        &[
            revision(
                "r0",
                "base",
                "CREATE TABLE z (id integer);",
                "DROP TABLE z;",
            ),
            revision(
                "r1",
                "r0",
                "CREATE TABLE a (id integer);\nCREATE TABLE b (id integer);",
                "DROP TABLE b;\nDROP TABLE a;",
            ),
            revision("r2", "r1", "CREATE TABLE c (id integer);", "DROP TABLE c;"),
        ],
    );
    let database = Database::create(postgres());
    Migrator::new(history)
        .upgrade(&database.url(), "r0")
        .unwrap();
    let proxy = WireProxy::start(postgres());
    Migrator::new(history)
        .upgrade(&proxy.url(database.name()), "head")
        .unwrap();
    proxy.wait_until_idle();
    let queries = proxy.queries();
    let bodies: Vec<_> = queries
        .iter()
        .filter(|query| query.contains("CREATE TABLE a ") || query.contains("CREATE TABLE c "))
        .collect();
    assert_eq!(bodies.len(), 2, "{queries:#?}");
    for body in bodies {
        assert!(
            body.starts_with("/* limbeck ")
                && body.contains(" */ BEGIN")
                && body.contains("COMMIT;"),
            "{body}"
        );
        assert!(body.contains("INSERT INTO \"limbeck\".revision"), "{body}");
    }
    // The first question, the ledger with what is looked at before the first change, the two revisions, and
    // no more.
    assert_eq!(proxy.round_trips(), 4, "{queries:#?}");
}

#[test]
fn a_start_with_nothing_to_do_needs_no_right_to_change_anything() {
    let database = Database::create(postgres());
    Migrator::new(HISTORY)
        .upgrade(&database.url(), "head")
        .unwrap();
    let mut client = database.connect();
    client
        .batch_execute("SET default_transaction_read_only = on")
        .unwrap();
    let report = Migrator::new(HISTORY).upgrade(&mut client, "head").unwrap();
    assert!(report.is_up_to_date());
    // The borrowed connection is as it was, and still usable.
    let row = client
        .query_one("SHOW default_transaction_read_only", &[])
        .unwrap();
    assert_eq!(row.get::<_, String>(0), "on");
}

#[test]
fn an_sqlite_database_at_head_passes_when_it_is_opened_for_reading_only() {
    let store = Store::sqlite();
    store.upgrade(HISTORY, "head");
    let Store::Sqlite { path, .. } = &store else {
        unreachable!()
    };
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let mut connection = rusqlite::Connection::open_with_flags(path, flags).unwrap();
    assert!(
        Migrator::new(HISTORY)
            .upgrade(&mut connection, "head")
            .unwrap()
            .is_up_to_date()
    );
    // The same by way of the ledger, where the application uses the header field for itself.
    store.execute("PRAGMA user_version = 7");
    assert!(
        Migrator::new(HISTORY)
            .upgrade(&mut connection, "head")
            .unwrap()
            .is_up_to_date()
    );
    store.downgrade(HISTORY, "-1");
    store.upgrade(HISTORY, "head");
    assert_eq!(
        store.query("PRAGMA user_version"),
        ["7"],
        "the application's own value was overwritten"
    );
}

#[test]
fn the_header_field_is_never_believed_after_somebody_else_has_changed_the_schema() {
    let store = Store::sqlite();
    let history = compile(
        "app",
        &[
            revision(
                "r1",
                "base",
                "CREATE TABLE a (id integer);",
                "DROP TABLE a;",
            ),
            // Rows alone: SQLite's own schema version does not move by itself.
            revision("r2", "r1", "INSERT INTO a VALUES (1);", "DELETE FROM a;"),
        ],
    );
    store.upgrade(history, "head");
    let sql = Migrator::new(history)
        .downgrade_sql(limbeck::Dialect::Sqlite, &["head"], "r1")
        .unwrap();
    store.execute(&sql);
    assert_eq!(store.upgrade(history, "head").steps.len(), 1);
}

#[test]
fn a_connection_inside_a_transaction_is_refused() {
    let mut connection = rusqlite::Connection::open_in_memory().unwrap();
    connection.execute_batch("BEGIN").unwrap();
    let error = Migrator::new(HISTORY)
        .upgrade(&mut connection, "head")
        .unwrap_err();
    assert_eq!(error.kind(), limbeck::ErrorKind::Database);
    assert!(
        std::error::Error::source(&error)
            .unwrap()
            .to_string()
            .contains("inside a transaction")
    );
}
