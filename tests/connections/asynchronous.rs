//! limbeck in async programs: what works, and what is refused before the driver panics.

use std::sync::mpsc;
use std::time::Duration;

use limbeck::{Error, ErrorKind, Event, Migrator, tokio as asynchronous};
use limbeck_testkit::Database;
use limbeck_trial::{compile, revision};
use tokio::runtime::{Builder, Runtime};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::server::history;

fn runtimes() -> [Runtime; 2] {
    [
        Builder::new_current_thread().enable_all().build().unwrap(),
        Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap(),
    ]
}

fn database() -> Database {
    Database::create(limbeck_testkit::postgres())
}

#[track_caller]
fn is_refused(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::AsyncRuntime, "{error:#}");
    let text = format!("{error:#}");
    assert!(
        text.contains("limbeck::tokio::upgrade") && text.contains("spawn_blocking"),
        "{text}"
    );
}

#[test]
fn a_migration_is_awaited_in_either_runtime() {
    for runtime in runtimes() {
        let database = database();
        let url = database.url();
        runtime.block_on(async {
            let report = asynchronous::upgrade(&url, history(), "head")
                .await
                .unwrap();
            assert_eq!(report.steps.len(), 1);
            let status = asynchronous::status(&url, history()).await.unwrap();
            assert!(status.is_at_head());
            let migrator = Migrator::new(history()).lock_deadline(Duration::from_secs(5));
            let report = asynchronous::downgrade(&url, migrator, "base")
                .await
                .unwrap();
            assert_eq!(report.steps.len(), 1);
            let error = asynchronous::upgrade(&url, history(), "nowhere")
                .await
                .unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Target);
            let mut migrator = Migrator::new(history());
            let spawned = tokio::spawn(async move {
                asynchronous::run(move || migrator.stamp(&url, &["head"], false)).await
            });
            spawned.await.unwrap().unwrap();
        });
    }
}

#[test]
fn sqlite_is_migrated_in_the_same_way() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("store.db").display());
    for runtime in runtimes() {
        runtime
            .block_on(asynchronous::upgrade(&url, memory_store::HISTORY, "head"))
            .unwrap();
    }
}

#[test]
fn the_synchronous_interface_is_refused_in_a_task_before_anything_is_opened() {
    for runtime in runtimes() {
        runtime.block_on(async {
            // Nobody listens there, which is not found out.
            let url = "postgres://me@127.0.0.1:1/db";
            is_refused(&Migrator::new(history()).upgrade(url, "head").unwrap_err());
            is_refused(&Migrator::new(history()).status(url).unwrap_err());
            let spawned =
                tokio::spawn(
                    async move { Migrator::new(history()).upgrade(url, "head").unwrap_err() },
                );
            is_refused(&spawned.await.unwrap());
        });
    }
}

#[test]
fn a_lent_client_is_refused_in_a_task_and_can_go_on_elsewhere() {
    for runtime in runtimes() {
        let database = database();
        let mut client = database.connect();
        let (mut client, error) = runtime.block_on(async move {
            let error = Migrator::new(history())
                .upgrade(&mut client, "head")
                .unwrap_err();
            // Dropped here it would panic.
            spawn_blocking(move || (client, error)).await.unwrap()
        });
        is_refused(&error);
        Migrator::new(history())
            .upgrade(&mut client, "head")
            .unwrap();
    }
}

#[test]
fn a_blocking_thread_of_a_runtime_may_call_the_synchronous_interface() {
    for runtime in runtimes() {
        let (own, lent) = (database(), database());
        runtime.block_on(async move {
            let done = spawn_blocking(move || {
                Migrator::new(history())
                    .upgrade(&own.url(), "head")
                    .unwrap();
                let mut client = lent.connect();
                Migrator::new(history())
                    .upgrade(&mut client, "head")
                    .unwrap();
            });
            done.await.unwrap();
        });
    }
    let [_, several] = runtimes();
    several.block_on(async {
        let own = spawn_blocking(database).await.unwrap();
        let url = own.url();
        tokio::task::block_in_place(|| Migrator::new(history()).upgrade(&url, "head").unwrap());
        spawn_blocking(move || drop(own)).await.unwrap();
    });
}

#[test]
fn outside_of_a_runtime_there_is_an_error_and_no_panic() {
    let future = asynchronous::upgrade("sqlite::memory:", history(), "head");
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(result) = future.as_mut().poll(&mut context) else {
        panic!("it waits for nobody");
    };
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AsyncRuntime, "{error:#}");
}

#[test]
fn a_run_whose_future_is_dropped_goes_on_to_its_end() {
    for runtime in runtimes() {
        let database = database();
        let url = database.url();
        let slow = compile(
            "app",
            &[
                revision(
                    "r1",
                    "base",
                    "CREATE TABLE a (id integer); SELECT pg_sleep(0.6);",
                    "DROP TABLE a;",
                ),
                revision("r2", "r1", "CREATE TABLE b (id integer);", "DROP TABLE b;"),
            ],
        );
        let (sender, finished) = mpsc::channel();
        let migrator = Migrator::new(slow).observer(move |event: &Event| {
            if let Event::Finished(step) = event {
                let _ = sender.send(step.revision.id.clone());
            }
        });
        runtime.block_on(async {
            let run = asynchronous::upgrade(&url, migrator, "head");
            timeout(Duration::from_millis(200), run).await.unwrap_err();
        });
        for expected in ["r1", "r2"] {
            let id = finished.recv_timeout(Duration::from_secs(20)).unwrap();
            assert_eq!(id, expected);
        }
        // Nothing is held, and nothing is left to do.
        let report = runtime
            .block_on(asynchronous::upgrade(&url, slow, "head"))
            .unwrap();
        assert!(report.is_up_to_date());
    }
}

#[test]
fn a_future_that_is_never_polled_does_nothing() {
    let [runtime, _] = runtimes();
    let database = database();
    let url = database.url();
    runtime.block_on(async {
        drop(asynchronous::upgrade(&url, history(), "head"));
        let status = asynchronous::status(&url, history()).await.unwrap();
        assert_eq!(status.pending.len(), 1);
    });
}

#[test]
fn a_panic_of_the_programs_own_code_reaches_whoever_waits() {
    let [runtime, _] = runtimes();
    let panicked = runtime.block_on(async {
        let run = asynchronous::run::<(), _>(|| panic!("on purpose"));
        tokio::spawn(run).await
    });
    assert!(panicked.unwrap_err().is_panic());
}
