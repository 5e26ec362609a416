//! PostgreSQL through the postgres crate: the only module that names it.
//!
//! Everything is sent in simple-query messages: a whole transaction is one message and one round trip.
//! After any error the rest of a message is discarded by the server and `ROLLBACK` is sent.

mod attempt;
mod changed;
mod connect;
mod error;
mod facts;
mod failure;
mod inside_runtime;
mod locate;
mod lookout;
mod passwords;
mod read;
mod reconnect;
mod rows;
#[cfg(feature = "drift")]
mod scratch;
mod session;
mod sessions;
mod tenant;
mod timeouts;
#[cfg(feature = "tls")]
mod tls;
#[cfg(feature = "tls")]
mod tls_error;
#[cfg(feature = "tls")]
mod trust;
#[cfg(feature = "tls")]
mod verifier;
#[cfg(not(feature = "tls"))]
mod without_tls;
mod witness;

use std::ops::DerefMut;
use std::time::Duration;

use limbeck_model::Dialect;
use limbeck_model::checksum::Digest;
#[cfg(feature = "drift")]
use limbeck_schema::Schema;
use postgres::Client;
use postgres::error::SqlState;

use self::changed::{rows_of, rows_of_changes};
use self::connect::Connector;
pub(crate) use self::connect::{connect, lookout};
use self::inside_runtime::Connection;
use self::lookout::Watchtower;
use self::read::is_missing;
use self::rows::{row, state_rows, values};
use self::session::{Inside, RESET};
use self::tenant::SearchPath;
#[cfg(not(feature = "tls"))]
use self::without_tls as tls;
use self::witness::Witness;
use super::leftovers;
use super::open::FirstLook;
use super::open::sealed::Open;
use super::unit::Ended;
use super::{
    Answer, Database, Driver, DriverError, Effect, Marker, Opened, Ran, Reconnected, Refusal,
    Timeouts, Unit,
};
use crate::clock::Stopwatch;
use crate::error::Error;
use crate::ledger::{BUSY, Contents, Detail, Ledger, MOVED, NO_SCHEMA};
use crate::preflight::Facts;
use crate::session::Session;
use crate::watch::Lookout;

impl Database for &mut Client {}

impl Open for &mut Client {
    #[expect(
        private_interfaces,
        reason = "the trait is sealed; nobody else can name it"
    )]
    fn open<'c>(self, _patience: Duration) -> Result<Opened<'c>, Error>
    where
        Self: 'c,
    {
        inside_runtime::refuse(Connection::Lent)?;
        Ok(Box::new(Postgres::new(self, None)))
    }
}

struct Postgres<C: DerefMut<Target = Client>> {
    client: C,
    /// How the connection was opened, where it is limbeck's own and its settings are limbeck's to set.
    connector: Option<Connector>,
    marker: Marker,
    inside: Inside,
    /// Whether the server was seen to take backslashes in plain literals for escapes.
    reads_backslashes_otherwise: bool,
    /// Whether a script outside a transaction may have left something in the session.
    may_have_leftovers: bool,
    /// For how long the last attempt ran that has given up waiting for a lock; `None` after any other.
    held_up: Option<Duration>,
    /// Since when the connection is open.
    age: Stopwatch,
    /// Whether something was noted of scripts outside a transaction when the ledger was last read.
    has_progress: bool,
    /// Where statements by themselves find a tenant's names.
    search_path: SearchPath,
}

impl<C: DerefMut<Target = Client>> Driver for Postgres<C> {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn first_look(
        &mut self,
        ledger: &Ledger,
        states: &[(&str, Digest)],
    ) -> Result<FirstLook, DriverError> {
        match self.send(&ledger.first_standings()) {
            Ok(messages) => {
                let rows = state_rows(&messages.iter().filter_map(row).collect::<Vec<_>>())?;
                Ok(FirstLook::at(&rows, states))
            }
            Err(error) if is_missing(&error) => Ok(FirstLook::NoLedger),
            Err(error) => Err(error),
        }
    }

    fn read(
        &mut self,
        ledger: &Ledger,
        histories: &[&str],
        detail: Detail,
    ) -> Result<Contents, DriverError> {
        self.prepare()?;
        self.contents(ledger, histories, detail)
    }

    fn read_with_facts(
        &mut self,
        ledger: &Ledger,
        histories: &[&str],
        extensions: &[&str],
    ) -> Result<(Contents, Option<Facts>), DriverError> {
        self.prepare()?;
        self.contents_with_facts(ledger, histories, extensions)
    }

