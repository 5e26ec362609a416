//! Each kind of statement, cut off in its midst or failed.

use std::sync::mpsc;
use std::time::Duration;

use limbeck::{ErrorKind, Event, Migrator};

use super::support::{
    assert_complete, building, connect, database, in_thread, indexes, reader, script, upgrade,
    upgrade_lent, waiting_statement,
};
use crate::support::{Store, detaches_concurrently, full};

#[test]
fn a_unique_index_that_cannot_be_is_taken_away_and_built_once_it_can() {
    let store = Store::postgres();
    store.upgrade(building(), "r1");
    store.execute("INSERT INTO a VALUES (0, 1)");
    let error = upgrade(&store, building()).join().unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Failed, "{}", full(&error));
    assert_eq!(error.location().unwrap().code.as_deref(), Some("23505"));
    assert_eq!(indexes(&store, "NOT indisvalid"), [] as [&str; 0]);
    let status = Migrator::new(building()).status(&store.url()).unwrap();
    assert!(status.unfinished.unwrap().error.unwrap().contains("23505"));
    store.execute("DELETE FROM a WHERE id = 0");
    assert_eq!(store.upgrade(building(), "head").steps.len(), 1);
    assert_complete(&store);
    assert_eq!(
        indexes(&store, "indrelid = 'a'::regclass AND indisunique"),
        ["a_n"]
    );
}

#[test]
fn an_index_whose_session_was_ended_is_built_again_by_the_next_start() {
    let store = Store::postgres();
    store.upgrade(building(), "r1");
    let mut reader = reader(&store);
    let run = upgrade_lent(&store, building());
    let pid = waiting_statement(&store, "CREATE UNIQUE INDEX");
    store.execute(&format!("SELECT pg_terminate_backend({pid})"));
    let error = run.join().unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Database, "{}", full(&error));
    assert_eq!(indexes(&store, "NOT indisvalid"), ["a_n"]);
    reader.batch_execute("ROLLBACK").unwrap();
    let report = store.upgrade(building(), "head");
    assert!(
        report.steps[0].notes[0].contains("the invalid index `public.a_n`"),
        "{:?}",
        report.steps[0].notes
    );
    assert_complete(&store);
}

#[test]
fn an_index_that_was_cancelled_leaves_nothing_and_is_tried_again() {
    let store = Store::postgres();
    store.upgrade(building(), "r1");
    let mut reader = reader(&store);
    let run = upgrade(&store, building());
    let pid = waiting_statement(&store, "CREATE UNIQUE INDEX");
    store.execute(&format!("SELECT pg_cancel_backend({pid})"));
    // The index is dropped concurrently, which waits for the reader too.
    waiting_statement(&store, "DROP INDEX");
    reader.batch_execute("ROLLBACK").unwrap();
    let error = run.join().unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Failed, "{}", full(&error));
    assert_eq!(error.location().unwrap().code.as_deref(), Some("57014"));
    assert_eq!(indexes(&store, "NOT indisvalid"), [] as [&str; 0]);
    store.upgrade(building(), "head");
    assert_complete(&store);
}

#[test]
fn if_not_exists_does_not_pass_over_an_index_that_is_invalid() {
    let store = Store::postgres();
    let history = script(
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS a_n ON a (n);",
        "DROP INDEX CONCURRENTLY a_n;",
    );
    store.upgrade(history, "r1");
    leave_invalid(&store);
    assert_eq!(indexes(&store, "NOT indisvalid"), ["a_n"]);
    store.upgrade(history, "head");
    assert_complete(&store);
    // Over a valid one it does, as PostgreSQL's does.
    store.execute("DELETE FROM limbeck.revision WHERE id = 'r2'");
    Migrator::new(history)
        .stamp(&store.url(), &["r1"], true)
        .unwrap();
    store.upgrade(history, "head");
    assert_eq!(store.applied(), ["r1", "r2"]);
}

/// What somebody leaves who builds the index by hand, and fails.
fn leave_invalid(store: &Store) {
    store.execute("INSERT INTO a VALUES (0, 1)");
    let failed = connect(store).simple_query("CREATE UNIQUE INDEX CONCURRENTLY a_n ON a (n)");
    assert!(failed.is_err());
    store.execute("DELETE FROM a WHERE id = 0");
}

#[test]
fn a_lock_timeout_of_the_section_is_tried_again_until_the_index_is_built() {
    let store = Store::postgres();
    let history = script(
        "-- @lock-timeout 100ms\nCREATE INDEX CONCURRENTLY a_n ON a (n);",
        "DROP INDEX CONCURRENTLY a_n;",
    );
    store.upgrade(history, "r1");
    let mut reader = reader(&store);
    let (told, retries) = mpsc::channel();
    let run = in_thread(&store, move |url| {
        let observer = move |event: &Event| {
            if let Event::Retrying { .. } = event {
                let _ = told.send(());
            }
        };
        Migrator::new(history)
            .observer(observer)
            .upgrade(url, "head")
    });
    let first = retries.recv_timeout(Duration::from_secs(20));
    reader.batch_execute("ROLLBACK").unwrap();
    first.unwrap();
    let report = run.join().unwrap().unwrap();
    assert!(report.steps[0].retries > 0, "{report:?}");
    assert_complete(&store);
}

