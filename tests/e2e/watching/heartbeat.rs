//! What is told of a run that takes long, by whatever thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use limbeck::{Activity, Event, Migrator};

use super::support::{Told, history, other};
use crate::support::{Store, full, on_each_database};

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
