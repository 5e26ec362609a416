//! What a second connection sees of the first, and what becomes of it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use limbeck::{Activity, Event, Migrator, Watcher};
use limbeck_testkit::{Bouncer, Gate, Moment, PoolMode, Verdict};
use postgres::{Client, NoTls};

use super::support::{Told, assert_no_sessions, history, other};
use crate::support::{Store, full};

#[test]
fn an_index_that_waits_for_an_old_snapshot_shows_its_phase_and_who_is_in_the_way() {
    let store = Store::postgres();
    let history = history(
        "CREATE TABLE a (id integer);\nINSERT INTO a SELECT generate_series(1, 1000);",
        "CREATE INDEX CONCURRENTLY a_id ON a (id);",
        false,
    );
    store.upgrade(history, "r1");
    let mut report = other(
        &store,
        "report",
        "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class",
    );
    let told = Told::default();
    let (url, observer) = (store.url(), told.observer());
    let run = thread::spawn(move || {
        Migrator::new(history)
            .observer(observer)
            .upgrade(&url, "head")
    });
    let blocker = told.wait_for(|event| match event {
        Event::Blocked {
            blockers, revision, ..
        } if revision.as_ref().is_some_and(|r| r.id == "r2") => blockers.first().cloned(),
        _ => None,
    });
    assert_eq!(blocker.application, "report");
    assert_eq!(blocker.state, "idle in transaction");
    assert!(
        blocker.query.contains("pg_class") && blocker.since.is_some(),
        "{blocker}"
    );
    let progress = told.wait_for(|event| match event {
        Event::Progress { progress, .. } if progress.phase.starts_with("waiting") => {
            Some(progress.clone())
        }
        _ => None,
    });
    assert_eq!(progress.command, "CREATE INDEX CONCURRENTLY");
    assert_eq!(progress.relation.as_deref(), Some("public.a"));
    assert_eq!(progress.phase, "waiting for old snapshots");
    assert_eq!((progress.done, progress.total), (0, Some(1)));
    report.batch_execute("COMMIT").unwrap();
    drop(report);
    run.join()
        .unwrap()
        .unwrap_or_else(|error| panic!("{}", full(&error)));
    assert_no_sessions(&store);
}

#[test]
fn a_statement_that_waits_for_a_lock_names_who_holds_it() {
    let store = Store::postgres();
    let history = history(
        "CREATE TABLE a (id integer);",
        "ALTER TABLE a ADD COLUMN b text;",
        true,
    );
    store.upgrade(history, "r1");
    let mut shell = other(&store, "shell", "BEGIN; SELECT * FROM a");
    let told = Told::default();
    let (url, observer) = (store.url(), told.observer());
    let run = thread::spawn(move || {
        Migrator::new(history)
            .lock_timeout(Duration::from_secs(30))
            .heartbeat(Duration::from_millis(100))
            .observer(observer)
            .upgrade(&url, "head")
    });
    let beat = told.wait_for(|event| match event {
        Event::Heartbeat(beat) if matches!(beat.activity, Activity::Blocked { .. }) => {
            Some(beat.clone())
        }
        _ => None,
    });
    let Activity::Blocked { lock, blockers, .. } = &beat.activity else {
        unreachable!()
    };
    assert_eq!(lock, "AccessExclusiveLock on a");
    assert_eq!(blockers[0].application, "shell");
    assert!(beat.elapsed >= Duration::from_secs(1) && beat.total_elapsed >= beat.elapsed);
    let line = beat.to_string();
    assert!(
        line.starts_with("r2 (change r2), for ")
            && line.contains(" s: waiting for AccessExclusiveLock on a, held by process "),
        "{line}"
    );
    shell.batch_execute("COMMIT").unwrap();
    drop(shell);
    run.join()
        .unwrap()
        .unwrap_or_else(|error| panic!("{}", full(&error)));
    let blocked = told
        .all()
        .iter()
        .filter(|event| matches!(event, Event::Blocked { .. }))
        .count();
    assert_eq!(blocked, 1, "told once, as nobody else came in the way");
    assert_no_sessions(&store);
}

