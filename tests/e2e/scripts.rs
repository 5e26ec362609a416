//! Scripts outside a transaction: never recorded as applied before they have ended, and taken up by the next
//! start where they have not.

use std::sync::mpsc;
use std::time::Duration;

use limbeck::{ErrorKind, Event, History, Migrator, Watcher};

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

/// A second revision with a script for each database, of which every statement runs by itself.
fn pragmas() -> &'static History {
    let text = "-- @revision r2\n-- @revises r1\n-- @message change r2\n\n\
        -- @up sqlite no-transaction\n\
        PRAGMA foreign_keys = OFF;\n\
        DROP TABLE parent;\n\
        CREATE TABLE parent (id integer PRIMARY KEY, more integer);\n\
        INSERT INTO parent VALUES (1, 2);\n\
        VACUUM;\n\
        PRAGMA foreign_keys = ON;\n\
        INSERT INTO child VALUES (2, 1);\n\
        PRAGMA optimize;\n\n\
        -- @up postgres no-transaction\n\
        SET search_path = other;\n\
        CREATE TABLE mine (id integer);\n\
        INSERT INTO mine VALUES (1);\n\
        CREATE INDEX CONCURRENTLY mine_id ON mine (id);\n\
        VACUUM mine;\n\
        SET search_path = public;\n\
        INSERT INTO child VALUES (2, 1);\n\
        ANALYZE child;\n\n\
        -- @down\n";
    let mut first = revision(
        "r1",
        "base",
        "CREATE TABLE parent (id integer PRIMARY KEY);\nINSERT INTO parent VALUES (1);\n\
         CREATE TABLE child (id integer, parent_id integer REFERENCES parent (id) ON DELETE CASCADE);\n\
         INSERT INTO child VALUES (1, 1);",
        "SELECT 1;",
    );
    let (header, body) = first.1.split_once("-- @up").unwrap();
    let (up, down) = body.split_once("-- @down").unwrap();
    first.1 = format!(
        "{header}-- @up sqlite{up}-- @up postgres{up}CREATE SCHEMA other;\n\n-- @down{down}"
    );
    compile(
        "app",
        &[first, ("r2_change.sql".to_owned(), text.to_owned())],
    )
}

/// Runs in a process that hangs from this event on, and of which then nothing is left, as far as the
/// database can tell.
fn die_at(store: &Store, history: &'static History, number: usize) -> bool {
    let url = store.url();
    let (told, heard) = mpsc::channel();
    let ended = told.clone();
    let run = std::thread::spawn(move || {
        let mut count = 0;
        let observer = move |event: &Event| {
            if let Event::Statement { .. } | Event::StatementFinished { .. } = event {
                count += 1;
                if count == number {
                    told.send(true).unwrap();
                    loop {
                        std::thread::park();
                    }
                }
            }
        };
        let report = Migrator::new(history)
            .watcher(Watcher::Off)
            .heartbeat(Duration::ZERO)
            .observer(observer)
            .upgrade(&url, "head");
        ended.send(false).unwrap();
        report
    });
    let is_dead = heard.recv().unwrap();
    if !is_dead {
        run.join().unwrap().unwrap();
    } else if let Store::Postgres(_) = store {
        store.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
        );
    }
    is_dead
}

