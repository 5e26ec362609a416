//! Who applies what a database lacks: this process, another one, or nobody.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use limbeck::{ErrorKind, Event, Migrator, Policy};

use crate::support::{Store, compile, full, on_each_database, revision};

fn waiting(deadline_ms: u64) -> Policy {
    Policy::Wait {
        deadline: Duration::from_millis(deadline_ms),
    }
}

fn table(id: &str, parents: &str) -> (String, String) {
    revision(
        id,
        parents,
        &format!("CREATE TABLE {id} (id integer);"),
        &format!("DROP TABLE {id};"),
    )
}

fn files() -> Vec<(String, String)> {
    vec![table("r1", "base"), table("r2", "r1"), table("r3", "r2")]
}

fn refused(store: &Store, policy: Policy, target: &str) -> limbeck::Error {
    Migrator::new(compile("app", &files()))
        .policy(policy)
        .upgrade(&store.url(), target)
        .unwrap_err()
}

on_each_database! {
    fn verifying_names_what_is_pending_and_changes_nothing(store: &mut Store) {
        // Looking at an SQLite file that no process has made is another error.
        store.execute("CREATE TABLE other (id integer)");
        let before = store.dump();
        let error = refused(store, Policy::Verify, "head");
        assert_eq!(error.kind(), ErrorKind::NotAtHead);
        assert_eq!(
            error.to_string(),
            "the database is not at `head`: it lacks `r1` (migrations/r1_change.sql), \
             `r2` (migrations/r2_change.sql), `r3` (migrations/r3_change.sql); nobody is seen migrating it"
        );
        assert_eq!(store.dump(), before);
        store.upgrade(compile("app", &files()), "r2");
        let mut migrator = Migrator::new(compile("app", &files())).policy(Policy::Verify);
        migrator.upgrade(&store.url(), "r2").unwrap();
        migrator.upgrade(&store.url(), "r1").unwrap();
        let error = migrator.upgrade(&store.url(), "r3").unwrap_err();
        assert!(error.to_string().contains("not at `r3`: it lacks `r3` (migrations/r3_change.sql); "), "{error}");
        store.upgrade(compile("app", &files()), "head");
        assert!(migrator.upgrade(&store.url(), "head").unwrap().is_up_to_date());
    }

    fn one_who_waits_goes_on_when_another_has_applied(store: &mut Store) {
        store.execute("CREATE TABLE other (id integer)");
        let url = store.url();
        let told = Arc::new(Mutex::new(Vec::new()));
        let events = Arc::clone(&told);
        let waiter = std::thread::spawn(move || {
            Migrator::new(compile("app", &files()))
                .policy(waiting(60_000))
                .observer(move |event: &Event| events.lock().unwrap().push(event.clone()))
                .upgrade(&url, "head")
        });
        let history = compile("app", &files());
        for target in ["r1", "r2", "r3"] {
            std::thread::sleep(Duration::from_millis(50));
            assert!(!waiter.is_finished());
            store.upgrade(history, target);
        }
        let report = waiter.join().unwrap().unwrap_or_else(|error| panic!("{}", full(&error)));
        assert!(report.is_up_to_date());
        assert!(report.waited >= Duration::from_millis(100), "{report:?}");
        let told = told.lock().unwrap();
        assert!(matches!(told.as_slice(), [Event::Waiting { .. }]), "{told:?}");
    }

    fn one_who_waits_in_vain_says_what_is_missing_and_who_was_at_it(store: &mut Store) {
        store.upgrade(compile("app", &files()), "r2");
        let error = refused(store, waiting(60), "head");
        assert_eq!(error.kind(), ErrorKind::NotAtHead);
        assert_eq!(
            error.to_string(),
            "the database is not at `head` after 0 s of waiting: \
             it lacks `r3` (migrations/r3_change.sql); nobody is seen migrating it"
        );
        let url = store.url();
        let waiter = std::thread::spawn(move || {
            Migrator::new(compile("app", &files())).policy(waiting(600)).upgrade(&url, "head").unwrap_err()
        });
        std::thread::sleep(Duration::from_millis(150));
        store.downgrade(compile("app", &files()), "-1");
        let error = waiter.join().unwrap();
        assert!(error.to_string().contains("`r2` (migrations/r2_change.sql)"), "{error}");
        assert!(error.to_string().ends_with("; another process was migrating it until 0 s ago"), "{error}");
    }

    fn a_step_from_wherever_the_database_stands_is_nothing_to_wait_for(store: &mut Store) {
        store.execute("CREATE TABLE other (id integer)");
        for policy in [waiting(10), Policy::Verify] {
            let error = refused(store, policy, "+1");
            assert_eq!(error.kind(), ErrorKind::Target);
            assert_eq!(error.to_string(), "`+1` is a step from wherever the database stands, which another process changes");
        }
    }

    fn a_database_of_another_history_is_refused_at_once_by_one_who_waits(store: &mut Store) {
        store.upgrade(compile("app", &[table("r1", "base"), table("theirs", "r1")]), "head");
        assert_eq!(refused(store, waiting(60_000), "head").kind(), ErrorKind::Diverged);
        assert_eq!(refused(store, Policy::Verify, "head").kind(), ErrorKind::Diverged);
    }

    fn pending_is_what_is_lacking_and_what_is_unfinished(store: &mut Store) {
        store.execute("CREATE TABLE other (id integer)");
        let mut script = revision("r3", "r2", "SELECT 1;\nINSERT INTO nowhere VALUES (1);", "SELECT 1;");
        script.1 = script.1.replace("-- @up", "-- @up no-transaction");
        let history = compile("app", &[table("r1", "base"), table("r2", "r1"), script]);
        let pending = |store: &Store| Migrator::new(history).pending(&store.url()).unwrap();
        let ids: Vec<_> = pending(store).revisions.into_iter().map(|revision| revision.id).collect();
        assert_eq!(ids, ["r1", "r2", "r3"]);
        Migrator::new(history).upgrade(&store.url(), "head").unwrap_err();
        let left = pending(store);
        assert_eq!(left.revisions.len(), 1);
        assert!(left.unfinished.unwrap().error.unwrap().contains("nowhere"));
        Migrator::new(history).stamp(&store.url(), &["head"], false).unwrap();
        assert!(pending(store).is_empty());
    }
}