#[test]
fn a_watched_statement_is_found_behind_a_pooler_and_its_claim_is_prolonged() {
    let store = Store::postgres();
    let Store::Postgres(database) = &store else {
        unreachable!()
    };
    let bouncer = Bouncer::start(database.server(), PoolMode::Transaction);
    let history = history(
        "CREATE PROCEDURE sleep() LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(6); COMMIT; END';",
        "-- @verify SELECT false\nCALL sleep();",
        false,
    );
    let url = bouncer.url(database.name());
    let run = thread::spawn(move || Migrator::new(history).upgrade(&url, "head"));
    let lease = "SELECT lease_until FROM limbeck.progress WHERE id = 'r2'";
    let start = Instant::now();
    let first = loop {
        assert!(start.elapsed() < Duration::from_secs(30));
        let tables = store.query("SELECT to_regclass('limbeck.progress') IS NOT NULL");
        if tables == ["t"]
            && let [lease] = &store.query(lease)[..]
        {
            break lease.clone();
        }
        thread::sleep(Duration::from_millis(20));
    };
    // Where the script ends before it was prolonged, the claim is gone and the list empty.
    let second = loop {
        match store.query(lease).pop() {
            Some(lease) if lease == first => thread::sleep(Duration::from_millis(20)),
            second => break second,
        }
    };
    assert!(second.as_ref() > Some(&first), "{second:?} {first}");
    run.join()
        .unwrap()
        .unwrap_or_else(|error| panic!("{}", full(&error)));
}

#[test]
fn a_lent_connection_is_watched_from_a_url() {
    let store = Store::postgres();
    let history = history(
        "CREATE TABLE a (id integer);",
        "ALTER TABLE a ADD COLUMN b text;",
        true,
    );
    store.upgrade(history, "r1");
    let mut shell = other(&store, "shell", "BEGIN; SELECT * FROM a");
    let told = Told::default();
    let (url, observer) = (store.url(), told.observer());
    let run = thread::spawn(move || {
        let mut client = Client::connect(&url, NoTls).unwrap();
        Migrator::new(history)
            .lock_timeout(Duration::from_secs(30))
            .watcher(Watcher::Url(url))
            .observer(observer)
            .upgrade(&mut client, "head")
    });
    let application = told.wait_for(|event| match event {
        Event::Blocked { blockers, .. } => Some(blockers[0].application.clone()),
        _ => None,
    });
    assert_eq!(application, "shell");
    shell.batch_execute("COMMIT").unwrap();
    run.join()
        .unwrap()
        .unwrap_or_else(|error| panic!("{}", full(&error)));
}

#[test]
fn a_watcher_that_cannot_connect_does_no_harm_and_the_report_says_so() {
    let store = Store::postgres();
    let Store::Postgres(database) = &store else {
        unreachable!()
    };
    let role = format!("single_{}", database.name());
    store.execute(&format!(
        "CREATE ROLE {role} LOGIN PASSWORD 'x' CONNECTION LIMIT 1; \
         ALTER DATABASE {} OWNER TO {role}; GRANT CREATE ON SCHEMA public TO {role}",
        database.name()
    ));
    let history = history("CREATE TABLE a (id integer);", "SELECT pg_sleep(2);", true);
    let told = Told::default();
    let url = store.url();
    let (_, place) = url.rsplit_once('@').unwrap_or(("", &url));
    let report = Migrator::new(history)
        .heartbeat(Duration::from_millis(200))
        .observer(told.observer())
        .upgrade(&format!("postgres://{role}:x@{place}"), "head")
        .unwrap_or_else(|error| panic!("{}", full(&error)));
    store.execute(&format!(
        "ALTER DATABASE {} OWNER TO CURRENT_USER; DROP OWNED BY {role} CASCADE; DROP ROLE {role}",
        database.name()
    ));
    assert_eq!(report.steps.len(), 2);
    assert_eq!(report.notes.len(), 1);
    assert!(
        report.notes[0].contains("no second connection")
            && report.notes[0].contains("too many connections"),
        "{:?}",
        report.notes
    );
    told.wait_for(|event| match event {
        Event::Heartbeat(beat) if beat.activity == Activity::Running => Some(()),
        _ => None,
    });
}

