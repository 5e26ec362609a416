//! What is done about a script outside a transaction that PostgreSQL or its client was cut off in.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use limbeck::{Error, ErrorKind, Event, History, Migrator, Report};
use limbeck_testkit::{Direction, Gate, Moment, Verdict, postgres};
use postgres::Client;

use crate::support::{Store, compile, full, revision};

/// A second revision of which every statement runs by itself.
fn script(up: &str, down: &str) -> &'static History {
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

fn building() -> &'static History {
    script(
        "CREATE UNIQUE INDEX CONCURRENTLY a_n ON a (n);",
        "DROP INDEX CONCURRENTLY a_n;",
    )
}

fn database(store: &Store) -> &limbeck_testkit::Database {
    match store {
        Store::Postgres(database) => database,
        Store::Sqlite { .. } => unreachable!(),
    }
}

fn connect(store: &Store) -> Client {
    database(store).connect()
}

/// A transaction that keeps every concurrent index waiting for its snapshot.
fn reader(store: &Store) -> Client {
    let mut reader = connect(store);
    reader
        .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM a")
        .unwrap();
    reader
}

/// Starts an upgrade, or what else is to be done, in a thread of its own.
fn in_thread(
    store: &Store,
    run: impl FnOnce(&str) -> Result<Report, Error> + Send + 'static,
) -> std::thread::JoinHandle<Result<Report, Error>> {
    let url = store.url();
    std::thread::spawn(move || run(&url))
}

fn upgrade(
    store: &Store,
    history: &'static History,
) -> std::thread::JoinHandle<Result<Report, Error>> {
    in_thread(store, move |url| {
        Migrator::new(history).upgrade(url, "head")
    })
}

/// The same on a connection that is not limbeck's to open again when it is lost.
fn upgrade_lent(
    store: &Store,
    history: &'static History,
) -> std::thread::JoinHandle<Result<Report, Error>> {
    let mut client = connect(store);
    std::thread::spawn(move || Migrator::new(history).upgrade(&mut client, "head"))
}