#[test]
fn one_who_waits_is_told_who_holds_the_lock() {
    let store = Store::postgres();
    store.upgrade(compile("app", &files()), "r2");
    let Store::Postgres(database) = &store else {
        unreachable!()
    };
    let mut holder = database.connect();
    holder
        .batch_execute(
            "SET application_name = 'somebody'; BEGIN; \
             SELECT pg_advisory_xact_lock(hashtextextended('limbeck limbeck', 0))",
        )
        .unwrap();
    let error = refused(&store, waiting(30), "head");
    let text = error.to_string();
    assert!(
        text.contains("who is migrating it: process ") && text.contains(" of `somebody` as "),
        "{text}"
    );
}

#[test]
fn one_who_waits_does_so_for_a_file_that_another_process_makes() {
    let store = Store::sqlite();
    let url = store.url();
    let waiter = std::thread::spawn(move || {
        Migrator::new(compile("app", &files()))
            .policy(waiting(60_000))
            .upgrade(&url, "head")
    });
    std::thread::sleep(Duration::from_millis(60));
    store.upgrade(compile("app", &files()), "head");
    waiter.join().unwrap().unwrap();
}

#[test]
fn one_who_waits_opens_a_lost_connection_again() {
    let store = Store::postgres();
    store.upgrade(compile("app", &files()), "r1");
    let url = format!("{}?application_name=waiter", store.url());
    let waiter = std::thread::spawn(move || {
        Migrator::new(compile("app", &files()))
            .policy(waiting(60_000))
            .upgrade(&url, "head")
    });
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = current_database() AND application_name = 'waiter'";
    let mut ended = 0;
    for _ in 0..500 {
        ended += store.query(end).len();
        if ended > 1 {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(ended > 1, "it has not come back");
    store.upgrade(compile("app", &files()), "head");
    let report = waiter.join().unwrap();
    assert!(
        report
            .unwrap_or_else(|error| panic!("{}", full(&error)))
            .is_up_to_date()
    );
}
