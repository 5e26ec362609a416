//! Other sessions in a revision's way, on PostgreSQL.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use limbeck::{ErrorKind, Event, History, Migrator, Session};
use limbeck_testkit::{Database, postgres};

use crate::messages::without_sessions;
use crate::support::{Store, compile, full, revision};

fn history() -> &'static History {
    compile(
        "app",
        &[
            revision(
                "r1",
                "base",
                "CREATE TABLE a (id integer);",
                "DROP TABLE a;",
            ),
            revision(
                "r2",
                "r1",
                "CREATE TABLE b (id integer);\nALTER TABLE a ADD COLUMN x integer;",
                "ALTER TABLE a DROP COLUMN x;\nDROP TABLE b;",
            ),
        ],
    )
}

/// A session that has read `a` in a transaction that goes on.
fn reader(database: &Database) -> (postgres::Client, i32) {
    let mut client = database.connect();
    client
        .batch_execute("SET application_name = 'reader'")
        .unwrap();
    let pid = client.query_one("SELECT pg_backend_pid()", &[]).unwrap();
    client
        .batch_execute("BEGIN; SELECT count(*) FROM a")
        .unwrap();
    (client, pid.get(0))
}

/// What was told of each attempt that was held up: how many there were, and by whom.
type Told = Arc<Mutex<Vec<(u32, Vec<Session>)>>>;

fn listening() -> (Told, impl FnMut(&Event) + Send + 'static) {
    let told = Told::default();
    let list = Arc::clone(&told);
    let observer = move |event: &Event| {
        if let Event::Retrying {
            attempts, blockers, ..
        } = event
        {
            list.lock().unwrap().push((*attempts, blockers.clone()));
        }
    };
    (told, observer)
}

fn migrator() -> Migrator {
    Migrator::new(history()).lock_timeout(Duration::from_millis(300))
}

#[test]
fn a_table_that_others_use_for_a_while_is_locked_a_while_later() {
    let database = Database::create(postgres());
    migrator().upgrade(&database.url(), "r1").unwrap();
    let (reader, reader_pid) = reader(&database);
    let (told, observer) = listening();
    let url = database.url();
    let run = std::thread::spawn(move || migrator().observer(observer).upgrade(&url, "head"));
    let seen = Arc::clone(&told);
    while seen.lock().unwrap().len() < 2 {
        std::thread::sleep(Duration::from_millis(20));
    }
    // Nobody waits behind the revision while it pauses.
    drop(reader);
    let report = run.join().unwrap().unwrap();
    let [step] = report.steps.as_slice() else {
        panic!("{report:?}");
    };
    let told = told.lock().unwrap();
    assert_eq!(step.retries as usize, told.len());
    assert_eq!(report.retries, step.retries);
    assert!(step.waited >= Duration::from_millis(100), "{step:?}");
    assert!(step.duration < Duration::from_secs(3), "{step:?}");
    let (attempts, blockers) = &told[1];
    assert_eq!(*attempts, 2);
    let [blocker] = blockers.as_slice() else {
        panic!("{blockers:?}");
    };
    assert_eq!(blocker.pid, reader_pid);
    assert_eq!(blocker.application, "reader");
    assert_eq!(blocker.state, "idle in transaction");
    assert!(
        blocker.query.contains("SELECT count(*) FROM a"),
        "{blocker}"
    );
    assert!(blocker.since.is_some());
}

#[test]
fn a_table_that_is_never_free_is_an_error_that_names_who_holds_it_and_nothing_is_kept() {
    let database = Database::create(postgres());
    migrator().upgrade(&database.url(), "r1").unwrap();
    let (mut reader, reader_pid) = reader(&database);
    let error = migrator()
        .lock_deadline(Duration::from_millis(900))
        .upgrade(&database.url(), "head")
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Locked);
    assert_eq!(error.blockers()[0].pid, reader_pid);
    assert_eq!(error.location().unwrap().file, "migrations/r2_change.sql");
    insta::assert_snapshot!(without_sessions(&format!("error: {error:#}")));
    reader.batch_execute("COMMIT").unwrap();
    let store = Store::Postgres(database);
    assert_eq!(store.applied(), ["r1"]);
    assert_eq!(store.query("SELECT to_regclass('b') IS NULL"), ["t"]);
    let failed =
        "SELECT id FROM limbeck.journal WHERE outcome = 'failed' AND error LIKE '%lock timeout%'";
    assert_eq!(store.query(failed), ["r2"]);
    assert_eq!(store.upgrade(history(), "head").steps.len(), 1);
}

