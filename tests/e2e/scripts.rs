//! Scripts outside a transaction: never recorded as applied before they have ended.

use limbeck::{ErrorKind, History, Migrator};

use crate::support::{Store, compile, full, on_each_database, revision};

/// Its second revision fails at its second statement of three while `a` has a row.
fn history() -> &'static History {
    let mut script = revision(
        "r2",
        "r1",
        "CREATE TABLE b (id integer);\nINSERT INTO a VALUES (1);\nCREATE TABLE c (id integer);",
        "DROP TABLE c;\nDELETE FROM a;\nDROP TABLE b;",
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
                "CREATE TABLE a (id integer PRIMARY KEY);",
                "DROP TABLE a;",
            ),
            script,
        ],
    )
}

fn fail(store: &Store) -> limbeck::Error {
    store.upgrade(history(), "r1");
    store.execute("INSERT INTO a VALUES (1)");
    let error = Migrator::new(history())
        .upgrade(&store.url(), "head")
        .unwrap_err();
    assert_eq!(store.applied(), ["r1"]);
    error
}

on_each_database! {
    fn a_script_runs_outside_a_transaction_and_leaves_no_progress_behind(store: &mut Store) {
        let report = store.upgrade(history(), "head");
        assert_eq!(report.steps.len(), 2);
        let progress = store.ledger("progress");
        assert!(store.query(&format!("SELECT id FROM {progress}")).is_empty());
        assert!(store.upgrade(history(), "head").is_up_to_date());
        store.downgrade(history(), "base");
        assert!(store.applied().is_empty());
    }

    fn a_failed_statement_is_reported_with_its_place_and_what_came_before_stands(store: &mut Store) {
        let error = fail(store);
        assert_eq!(error.kind(), ErrorKind::Failed, "{}", full(&error));
        let location = error.location().unwrap();
        assert_eq!((location.line, location.column), (Some(7), Some(1)));
        assert!(store.query("SELECT count(*) FROM b").contains(&"0".to_owned()));
    }

    fn a_failed_script_stops_every_later_run_until_it_is_resumed(store: &mut Store) {
        fail(store);
        let error = Migrator::new(history()).upgrade(&store.url(), "head").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Interrupted, "{}", full(&error));
        assert!(error.to_string().contains("statement 2 of 3 at migrations/r2_change.sql:7:1"), "{error}");
        let status = Migrator::new(history()).status(&store.url()).unwrap();
        assert_eq!(status.unfinished.unwrap().statement, 2);

        store.execute("DELETE FROM a");
        let report = Migrator::new(history()).resume(&store.url(), "head").unwrap();
        assert_eq!(report.steps.len(), 1);
        assert_eq!(store.applied(), ["r1", "r2"]);
        assert_eq!(store.query("SELECT count(*) FROM c"), ["0"]);
        assert!(store.upgrade(history(), "head").is_up_to_date());
    }

    fn a_script_that_was_cut_off_is_never_taken_for_applied(store: &mut Store) {
        fail(store);
        // What a process leaves that was killed during the statement, after its lease has run out.
        let progress = store.ledger("progress");
        store.execute(&format!("UPDATE {progress} SET state = 'started', error = NULL WHERE state = 'failed'"));
        let error = Migrator::new(history()).upgrade(&store.url(), "head").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Interrupted, "{}", full(&error));
        assert!(error.to_string().contains("was begun and not finished"), "{error}");
        assert_eq!(store.applied(), ["r1"]);
    }

    fn a_script_that_another_process_is_at_is_waited_for(store: &mut Store) {
        fail(store);
        let progress = store.ledger("progress");
        let later = match store {
            Store::Sqlite { .. } => "strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+60 seconds')",
            Store::Postgres(_) => "clock_timestamp() + interval '60 seconds'",
        };
        store.execute(&format!("UPDATE {progress} SET state = 'started', lease_until = {later}"));
        let error = Migrator::new(history())
            .lock_deadline(std::time::Duration::from_millis(200))
            .upgrade(&store.url(), "head")
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Locked, "{}", full(&error));
    }

    fn what_was_finished_by_hand_is_stamped(store: &mut Store) {
        fail(store);
        store.execute("CREATE TABLE c (id integer)");
        Migrator::new(history()).stamp(&store.url(), &["head"], false).unwrap();
        assert_eq!(store.applied(), ["r1", "r2"]);
        assert!(store.upgrade(history(), "head").is_up_to_date());
        store.downgrade(history(), "r1");
    }

    fn a_downgrade_that_was_left_unfinished_is_seen_by_the_next_start(store: &mut Store) {
        store.upgrade(history(), "head");
        store.execute("DROP TABLE b");
        let error = Migrator::new(history()).downgrade(&store.url(), "r1").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Failed, "{}", full(&error));
        // The revision counts as applied still, and the state is the complete one.
        assert_eq!(store.applied(), ["r1", "r2"]);
        let error = Migrator::new(history()).upgrade(&store.url(), "head").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Interrupted, "{}", full(&error));
        store.execute("CREATE TABLE b (id integer)");
        // What is left of the downgrade is done, and then the upgrade.
        Migrator::new(history()).resume(&store.url(), "head").unwrap();
        assert_eq!(store.applied(), ["r1", "r2"]);
        assert_eq!(store.query("SELECT count(*) FROM c"), ["0"]);
    }
}