/// Waits until a query has an answer, which is its first value.
fn wait_for(store: &Store, query: &str) -> String {
    for _ in 0..500 {
        if let Some(found) = store.query(query).into_iter().next() {
            return found;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("nothing answers {query}");
}

/// The process that runs a statement of a script, once that waits for somebody.
fn waiting_statement(store: &Store, beginning: &str) -> String {
    wait_for(
        store,
        &format!(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
             AND query LIKE '/* limbeck % */ {beginning}%' AND state = 'active' AND wait_event_type = 'Lock'"
        ),
    )
}

fn indexes(store: &Store, condition: &str) -> Vec<String> {
    store.query(&format!(
        "SELECT relname FROM pg_class JOIN pg_index ON indexrelid = oid WHERE {condition} \
         AND relnamespace IN ('public'::regnamespace, 'pg_toast'::regnamespace) ORDER BY relname"
    ))
}

fn assert_complete(store: &Store) {
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
fn a_process_that_waits_takes_the_script_up_once_the_other_is_gone() {
    let store = Store::postgres();
    store.upgrade(building(), "r1");
    let mut reader = reader(&store);
    let first = upgrade_lent(&store, building());
    let pid = waiting_statement(&store, "CREATE UNIQUE INDEX");
    let others: Vec<_> = (0..3).map(|_| upgrade(&store, building())).collect();
    std::thread::sleep(Duration::from_millis(300));
    store.execute(&format!("SELECT pg_terminate_backend({pid})"));
    assert!(first.join().unwrap().is_err());
    reader.batch_execute("ROLLBACK").unwrap();
    let reports: Vec<_> = others
        .into_iter()
        .map(|run| run.join().unwrap().unwrap())
        .collect();
    assert_eq!(
        reports
            .iter()
            .map(|report| report.steps.len())
            .sum::<usize>(),
        1
    );
    assert_complete(&store);
}

#[test]
fn a_process_whose_lease_has_run_out_is_not_overtaken_while_its_statement_runs() {
    let store = Store::postgres();
    store.upgrade(building(), "r1");
    let mut reader = reader(&store);
    let first = upgrade(&store, building());
    waiting_statement(&store, "CREATE UNIQUE INDEX");
    store.execute("UPDATE limbeck.progress SET lease_until = now() - interval '1 hour'");
    let error = Migrator::new(building())
        .lock_deadline(Duration::from_millis(500))
        .upgrade(&store.url(), "head")
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Locked, "{}", full(&error));
    reader.batch_execute("ROLLBACK").unwrap();
    assert_eq!(first.join().unwrap().unwrap().steps.len(), 1);
    assert_complete(&store);
}

#[test]
fn a_process_that_comes_back_after_it_was_overtaken_stops_without_writing() {
    let store = Store::postgres();
    let history = script(
        "VACUUM a;\nINSERT INTO calls VALUES (7);\nVACUUM calls;",
        "DELETE FROM calls;",
    );
    store.upgrade(history, "r1");
    let (reached, is_there) = mpsc::channel();
    let (go, may_go) = mpsc::channel::<()>();
    let may_go = Mutex::new(may_go);
    let slow = in_thread(&store, move |url| {
        let observer = move |event: &Event| {
            if let Event::StatementFinished { number: 1, .. } = event {
                reached.send(()).unwrap();
                may_go.lock().unwrap().recv().unwrap();
            }
        };
        Migrator::new(history)
            .observer(observer)
            .upgrade(url, "head")
    });
    is_there.recv().unwrap();
    store.execute("UPDATE limbeck.progress SET lease_until = now() - interval '1 hour'");
    let report = store.upgrade(history, "head");
    assert_eq!(report.steps.len(), 1);
    go.send(()).unwrap();
    let report = slow.join().unwrap().unwrap();
    assert!(report.is_up_to_date(), "{report:?}");
    assert_complete(&store);
    assert_eq!(store.query("SELECT count(*) FROM calls"), ["1"]);
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

/// Each kind of statement once.
fn all_kinds(name: &str) -> &'static History {
    script(
        &format!(
            "SET search_path = public, pg_catalog;\n\
             CREATE INDEX CONCURRENTLY a_n ON a (n);\n\
             INSERT INTO calls VALUES (-1);\n\
             -- @verify SELECT EXISTS (SELECT FROM calls WHERE number > 0)\n\
             CALL call_once();\n\
             REINDEX INDEX CONCURRENTLY a_id;\n\
             DROP INDEX CONCURRENTLY a_old;\n\
             REINDEX TABLE CONCURRENTLY a;\n\
             CREATE DATABASE {name}_more;\n\
             VACUUM a;\n\
             ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY;\n\
             DROP DATABASE {name}_more;\n\
             INSERT INTO calls VALUES (-2);"
        ),
        "SELECT 1;",
    )
}

/// A run whose connections are all cut from this message on.
fn cut_off(
    store: &Store,
    history: &'static History,
    direction: Direction,
    moment: Moment,
    at: usize,
) -> bool {
    let has_struck = Arc::new(AtomicUsize::new(0));
    let strikes = Arc::clone(&has_struck);
    let gate = Gate::start(postgres(), move |passage| {
        let is_later = strikes.load(Ordering::SeqCst) > 0;
        let is_now =
            passage.direction == direction && passage.number == at && passage.moment == moment;
        if is_now {
            strikes.fetch_add(1, Ordering::SeqCst);
        }
        if is_later || is_now {
            Verdict::Cut
        } else {
            Verdict::Pass
        }
    });
    // A cut behind the last answer that matters is none to the run.
    let _ = Migrator::new(history)
        .lock_deadline(Duration::from_millis(100))
        .upgrade(&gate.url(database(store).name()), "head");
    has_struck.load(Ordering::SeqCst) > 0
}

#[test]
fn a_client_that_is_cut_off_at_any_message_leaves_what_the_next_start_completes() {
    let reference = Store::postgres();
    reference.upgrade(all_kinds(database(&reference).name()), "head");
    let (dump, rows) = (reference.dump(), reference.rows());
    let template = Store::postgres();
    template.upgrade(all_kinds("any"), "r1");
    let tried = AtomicUsize::new(0);
    let next = AtomicUsize::new(2);
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::SeqCst);
                    let mut was_cut = false;
                    for (direction, moment) in [
                        (Direction::ToServer, Moment::Before),
                        (Direction::ToServer, Moment::After),
                    ] {
                        let store = Store::Postgres(database(&template).copy());
                        let history = all_kinds(database(&store).name());
                        if !cut_off(&store, history, direction, moment, at) {
                            continue;
                        }
                        was_cut = true;
                        tried.fetch_add(1, Ordering::SeqCst);
                        store.upgrade(history, "head");
                        assert_complete(&store);
                        assert_eq!(store.dump(), dump, "{moment:?} {at}");
                        assert_eq!(store.rows(), rows, "{moment:?} {at}");
                    }
                    if !was_cut {
                        return;
                    }
                }
            });
        }
    });
    assert!(tried.load(Ordering::SeqCst) > 60, "{tried:?}");
}
