//! Ledgers that somebody has edited, and clocks that have jumped: found by the simulation of faults.

use std::time::Duration;

use limbeck::{ErrorKind, History, Migrator};

use crate::support::{Store, compile, full, on_each_database, revision};

/// A table, a script outside a transaction, and one more table.
fn history() -> &'static History {
    let mut script = revision(
        "r2",
        "r1",
        "VACUUM;\nINSERT INTO a VALUES (2);",
        "DELETE FROM a WHERE id = 2;",
    );
    script.1 = script
        .1
        .replace("-- @up", "-- @up no-transaction")
        .replace("-- @down", "-- @down no-transaction");
    compile(
        "app",
        &[
            revision(
                "r1",
                "base",
                "CREATE TABLE a (id integer);",
                "DROP TABLE a;",
            ),
            script,
            revision("r3", "r2", "CREATE TABLE b (id integer);", "DROP TABLE b;"),
        ],
    )
}

fn migrator() -> Migrator {
    Migrator::new(history()).lock_deadline(Duration::from_secs(4))
}

/// The first statement of the script is begun, by a process that nobody knows.
fn begin_script(store: &Store, lease_until: &str) {
    let (state, progress) = (store.ledger("state"), store.ledger("progress"));
    store.execute(&format!(
        "UPDATE {state} SET unfinished = 't'; INSERT INTO {progress} (history, id, direction, step, state, token, lease_until) \
         VALUES ('app', 'r2', 'up', 1, 'started', 't', '{lease_until}')"
    ));
}

on_each_database! {
    fn a_ledger_without_one_of_its_tables_is_refused_at_once(store: &mut Store) {
        for table in ["revision", "journal", "progress"] {
            let fresh = match store {
                Store::Sqlite { .. } => Store::sqlite(),
                Store::Postgres(_) => Store::postgres(),
            };
            fresh.upgrade(history(), "r2");
            fresh.execute(&format!("DROP TABLE {}", fresh.ledger(table)));
            for error in [
                migrator().upgrade(&fresh.url(), "head").unwrap_err(),
                migrator().downgrade(&fresh.url(), "base").unwrap_err(),
            ] {
                assert_eq!(error.kind(), ErrorKind::Database, "{table}: {}", full(&error));
                assert!(full(&error).contains(table), "{}", full(&error));
            }
            assert_eq!(fresh.query("SELECT id FROM a"), ["2"]);
        }
    }

    fn a_lease_that_runs_for_longer_than_any_does_keeps_nobody_out(store: &mut Store) {
        store.upgrade(history(), "r1");
        // What was written an hour from now, before the clock jumped back; or by a person.
        begin_script(store, "9000-01-01T00:00:00.000Z");
        migrator().upgrade(&store.url(), "head").unwrap();
        assert_eq!(store.applied(), ["r1", "r2", "r3"]);
        assert_eq!(store.query("SELECT id FROM a"), ["2"]);
    }

    fn an_unfinished_script_of_what_is_applied_is_never_run_again(store: &mut Store) {
        store.upgrade(history(), "r2");
        begin_script(store, "2000-01-01T00:00:00.000Z");
        let error = migrator().upgrade(&store.url(), "head").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Diverged, "{}", full(&error));
        assert_eq!(store.query("SELECT id FROM a"), ["2"]);
        migrator().stamp(&store.url(), &["r2"], true).unwrap();
        store.upgrade(history(), "head");
    }

    fn a_ledger_that_cannot_be_read_is_forgotten_by_a_purge(store: &mut Store) {
        store.upgrade(history(), "r2");
        let state = store.ledger("state");
        store.execute(&format!("UPDATE {state} SET version = -1"));
        let error = migrator().upgrade(&store.url(), "head").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Database, "{}", full(&error));
        let error = migrator().stamp(&store.url(), &["r2"], false).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Database, "{}", full(&error));
        migrator().stamp(&store.url(), &["r2"], true).unwrap();
        assert_eq!(store.applied(), ["r1", "r2"]);
        assert_eq!(store.upgrade(history(), "head").steps.len(), 1);
        assert!(store.upgrade(history(), "head").is_up_to_date());
    }
}

#[test]
fn scripts_write_where_transactions_only_read_by_default() {
    let store = Store::postgres();
    let Store::Postgres(database) = &store else {
        unreachable!()
    };
    store.execute(&format!(
        "ALTER DATABASE {} SET default_transaction_read_only = on",
        database.name()
    ));
    let mut index = revision(
        "r2",
        "r1",
        "CREATE INDEX CONCURRENTLY a_id_idx ON a (id);",
        "DROP INDEX CONCURRENTLY a_id_idx;",
    );
    index.1 = index
        .1
        .replace("-- @up", "-- @up no-transaction")
        .replace("-- @down", "-- @down no-transaction");
    let first = revision(
        "r1",
        "base",
        "CREATE TABLE a (id integer);",
        "DROP TABLE a;",
    );
    let history = compile("app", &[first, index]);
    let mut client = database.connect();
    Migrator::new(history).upgrade(&mut client, "head").unwrap();
    // A connection that was lent has its own setting again.
    let row = client
        .query_one("SHOW default_transaction_read_only", &[])
        .unwrap();
    assert_eq!(row.get::<_, String>(0), "on");
    Migrator::new(history)
        .downgrade(&store.url(), "base")
        .unwrap();
}
