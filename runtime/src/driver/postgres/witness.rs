//! Who holds up a statement while it waits: seen by a thread with a connection of its own.

use std::ops::DerefMut;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use postgres::Client;

use super::Postgres;
use super::connect::Connector;
use super::sessions::{ask, blockers_query};
use crate::ledger::Ledger;
use crate::session::Session;

/// How often a witness looks.
const LOOK_EVERY: Duration = Duration::from_millis(100);

impl<C: DerefMut<Target = Client>> Postgres<C> {
    /// Has somebody look who holds up what is sent next, on a connection of its own. Only for an attempt
    /// after one that was held up: the others are not worth a connection.
    pub(super) fn witness(&self, ledger: &Ledger) -> Option<Witness> {
        let connector = self.connector.as_ref().filter(|_| self.held_up.is_some())?;
        let query = blockers_query(ledger, &self.marker);
        Some(Witness::start(connector.clone(), query))
    }
}

/// A thread that looks again and again who holds up a statement of another session.
pub(super) struct Witness {
    end: Sender<()>,
    thread: JoinHandle<Vec<Session>>,
}

impl Witness {
    fn start(connector: Connector, query: String) -> Self {
        let (end, ended) = mpsc::channel();
        let thread = thread::spawn(move || {
            let mut seen = Vec::new();
            let Ok(mut client) = connector.connect() else {
                return seen;
            };
            while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(LOOK_EVERY) {
                let now = ask(&mut client, &query);
                if !now.is_empty() {
                    seen = now;
                }
            }
            seen
        });
        Self { end, thread }
    }

    /// Who was seen last.
    pub(super) fn testimony(self) -> Vec<Session> {
        // A thread that has ended by itself needs no word.
        let _ = self.end.send(());
        self.thread.join().unwrap_or_default()
    }
}
