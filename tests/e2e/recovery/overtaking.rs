//! Who goes on with a script: one process, and never while another one's statement runs.

use std::sync::{Mutex, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use limbeck::{Error, ErrorKind, Event, History, Migrator, Report, Watcher};
use limbeck_testkit::{Bouncer, PoolMode, postgres};

use super::support::{
    assert_complete, building, connect, database, in_thread, reader, script, upgrade, upgrade_lent,
    waiting_statement,
};
use crate::support::{Store, full};

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

/// An upgrade that stands still where it tells of this, with a lease that has run out, and what lets it go on.
fn suspended(
    store: &Store,
    history: &'static History,
    at: fn(&Event) -> bool,
) -> (JoinHandle<Result<Report, Error>>, mpsc::Sender<()>) {
    let (reached, is_there) = mpsc::channel();
    let (go, may_go) = mpsc::channel::<()>();
    let may_go = Mutex::new(may_go);
    let run = in_thread(store, move |url| {
        let observer = move |event: &Event| {
            if at(event) {
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
    (run, go)
}

#[test]
fn a_process_that_comes_back_after_it_was_overtaken_stops_without_writing() {
    let store = Store::postgres();
    let history = script(
        "VACUUM a;\nINSERT INTO calls VALUES (7);\nVACUUM calls;",
        "DELETE FROM calls;",
    );
    store.upgrade(history, "r1");
    let (slow, go) = suspended(&store, history, |event| {
        matches!(event, Event::StatementFinished { number: 1, .. })
    });
    let report = store.upgrade(history, "head");
    assert_eq!(report.steps.len(), 1);
    go.send(()).unwrap();
    let report = slow.join().unwrap().unwrap();
    assert!(report.is_up_to_date(), "{report:?}");
    assert_complete(&store);
    assert_eq!(store.query("SELECT count(*) FROM calls"), ["1"]);
}

#[test]
fn a_process_that_was_suspended_before_its_statement_does_not_run_it_after_it_was_overtaken() {
    let store = Store::postgres();
    let history = script(
        "VACUUM a;\nCREATE INDEX CONCURRENTLY late ON a (n);",
        "DROP INDEX CONCURRENTLY late;",
    );
    store.upgrade(history, "r1");
    // It has its claim, and the next that it sends is about the index.
    let (suspended, go) = suspended(&store, history, |event| {
        matches!(event, Event::Statement { number: 2, .. })
    });
    assert_eq!(store.upgrade(history, "head").steps.len(), 1);
    store.execute("DROP INDEX late");
    go.send(()).unwrap();
    let report = suspended.join().unwrap().unwrap();
    assert!(report.is_up_to_date(), "{report:?}");
    assert_eq!(
        store.query("SELECT count(*) FROM pg_class WHERE relname = 'late'"),
        ["0"]
    );
}

#[test]
fn a_statement_behind_a_pooler_is_found_by_its_marker_and_not_overtaken() {
    let store = Store::postgres();
    store.upgrade(building(), "r1");
    let bouncer = Bouncer::start(postgres(), PoolMode::Transaction);
    let url = bouncer.url(database(&store).name());
    let mut reader = reader(&store);
    let first = url.clone();
    let run = std::thread::spawn(move || {
        Migrator::new(building())
            .watcher(Watcher::Off)
            .upgrade(&first, "head")
    });
    waiting_statement(&store, "CREATE UNIQUE INDEX");
    // The pooler may have made the claim in another session than it runs the statement in.
    store.execute(
        "UPDATE limbeck.progress SET lease_until = now() - interval '1 hour', backend = 1",
    );
    let error = Migrator::new(building())
        .lock_deadline(Duration::from_millis(500))
        .upgrade(&url, "head")
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Locked, "{}", full(&error));
    reader.batch_execute("ROLLBACK").unwrap();
    assert_eq!(run.join().unwrap().unwrap().steps.len(), 1);
    assert_complete(&store);
}

#[test]
fn a_session_that_only_has_the_process_id_of_a_dead_one_is_not_taken_for_it() {
    let store = Store::postgres();
    let history = script("VACUUM a;", "SELECT 1;");
    store.upgrade(history, "r1");
    let mut other = connect(&store);
    let pid: i32 = other
        .query_one("SELECT pg_backend_pid()", &[])
        .unwrap()
        .get(0);
    let claim = |started: &str| {
        store.execute(&format!(
            "DELETE FROM limbeck.progress; \
             INSERT INTO limbeck.progress (history, id, direction, step, state, token, lease_until, backend, backend_start) \
             SELECT 'app', 'r2', 'up', 1, 'started', 'old', now() + interval '20 seconds', pid, {started} \
             FROM pg_stat_activity WHERE pid = {pid}; UPDATE limbeck.state SET unfinished = 'old'"
        ));
    };
    claim("backend_start");
    let error = Migrator::new(history)
        .lock_deadline(Duration::from_millis(300))
        .upgrade(&store.url(), "head")
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Locked, "{}", full(&error));
    claim("backend_start - interval '1 hour'");
    let report = Migrator::new(history)
        .lock_deadline(Duration::from_millis(300))
        .upgrade(&store.url(), "head")
        .unwrap_or_else(|error| panic!("{}", full(&error)));
    assert_eq!(report.steps.len(), 1);
    assert_complete(&store);
    drop(other);
}
