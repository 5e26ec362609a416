//! Scripts that run statement by statement, sessions that hold them up, and what has to be when they have ended.

use std::time::Duration;

use limbeck::{Error, History, Migrator, Report};
use postgres::Client;

use crate::support::{Store, compile, revision};

/// A second revision of which every statement runs by itself.
pub(super) fn script(up: &str, down: &str) -> &'static History {
    let mut script = revision("r2", "r1", up, down);
    script.1 = script
        .1
        .replace("-- @up", "-- @up no-transaction")
        .replace("-- @down", "-- @down no-transaction");
    let tables = "CREATE TABLE a (id integer, n integer);\n\
                  INSERT INTO a SELECT n, n FROM generate_series(1, 100) AS n;\n\
                  CREATE INDEX a_id ON a (id);\nCREATE INDEX a_old ON a (n, id);\n\
                  CREATE TABLE calls (number integer);\n\
                  CREATE TABLE p (id integer) PARTITION BY RANGE (id);\n\
                  CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);\n\
                  CREATE PROCEDURE call_once() LANGUAGE plpgsql AS \
                  'BEGIN INSERT INTO calls SELECT count(*) + 1 FROM calls; COMMIT; END';";
    compile(
        "app",
        &[revision("r1", "base", tables, "SELECT 1;"), script],
    )
}

pub(super) fn building() -> &'static History {
    script(
        "CREATE UNIQUE INDEX CONCURRENTLY a_n ON a (n);",
        "DROP INDEX CONCURRENTLY a_n;",
    )
}

pub(super) fn database(store: &Store) -> &limbeck_testkit::Database {
    match store {
        Store::Postgres(database) => database,
        Store::Sqlite { .. } => unreachable!(),
    }
}

pub(super) fn connect(store: &Store) -> Client {
    database(store).connect()
}

/// A transaction that keeps every concurrent index waiting for its snapshot.
pub(super) fn reader(store: &Store) -> Client {
    let mut reader = connect(store);
    reader
        .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM a")
        .unwrap();
    reader
}

/// Starts an upgrade, or what else is to be done, in a thread of its own.
pub(super) fn in_thread(
    store: &Store,
    run: impl FnOnce(&str) -> Result<Report, Error> + Send + 'static,
) -> std::thread::JoinHandle<Result<Report, Error>> {
    let url = store.url();
    std::thread::spawn(move || run(&url))
}

pub(super) fn upgrade(
    store: &Store,
    history: &'static History,
) -> std::thread::JoinHandle<Result<Report, Error>> {
    in_thread(store, move |url| {
        Migrator::new(history).upgrade(url, "head")
    })
}

/// The same on a connection that is not limbeck's to open again when it is lost.
pub(super) fn upgrade_lent(
    store: &Store,
    history: &'static History,
) -> std::thread::JoinHandle<Result<Report, Error>> {
    let mut client = connect(store);
    std::thread::spawn(move || Migrator::new(history).upgrade(&mut client, "head"))
}

/// Waits until a query has an answer, which is its first value.
pub(super) fn wait_for(store: &Store, query: &str) -> String {
    for _ in 0..500 {
        if let Some(found) = store.query(query).into_iter().next() {
            return found;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("nothing answers {query}");
}

/// The process that runs a statement of a script, once that waits for somebody.
pub(super) fn waiting_statement(store: &Store, beginning: &str) -> String {
    wait_for(
        store,
        &format!(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
             AND query LIKE '/* limbeck % */ {beginning}%' AND state = 'active' AND wait_event_type = 'Lock'"
        ),
    )
}

pub(super) fn indexes(store: &Store, condition: &str) -> Vec<String> {
    store.query(&format!(
        "SELECT relname FROM pg_class JOIN pg_index ON indexrelid = oid WHERE {condition} \
         AND relnamespace IN ('public'::regnamespace, 'pg_toast'::regnamespace) ORDER BY relname"
    ))
}

pub(super) fn assert_complete(store: &Store) {
    assert_eq!(store.applied(), ["r1", "r2"]);
    assert!(store.query("SELECT id FROM limbeck.progress").is_empty());
    assert!(
        store
            .query("SELECT history FROM limbeck.state WHERE unfinished IS NOT NULL")
            .is_empty()
    );
    assert_eq!(indexes(store, "NOT indisvalid"), [] as [&str; 0]);
    let twice =
        "SELECT id FROM limbeck.journal WHERE outcome = 'applied' GROUP BY id HAVING count(*) > 1";
    assert!(store.query(twice).is_empty());
}