#[test]
fn what_a_role_may_not_see_of_other_sessions_is_left_out() {
    let store = Store::postgres();
    let Store::Postgres(database) = &store else {
        unreachable!()
    };
    let role = format!("plain_{}", database.name());
    store.execute(&format!(
        "CREATE ROLE {role} LOGIN PASSWORD 'x'; ALTER DATABASE {} OWNER TO {role}; \
         GRANT CREATE ON SCHEMA public TO {role}",
        database.name()
    ));
    let history = history(
        "CREATE TABLE a (id integer);",
        "ALTER TABLE a ADD COLUMN b text;",
        true,
    );
    let url = store.url();
    let (_, place) = url.rsplit_once('@').unwrap_or(("", &url));
    let url = format!("postgres://{role}:x@{place}");
    Migrator::new(history).upgrade(&url, "r1").unwrap();
    let mut shell = other(&store, "shell", "BEGIN; SELECT * FROM a");
    let told = Told::default();
    let observer = told.observer();
    let run = thread::spawn(move || {
        Migrator::new(history)
            .lock_timeout(Duration::from_secs(30))
            .observer(observer)
            .upgrade(&url, "head")
    });
    let blocker = told.wait_for(|event| match event {
        Event::Blocked { blockers, .. } => Some(blockers[0].clone()),
        _ => None,
    });
    shell.batch_execute("COMMIT").unwrap();
    run.join()
        .unwrap()
        .unwrap_or_else(|error| panic!("{}", full(&error)));
    store.execute(&format!(
        "ALTER DATABASE {} OWNER TO CURRENT_USER; DROP OWNED BY {role} CASCADE; DROP ROLE {role}",
        database.name()
    ));
    assert_eq!(blocker.application, "shell");
    assert_eq!((blocker.state.as_str(), blocker.query.as_str()), ("", ""));
    assert_eq!(blocker.since, None);
}

#[test]
fn a_watcher_that_gets_no_answer_holds_nothing_up() {
    let store = Store::postgres();
    let Store::Postgres(database) = &store else {
        unreachable!()
    };
    let sessions = AtomicUsize::new(0);
    let has_stalled = AtomicBool::new(false);
    let gate = Gate::start(database.server(), move |passage| {
        if passage.kind == '\0' && passage.moment == Moment::After {
            sessions.fetch_add(1, Ordering::SeqCst);
        }
        // The first session waits for its statement meanwhile.
        let is_watchers = passage.kind == 'Q' && sessions.load(Ordering::SeqCst) == 2;
        if is_watchers && !has_stalled.swap(true, Ordering::SeqCst) {
            Verdict::Stall
        } else {
            Verdict::Pass
        }
    });
    let history = history("CREATE TABLE a (id integer);", "SELECT pg_sleep(3);", true);
    let told = Told::default();
    let start = Instant::now();
    let report = Migrator::new(history)
        .heartbeat(Duration::from_millis(100))
        .observer(told.observer())
        .upgrade(&gate.url(database.name()), "head")
        .unwrap_or_else(|error| panic!("{}", full(&error)));
    // The end waits for the watcher, but only for so long.
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(report.steps.len(), 2);
    let late = told.all().iter().filter(|event| {
        matches!(event, Event::Heartbeat(beat) if beat.elapsed > Duration::from_secs(2))
    }).count();
    assert!(late > 2, "{:#?}", told.all());
    gate.let_go();
}
