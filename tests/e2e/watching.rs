//! What is told of a run while its thread waits for the database.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use limbeck::{Activity, Event, History, Migrator, Watcher};
use limbeck_testkit::{Bouncer, Gate, Moment, PoolMode, Verdict};
use postgres::{Client, NoTls};

use crate::support::{Store, compile, full, on_each_database, revision};

/// What was told, in order.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<Event>>>);

impl Told {
    fn observer(&self) -> impl FnMut(&Event) + Send + use<> {
        let list = Arc::clone(&self.0);
        move |event: &Event| list.lock().unwrap().push(event.clone())
    }

    fn all(&self) -> Vec<Event> {
        self.0.lock().unwrap().clone()
    }

    /// Waits until something was told of which this has something to say.
    #[track_caller]
    fn wait_for<T>(&self, choose: impl Fn(&Event) -> Option<T>) -> T {
        let start = Instant::now();
        while start.elapsed() < Duration::from_mins(1) {
            if let Some(found) = self.all().iter().find_map(&choose) {
                return found;
            }
            thread::sleep(Duration::from_millis(20));
        }
        panic!("not told: {:#?}", self.all());
    }
}

/// A history whose second revision is this one statement, in a transaction or by itself.
fn history(first: &str, second: &str, in_transaction: bool) -> &'static History {
    let mut files = [
        revision("r1", "base", first, ""),
        revision("r2", "r1", second, ""),
    ];
    if !in_transaction {
        files[1].1 = files[1].1.replace("-- @up", "-- @up no-transaction");
    }
    compile("app", &files)
}

/// A session that is in a transaction, in which it has run this.
fn other(store: &Store, application: &str, sql: &str) -> Client {
    let url = format!("{}?application_name={application}", store.url());
    let mut client = Client::connect(&url, NoTls).unwrap();
    client.batch_execute(sql).unwrap();
    client
}

fn sessions(store: &Store) -> Vec<String> {
    store.query(
        "SELECT application_name FROM pg_stat_activity WHERE datname = current_database() \
         AND backend_type = 'client backend' AND pid <> pg_backend_pid()",
    )
}

/// A server notices only a moment later that a client has gone.
fn assert_no_sessions(store: &Store) {
    let start = Instant::now();
    while !sessions(store).is_empty() {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "{:?}",
            sessions(store)
        );
        thread::sleep(Duration::from_millis(10));
    }
}

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

/// What takes a while in this kind of database.
fn slow(store: &Store) -> &'static str {
    match store {
        Store::Sqlite { .. } => {
            "CREATE TABLE b AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500000) \
             SELECT count(*) AS count FROM n;"
        }
        Store::Postgres(_) => "SELECT pg_sleep(0.7);",
    }
}

