//! A client that is cut off at each message on the wire.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use limbeck::{History, Migrator};
use limbeck_testkit::{Direction, Gate, Moment, Verdict, postgres};

use super::support::{assert_complete, database, script};
use crate::support::{Store, detach};

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
             {}\n\
             DROP DATABASE {name}_more;\n\
             INSERT INTO calls VALUES (-2);",
            detach()
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