    fn ask(&mut self, sql: &str) -> Result<Answer, DriverError> {
        self.prepare()?;
        let before = self.go_to_tenant()?;
        let result = self.send(sql);
        self.come_back(before, result)
            .map(|messages| messages.iter().filter_map(row).map(values).collect())
    }

    fn enter(&mut self, search_path: Option<String>) {
        self.search_path = SearchPath::of(search_path);
    }

    fn facts(&mut self, ledger: &Ledger, extensions: &[&str]) -> Result<Facts, DriverError> {
        self.prepare()?;
        self.server_facts(ledger, extensions).map(Facts::Server)
    }

    #[cfg(feature = "drift")]
    fn schema(&mut self, ledger: &Ledger) -> Result<Schema, DriverError> {
        self.read_schema(ledger)
    }

    #[cfg(feature = "drift")]
    fn with_scratch(
        &mut self,
        extensions: &[&str],
        act: &mut dyn FnMut(&mut dyn Driver),
    ) -> Result<(), DriverError> {
        self.in_scratch(extensions, act)
    }

    fn mark(&mut self, marker: Option<Marker>) {
        self.marker = marker.unwrap_or_default();
    }

    fn transact(
        &mut self,
        ledger: &Ledger,
        unit: &Unit<'_>,
        ended: Ended<'_>,
    ) -> Result<(), Refusal> {
        self.prepare().map_err(Refusal::Other)?;
        let watch = Stopwatch::start();
        let reset = self.connector.is_some() && self.may_have_leftovers && unit.ends_a_script();
        let witness = self.witness(ledger);
        let (message, result) = self.send_unit(ledger, unit, reset.then_some(RESET));
        let seen = witness.map(Witness::testimony).unwrap_or_default();
        let is_held_up = result.as_ref().is_err_and(DriverError::is_lock_timeout);
        self.held_up = is_held_up.then(|| watch.elapsed());
        let mut error = match result {
            Ok(answers) => {
                self.may_have_leftovers &= !reset;
                self.search_path.is_set &= !reset;
                let count = u32::try_from(unit.changes.len()).unwrap_or(u32::MAX);
                let duration = watch.elapsed() / count.max(1);
                for (number, rows) in rows_of_changes(&message, unit, &answers) {
                    ended(number, Effect { duration, rows });
                }
                return Ok(());
            }
            Err(error) => error,
        };
        if error.message.contains(BUSY) {
            return Err(Refusal::Busy);
        }
        if error.message.contains(MOVED) {
            return Err(Refusal::Moved);
        }
        if error.message.contains(NO_SCHEMA) {
            return Err(Refusal::Other(error));
        }
        if let Some(waited) = self.held_up {
            error.blockers = if seen.is_empty() && self.connector.is_none() {
                self.suspects(waited)
            } else {
                seen
            };
        }
        let found = if let Some(offset) = error.offset {
            message
                .place(offset)
                .map(|(change, place)| (change, Some(place)))
        } else if unit.changes.len() > 1 {
            // It will be seen where it was when each of them is run by itself.
            None
        } else {
            let code = error.code.clone();
            code.and_then(|code| self.locate(unit, &code))
        };
        // `IF NOT EXISTS` asks for the right to create a schema even where it exists.
        let is_forbidden = error.code.as_deref() == Some(SqlState::INSUFFICIENT_PRIVILEGE.code());
        if found.is_none()
            && is_forbidden
            && unit.create_ledger
            && !ledger.has_schema
            && self.schema_exists(ledger)
        {
            let ledger = Ledger {
                has_schema: true,
                ..ledger.clone()
            };
            return self.transact(&ledger, unit, ended);
        }
        Err(match found {
            Some((change, place)) => Refusal::Failed {
                change,
                place,
                error,
            },
            None => Refusal::Other(error),
        })
    }

    fn run(&mut self, sql: &str, timeouts: Timeouts) -> Result<Ran, DriverError> {
        self.may_have_leftovers |= leftovers::are_possible(sql);
        self.read_backslashes(sql)?;
        let before = self.go_to_tenant()?;
        let result = self.send_under(timeouts, sql);
        let (answers, note) = self.come_back(before, result)?;
        let rows = rows_of(sql, &answers);
        Ok(Ran { rows, note })
    }

    fn holder(&mut self, ledger: &Ledger) -> Option<Session> {
        self.lock_holder(ledger)
    }

    fn lookout(&self) -> Option<Box<dyn Lookout>> {
        let connector = self.connector.clone()?;
        Some(Box::new(Watchtower::new(connector)))
    }

    fn reconnect(&mut self, lost: &DriverError) -> Result<Reconnected, Error> {
        self.connect_again(lost)
    }
}
