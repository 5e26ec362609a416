//! What was told, histories that take long, and other sessions.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use limbeck::{Event, History};
use postgres::{Client, NoTls};

use crate::support::{Store, compile, revision};

/// What was told, in order.
#[derive(Clone, Default)]
pub(super) struct Told(Arc<Mutex<Vec<Event>>>);

impl Told {
    pub(super) fn observer(&self) -> impl FnMut(&Event) + Send + use<> {
        let list = Arc::clone(&self.0);
        move |event: &Event| list.lock().unwrap().push(event.clone())
    }

    pub(super) fn all(&self) -> Vec<Event> {
        self.0.lock().unwrap().clone()
    }

    /// Waits until something was told of which this has something to say.
    #[track_caller]
    pub(super) fn wait_for<T>(&self, choose: impl Fn(&Event) -> Option<T>) -> T {
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
pub(super) fn history(first: &str, second: &str, in_transaction: bool) -> &'static History {
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
pub(super) fn other(store: &Store, application: &str, sql: &str) -> Client {
    let url = format!("{}?application_name={application}", store.url());
    let mut client = Client::connect(&url, NoTls).unwrap();
    client.batch_execute(sql).unwrap();
    client
}

pub(super) fn sessions(store: &Store) -> Vec<String> {
    store.query(
        "SELECT application_name FROM pg_stat_activity WHERE datname = current_database() \
         AND backend_type = 'client backend' AND pid <> pg_backend_pid()",
    )
}

/// A server notices only a moment later that a client has gone.
pub(super) fn assert_no_sessions(store: &Store) {
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