#[test]
fn a_concurrent_index_waits_whatever_the_role_is_set_to() {
    let store = Store::postgres();
    let set = format!(
        "ALTER DATABASE {} SET lock_timeout = '50ms'",
        database(&store).name()
    );
    store.execute(&set);
    store.upgrade(building(), "r1");
    let mut reader = reader(&store);
    let run = upgrade(&store, building());
    waiting_statement(&store, "CREATE UNIQUE INDEX");
    std::thread::sleep(Duration::from_millis(300));
    reader.batch_execute("ROLLBACK").unwrap();
    let report = run.join().unwrap().unwrap();
    assert_eq!(report.steps[0].retries, 0);
    assert_complete(&store);
}

#[test]
fn what_a_reindex_leaves_is_taken_away_and_it_runs_again() {
    let store = Store::postgres();
    let history = script(
        "REINDEX TABLE CONCURRENTLY a;\nREINDEX INDEX CONCURRENTLY a_id;",
        "SELECT 1;",
    );
    store.upgrade(history, "r1");
    // The first one is cut off in the table's, the second in what is left to do.
    for _ in 0..2 {
        let mut reader = reader(&store);
        let run = upgrade_lent(&store, history);
        let pid = waiting_statement(&store, "");
        store.execute(&format!("SELECT pg_terminate_backend({pid})"));
        let error = run.join().unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Database, "{}", full(&error));
        let left = indexes(&store, "NOT indisvalid");
        assert!(left.iter().any(|name| name.contains("_ccnew")), "{left:?}");
        reader.batch_execute("ROLLBACK").unwrap();
    }
    store.upgrade(history, "head");
    assert_complete(&store);
    assert_eq!(
        indexes(&store, "indrelid = 'a'::regclass"),
        ["a_id", "a_old"]
    );
}

#[test]
fn an_index_whose_drop_was_cut_off_is_dropped() {
    let store = Store::postgres();
    let history = script(
        "DROP INDEX CONCURRENTLY a_old;",
        "CREATE INDEX CONCURRENTLY a_old ON a (n, id);",
    );
    store.upgrade(history, "r1");
    let mut reader = reader(&store);
    let run = upgrade_lent(&store, history);
    let pid = waiting_statement(&store, "DROP INDEX");
    store.execute(&format!("SELECT pg_terminate_backend({pid})"));
    assert!(run.join().unwrap().is_err());
    assert_eq!(indexes(&store, "NOT indisvalid"), ["a_old"]);
    reader.batch_execute("ROLLBACK").unwrap();
    store.upgrade(history, "head");
    assert_complete(&store);
    assert_eq!(indexes(&store, "relname = 'a_old'"), [] as [&str; 0]);
}

#[test]
fn a_partition_that_was_half_detached_is_detached_wholly() {
    let store = Store::postgres();
    let history = script(
        "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY;",
        "SELECT 1;",
    );
    store.upgrade(history, "r1");
    if !detaches_concurrently() {
        let error = Migrator::new(history)
            .upgrade(&store.url(), "head")
            .unwrap_err();
        assert!(full(&error).contains("syntax error"), "{}", full(&error));
        return;
    }
    let mut reader = connect(&store);
    reader
        .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM p")
        .unwrap();
    let run = upgrade_lent(&store, history);
    let pid = waiting_statement(&store, "ALTER TABLE");
    store.execute(&format!("SELECT pg_terminate_backend({pid})"));
    assert!(run.join().unwrap().is_err());
    assert_eq!(
        store.query("SELECT inhdetachpending FROM pg_inherits"),
        ["t"]
    );
    reader.batch_execute("ROLLBACK").unwrap();
    let report = store.upgrade(history, "head");
    assert!(
        report.steps[0].notes[0].contains("`p1` was half detached"),
        "{report:?}"
    );
    assert_complete(&store);
    assert!(store.query("SELECT inhrelid FROM pg_inherits").is_empty());
}

#[test]
fn what_is_there_after_a_statement_that_makes_it_tells_only_with_what_was_there_before() {
    let store = Store::postgres();
    let name = format!("{}_made", database(&store).name());
    let history = script(
        &format!("CREATE DATABASE {name};"),
        &format!("DROP DATABASE {name};"),
    );
    store.upgrade(history, "r1");
    let claim = |before: &str| {
        store.execute(&format!(
            "DELETE FROM limbeck.progress; \
             INSERT INTO limbeck.progress (history, id, direction, step, state, token, lease_until, before) \
             VALUES ('app', 'r2', 'up', 1, 'started', 'old', now() - interval '1 hour', {before}); \
             UPDATE limbeck.state SET unfinished = 'old'"
        ));
    };
    store.execute(&format!("CREATE DATABASE {name}"));
    // An older ledger does not say whether it was there before.
    claim("NULL");
    let error = upgrade(&store, history).join().unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted, "{}", full(&error));
    // It was, so that the statement fails as it would have.
    claim(&format!(
        "(SELECT oid::text FROM pg_database WHERE datname = '{name}')"
    ));
    let error = upgrade(&store, history).join().unwrap().unwrap_err();
    assert_eq!(
        error.location().unwrap().code.as_deref(),
        Some("42P04"),
        "{}",
        full(&error)
    );
    // It was not, so that the statement has made it.
    claim("''");
    assert_eq!(store.upgrade(history, "head").steps.len(), 1);
    assert_complete(&store);
    assert_eq!(store.downgrade(history, "r1").steps.len(), 1);
    assert!(
        store
            .query(&format!(
                "SELECT 1 FROM pg_database WHERE datname = '{name}'"
            ))
            .is_empty()
    );
}
