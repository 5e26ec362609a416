//! When there is a second connection.

use limbeck::{Migrator, Watcher};

use super::support::{assert_no_sessions, history};
use crate::support::Store;

#[test]
fn a_run_that_is_short_opens_no_second_connection() {
    let store = Store::postgres();
    let history = history(
        "CREATE TABLE a (id integer);",
        "CREATE TABLE b AS SELECT application_name FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid();",
        true,
    );
    store.upgrade(history, "head");
    assert!(store.query("SELECT * FROM b").is_empty());
}

#[test]
fn a_run_that_is_long_opens_one_unless_it_is_told_not_to() {
    for (watcher, others) in [(Watcher::Own, 1), (Watcher::Off, 0)] {
        let store = Store::postgres();
        let history = history(
            "CREATE TABLE a (id integer);",
            "SELECT pg_sleep(2);\n\
             CREATE TABLE b AS SELECT pid FROM pg_stat_activity WHERE datname = current_database() \
             AND backend_type = 'client backend' AND pid <> pg_backend_pid();",
            true,
        );
        Migrator::new(history)
            .watcher(watcher)
            .upgrade(&store.url(), "head")
            .unwrap();
        assert_eq!(store.query("SELECT pid FROM b").len(), others);
        assert_no_sessions(&store);
    }
}