#[test]
fn on_a_lent_connection_those_are_named_who_may_be_in_the_way() {
    let database = Database::create(postgres());
    migrator().upgrade(&database.url(), "r1").unwrap();
    let (_reader, reader_pid) = reader(&database);
    let mut lent = database.connect();
    let error = migrator()
        .lock_deadline(Duration::ZERO)
        .upgrade(&mut lent, "head")
        .unwrap_err();
    assert_eq!(error.blockers()[0].pid, reader_pid, "{error:#}");
    let timeout = lent
        .query_one("SELECT current_setting('lock_timeout')", &[])
        .unwrap();
    assert_eq!(timeout.get::<_, &str>(0), "0");
}

#[test]
fn a_script_says_for_itself_how_long_it_waits() {
    let database = Database::create(postgres());
    let mut patient = revision(
        "r2",
        "r1",
        "ALTER TABLE a ADD COLUMN x integer;",
        "SELECT 1;",
    );
    patient.1 = patient.1.replace("-- @up", "-- @up\n-- @lock-timeout 20s");
    let history = compile(
        "app",
        &[
            revision(
                "r1",
                "base",
                "CREATE TABLE a (id integer);",
                "DROP TABLE a;",
            ),
            patient,
        ],
    );
    Migrator::new(history)
        .upgrade(&database.url(), "r1")
        .unwrap();
    let (mut reader, _) = reader(&database);
    let url = database.url();
    let run = std::thread::spawn(move || {
        Migrator::new(history)
            .lock_timeout(Duration::from_millis(50))
            .upgrade(&url, "head")
            .unwrap()
    });
    std::thread::sleep(Duration::from_millis(700));
    reader.batch_execute("COMMIT").unwrap();
    assert_eq!(run.join().unwrap().retries, 0);
}

#[test]
fn a_deadlock_is_tried_again() {
    let database = Database::create(postgres());
    let history = compile(
        "app",
        &[
            revision(
                "r1",
                "base",
                "CREATE TABLE a (id integer);\nCREATE TABLE b (id integer);",
                "DROP TABLE a;\nDROP TABLE b;",
            ),
            revision(
                "r2",
                "r1",
                "ALTER TABLE a ADD COLUMN x integer;\nALTER TABLE b ADD COLUMN x integer;",
                "SELECT 1;",
            ),
        ],
    );
    Migrator::new(history)
        .upgrade(&database.url(), "r1")
        .unwrap();
    let mut other = database.connect();
    // The session that looks for a deadlock first is the one that is given up.
    other
        .batch_execute("SET deadlock_timeout = '20s'; BEGIN; LOCK TABLE b")
        .unwrap();
    let url = format!("{}?options=-c%20deadlock_timeout%3D100ms", database.url());
    let run = std::thread::spawn(move || {
        Migrator::new(history)
            .lock_timeout(Duration::ZERO)
            .upgrade(&url, "head")
            .unwrap_or_else(|error| panic!("{}", full(&error)))
    });
    let holds = "SELECT count(*) FROM pg_locks WHERE relation = 'a'::regclass AND granted AND pid <> pg_backend_pid()";
    let mut watch = database.connect();
    while watch.query_one(holds, &[]).unwrap().get::<_, i64>(0) == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    other.batch_execute("LOCK TABLE a; COMMIT").unwrap();
    let report = run.join().unwrap();
    assert_eq!(report.retries, 1);
}