on_each_database! {
    fn a_process_that_is_gone_before_or_after_any_statement_leaves_what_the_next_start_completes(store: &mut Store) {
        store.upgrade(pragmas(), "head");
        let (dump, rows) = (store.dump(), store.rows());
        let tests: Vec<_> = (1..=16)
            .map(|number| {
                let (dump, rows) = (dump.clone(), rows.clone());
                let store = match store {
                    Store::Sqlite { .. } => Store::sqlite(),
                    Store::Postgres(_) => Store::postgres(),
                };
                std::thread::spawn(move || {
                    assert!(die_at(&store, pragmas(), number), "{number}");
                    assert_eq!(store.applied(), ["r1"]);
                    let report = store.upgrade(pragmas(), "head");
                    assert_eq!(report.steps.len(), 1, "{number}");
                    assert_eq!(store.dump(), dump, "{number}");
                    assert_eq!(store.rows(), rows, "{number}");
                    assert!(store.query(&format!("SELECT id FROM {}", store.ledger("progress"))).is_empty());
                    assert!(store.upgrade(pragmas(), "head").is_up_to_date());
                })
            })
            .collect();
        for test in tests {
            test.join().unwrap();
        }
        assert!(!die_at(store, pragmas(), 17));
    }

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

    fn a_failed_statement_is_tried_again_by_the_next_start(store: &mut Store) {
        fail(store);
        let status = Migrator::new(history()).status(&store.url()).unwrap();
        assert_eq!(status.unfinished.unwrap().statement, 2);
        let error = Migrator::new(history()).upgrade(&store.url(), "head").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Failed, "{}", full(&error));
        assert!(error.to_string().contains("migrations/r2_change.sql:7:1"), "{error}");

        store.execute("DELETE FROM a");
        let report = store.upgrade(history(), "head");
        assert_eq!(report.steps.len(), 1);
        assert_eq!(store.applied(), ["r1", "r2"]);
        assert_eq!(store.query("SELECT count(*) FROM c"), ["0"]);
        assert!(store.upgrade(history(), "head").is_up_to_date());
    }

    fn a_script_whose_first_statement_fails_has_not_begun(store: &mut Store) {
        store.upgrade(history(), "r1");
        store.execute("CREATE TABLE b (id integer)");
        let error = Migrator::new(history()).upgrade(&store.url(), "head").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Failed, "{}", full(&error));
        assert!(Migrator::new(history()).status(&store.url()).unwrap().unfinished.is_none());
        store.execute("DROP TABLE b");
        assert_eq!(store.upgrade(history(), "head").steps.len(), 1);
    }

    fn of_a_statement_that_an_older_limbeck_recorded_apart_nothing_tells(store: &mut Store) {
        fail(store);
        // What a process leaves that was killed during the statement, after its lease has run out.
        let progress = store.ledger("progress");
        store.execute(&format!("UPDATE {progress} SET state = 'started', error = NULL WHERE state = 'failed'"));
        for _ in 0..2 {
            let error = Migrator::new(history()).upgrade(&store.url(), "head").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Interrupted, "{}", full(&error));
            let said = error.to_string();
            assert!(said.contains("nothing tells whether its statement 2 of 3 at migrations/r2_change.sql:7:1"), "{said}");
        }
        assert_eq!(store.applied(), ["r1"]);
        store.execute("DELETE FROM a");
        let report = Migrator::new(history()).resume(&store.url(), "head").unwrap();
        assert_eq!(report.steps.len(), 1);
        assert_eq!(store.applied(), ["r1", "r2"]);
    }

    fn a_script_that_another_process_is_at_is_waited_for(store: &mut Store) {
        fail(store);
        let progress = store.ledger("progress");
        let later = match store {
            Store::Sqlite { .. } => "strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+20 seconds')",
            Store::Postgres(_) => "clock_timestamp() + interval '20 seconds', backend = NULL",
        };
        store.execute(&format!("UPDATE {progress} SET state = 'started', lease_until = {later}"));
        let error = Migrator::new(history())
            .lock_deadline(Duration::from_millis(200))
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
        assert_eq!(error.kind(), ErrorKind::Failed, "{}", full(&error));
        store.execute("CREATE TABLE b (id integer)");
        // What is left of the downgrade is done, and then the upgrade.
        let report = store.upgrade(history(), "head");
        let directions: Vec<_> = report.steps.iter().map(|step| step.direction.name()).collect();
        assert_eq!(directions, ["down", "up"]);
        assert_eq!(store.applied(), ["r1", "r2"]);
        assert_eq!(store.query("SELECT count(*) FROM c"), ["0"]);
    }
}

#[test]
fn a_long_statement_runs_once_whoever_waits_for_it() {
    let store = Store::sqlite();
    let mut script = revision(
        "r2",
        "r1",
        "VACUUM;\nINSERT INTO a VALUES (1, 1);",
        "SELECT 1;",
    );
    script.1 = script.1.replace("-- @up", "-- @up no-transaction");
    let rows = "CREATE TABLE a (id integer, content blob);\n\
                WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 50000) \
                INSERT INTO a SELECT n, zeroblob(3000) FROM numbers;";
    let history = compile("app", &[revision("r1", "base", rows, "SELECT 1;"), script]);
    store.upgrade(history, "r1");
    let (told, heard) = mpsc::channel();
    let runs: Vec<_> = (0..6)
        .map(|_| {
            let (url, told) = (store.url(), told.clone());
            std::thread::spawn(move || {
                let observer = move |event: &Event| {
                    if let Event::Statement { number: 1, .. } = event {
                        told.send(()).unwrap();
                    }
                };
                Migrator::new(history)
                    .observer(observer)
                    .upgrade(&url, "head")
            })
        })
        .collect();
    drop(told);
    let steps: usize = runs
        .into_iter()
        .map(|run| run.join().unwrap().unwrap().steps.len())
        .sum();
    assert_eq!((steps, heard.iter().count()), (1, 1));
}

/// Leaves the write-ahead log, which SQLite refuses while anybody else has the database open.
fn leaves_the_log() -> &'static History {
    let mut script = revision(
        "r2",
        "r1",
        "PRAGMA foreign_keys = OFF;\nPRAGMA journal_mode = DELETE;\nINSERT INTO a VALUES (1);",
        "SELECT 1;",
    );
    script.1 = script.1.replace("-- @up", "-- @up no-transaction");
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

#[test]
fn a_statement_that_others_keep_busy_is_tried_until_the_deadline() {
    let store = Store::sqlite();
    store.upgrade(leaves_the_log(), "r1");
    store.execute("PRAGMA journal_mode = WAL");
    let Store::Sqlite { path, .. } = &store else {
        unreachable!()
    };
    let other = rusqlite::Connection::open(path).unwrap();
    other
        .query_row("SELECT count(*) FROM a", [], |_| Ok(()))
        .unwrap();
    let error = Migrator::new(leaves_the_log())
        .lock_deadline(Duration::from_millis(300))
        .upgrade(&store.url(), "head")
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Locked, "{}", full(&error));
    assert_eq!(store.applied(), ["r1"]);
    drop(other);
    store.upgrade(leaves_the_log(), "head");
    assert_eq!(store.query("PRAGMA journal_mode"), ["delete"]);
}