on_each_database! {
    fn a_long_statement_is_never_silent(store: &mut Store) {
        let history = history("CREATE TABLE a (id integer);", slow(store), true);
        store.upgrade(history, "r1");
        let told = Told::default();
        Migrator::new(history)
            .heartbeat(Duration::from_millis(20))
            .observer(told.observer())
            .upgrade(&store.url(), "head")
            .unwrap();
        let all = told.all();
        let running: Vec<_> = all.iter().filter_map(|event| match event {
            Event::Heartbeat(beat) if beat.activity == Activity::Running => Some(beat.clone()),
            _ => None,
        }).collect();
        assert!(running.len() > 2, "{all:#?}");
        assert!(running.iter().all(|beat| beat.revision.as_ref().is_some_and(|revision| revision.id == "r2")));
        assert!(running.windows(2).all(|pair| pair[0].elapsed < pair[1].elapsed));
        let name = |event: &Event| match event {
            Event::RunStarted { .. } => "run started",
            Event::Planned { .. } => "planned",
            Event::Started { .. } => "started",
            Event::Finished(_) => "finished",
            Event::RunFinished { .. } => "run finished",
            _ => "other",
        };
        let order: Vec<_> = all.iter().map(name).filter(|&name| name != "other").collect();
        assert_eq!(order, ["run started", "planned", "started", "finished", "run finished"]);
        let place = |wanted: &str| all.iter().position(|event| name(event) == wanted).unwrap();
        // A heartbeat that speaks of the revision is told while it runs.
        for (index, event) in all.iter().enumerate() {
            if let Event::Heartbeat(beat) = event && beat.revision.is_some() {
                assert!((place("started")..place("finished")).contains(&index), "{all:#?}");
            }
        }
    }

    fn without_an_interval_nothing_is_told_of_what_goes_on(store: &mut Store) {
        let history = history("CREATE TABLE a (id integer);", slow(store), true);
        let told = Told::default();
        Migrator::new(history)
            .heartbeat(Duration::ZERO)
            .observer(told.observer())
            .upgrade(&store.url(), "head")
            .unwrap();
        assert!(!told.all().iter().any(|event| matches!(event, Event::Heartbeat(_))));
    }

    fn whoever_waits_for_another_process_says_so(store: &mut Store) {
        let history = history("CREATE TABLE a (id integer);", "CREATE TABLE b (id integer);", true);
        let begin = match store {
            Store::Sqlite { .. } => "BEGIN IMMEDIATE",
            Store::Postgres(_) => "BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('limbeck limbeck', 0))",
        };
        let told = Told::default();
        let (url, observer) = (store.url(), told.observer());
        store.upgrade(history, "r1");
        let run = |told: &Told| {
            let thread = thread::spawn(move || {
                Migrator::new(history)
                    .heartbeat(Duration::from_millis(20))
                    .observer(observer)
                    .upgrade(&url, "head")
            });
            told.wait_for(|event| match event {
                Event::Heartbeat(beat) if matches!(beat.activity, Activity::Waiting { .. }) => Some(()),
                _ => None,
            });
            thread
        };
        let run = match store {
            Store::Sqlite { path, .. } => {
                let holder = rusqlite::Connection::open(path).unwrap();
                holder.execute_batch(begin).unwrap();
                let run = run(&told);
                holder.execute_batch("COMMIT").unwrap();
                run
            }
            Store::Postgres(_) => {
                let mut holder = other(store, "holder", begin);
                let run = run(&told);
                holder.batch_execute("COMMIT").unwrap();
                run
            }
        };
        run.join().unwrap().unwrap_or_else(|error| panic!("{}", full(&error)));
    }

    fn one_thread_at_a_time_tells_and_none_is_left(store: &mut Store) {
        let history = history("CREATE TABLE a (id integer);", slow(store), true);
        let inside = Arc::new(AtomicUsize::new(0));
        let at_once = Arc::new(AtomicUsize::new(0));
        let (counter, most) = (Arc::clone(&inside), Arc::clone(&at_once));
        let observer = move |_: &Event| {
            let now = counter.fetch_add(1, Ordering::SeqCst) + 1;
            most.fetch_max(now, Ordering::SeqCst);
            thread::sleep(Duration::from_millis(3));
            counter.fetch_sub(1, Ordering::SeqCst);
        };
        let mut migrator = Migrator::new(history).heartbeat(Duration::from_millis(1)).observer(observer);
        migrator.upgrade(&store.url(), "head").unwrap();
        drop(migrator);
        assert_eq!(at_once.load(Ordering::SeqCst), 1);
        // A thread that was left behind would hold the observer, and with it these.
        assert_eq!((Arc::strong_count(&inside), Arc::strong_count(&at_once)), (1, 1));
    }

    fn an_observer_that_panics_does_not_take_the_run_with_it(store: &mut Store) {
        let history = history("CREATE TABLE a (id integer);", slow(store), true);
        let told = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&told);
        let observer = move |event: &Event| {
            count.fetch_add(1, Ordering::SeqCst);
            assert!(!matches!(event, Event::Heartbeat(_)), "on purpose");
        };
        let report = Migrator::new(history)
            .heartbeat(Duration::from_millis(50))
            .observer(observer)
            .upgrade(&store.url(), "head")
            .unwrap();
        assert_eq!(report.steps.len(), 2);
        assert_eq!(report.notes, ["the observer has panicked, and was told nothing any more"]);
        assert_eq!(store.applied(), ["r1", "r2"]);
        assert!(told.load(Ordering::SeqCst) < 8);
    }

    fn a_failure_is_told_with_its_code_and_place(store: &mut Store) {
        let history = history("CREATE TABLE a (id integer PRIMARY KEY);", "INSERT INTO a VALUES (1), (1);", true);
        let told = Told::default();
        let error = Migrator::new(history).observer(told.observer()).upgrade(&store.url(), "head").unwrap_err();
        let all = told.all();
        let Some(Event::RunFailed { revision, kind, code, message, location, .. }) = all.last() else {
            panic!("{all:#?}");
        };
        assert_eq!(revision.as_ref().unwrap().id, "r2");
        assert_eq!((*kind, message, code.as_deref()), (error.kind(), &error.to_string(), error.code()));
        assert_eq!(code.as_deref(), Some(match store {
            Store::Sqlite { .. } => "1555",
            Store::Postgres(_) => "23505",
        }));
        assert_eq!(location.as_ref().unwrap().line, Some(6));
    }
}
