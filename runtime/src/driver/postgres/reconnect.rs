//! A lost connection is opened again.

use std::ops::DerefMut;

use postgres::Client;
use postgres::error::SqlState;

use super::Postgres;
use super::rows::row;
use crate::clock::Stopwatch;
use crate::driver::{DriverError, Reconnected};
use crate::error::Error;

/// For how long the server runs, in milliseconds.
const UPTIME: &str =
    "SELECT (extract(epoch FROM clock_timestamp() - pg_postmaster_start_time()) * 1000)::bigint";

impl<C: DerefMut<Target = Client>> Postgres<C> {
    /// One attempt. What is set in a session is set anew by whoever needs it.
    pub(super) fn connect_again(&mut self, lost: &DriverError) -> Result<Reconnected, Error> {
        let Some(connector) = &self.connector else {
            return Ok(Reconnected::NotOurs);
        };
        *self.client = connector.connect()?;
        let was_open = std::mem::replace(&mut self.age, Stopwatch::start()).elapsed();
        self.may_have_leftovers = false;
        self.search_path.is_set = false;
        // A server that is shut down says the same as one on which somebody has ended this session. What
        // was up before that session began has not been shut down.
        let may_be_ended = lost.code.as_deref() == Some(SqlState::ADMIN_SHUTDOWN.code());
        let is_the_same =
            may_be_ended && self.uptime_ms().is_some_and(|up| up > was_open.as_millis());
        Ok(if is_the_same {
            Reconnected::AfterTermination
        } else {
            Reconnected::Done
        })
    }

    fn uptime_ms(&mut self) -> Option<u128> {
        let messages = self.client.simple_query(UPTIME).ok()?;
        messages.iter().find_map(row)?.get(0)?.parse().ok()
    }
}
