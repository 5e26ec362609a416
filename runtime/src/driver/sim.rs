//! Faults on purpose: a driver that fails when it is told to. For the simulation alone, behind the hidden
//! feature `__sim`; a program that does not ask for it has none of this.

use std::path::Path;
use std::time::Duration;

use limbeck_model::Dialect;
use limbeck_model::checksum::Digest;
#[cfg(feature = "drift")]
use limbeck_schema::Schema;

use super::open::sealed::Open;
use super::unit::Ended;
use super::{
    Answer, Database, Driver, DriverError, FirstLook, Marker, Opened, Ran, Reconnected, Refusal,
    SourceFile, Timeouts, Unit,
};
use crate::error::Error;
use crate::ledger::{Contents, Detail, Ledger};
use crate::observe::Listener;
use crate::preflight::Facts;
use crate::session::Session;
use crate::watch::Lookout;

/// Decides which calls of a driver fail.
pub trait Faults {
    /// Asked twice for each call: before it reaches the database and after the database has done it.
    fn strike(&mut self, call: &'static str, moment: Moment) -> Option<Fault>;
}

/// When a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Before it reaches the database.
    Before,
    /// After the database has done it, so that only the answer is lost.
    After,
}

/// What the caller is told instead of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection broke: nobody knows what the database has done.
    Lost,
    /// Another process holds the database. Only before a call; after one it is as [`Fault::Lost`].
    Busy,
    /// The database refuses with this SQLSTATE or result code. Only before a call.
    Refused(&'static str),
}

/// A database whose driver fails when it is told to.
#[derive(Debug)]
pub struct Faulty<D, F>(pub D, pub F);

impl<D: Database, F: Faults> Database for Faulty<D, F> {}

impl<D: Database, F: Faults> Open for Faulty<D, F> {
    #[expect(
        private_interfaces,
        reason = "the trait is sealed; nobody else can name it"
    )]
    fn open<'c>(self, patience: Duration) -> Result<Opened<'c>, Error>
    where
        Self: 'c,
    {
        let Self(database, mut faults) = self;
        around(&mut faults, "open", || database.open(patience))
            .map_err(|failed| {
                failed.unwrap_or_else(|error| Error::database("cannot connect", error))
            })
            .map(|driver| Box::new(FaultyDriver { driver, faults }) as Opened<'c>)
    }
}

struct FaultyDriver<'c, F> {
    driver: Opened<'c>,
    faults: F,
}

/// The call's own failure, or the one that was put in its place.
type Failed<E> = Result<E, DriverError>;

fn around<T, E>(
    faults: &mut impl Faults,
    call: &'static str,
    act: impl FnOnce() -> Result<T, E>,
) -> Result<T, Failed<E>> {
    if let Some(fault) = faults.strike(call, Moment::Before) {
        return Err(Err(error(fault)));
    }
    let answer = act();
    match faults.strike(call, Moment::After) {
        Some(_) => Err(Err(error(Fault::Lost))),
        None => answer.map_err(Ok),
    }
}

fn error(fault: Fault) -> DriverError {
    match fault {
        Fault::Lost => DriverError {
            lost: true,
            ..DriverError::other("the connection was cut on purpose")
        },
        Fault::Busy => DriverError {
            busy: true,
            ..DriverError::other("the database is busy on purpose")
        },
        Fault::Refused(code) => DriverError {
            code: Some(code.to_owned()),
            ..DriverError::other("refused on purpose")
        },
    }
}

fn either(failed: Failed<DriverError>) -> DriverError {
    failed.unwrap_or_else(|error| error)
}

fn refusal(failed: Failed<Refusal>) -> Refusal {
    match failed {
        Ok(refusal) => refusal,
        Err(error) if error.busy => Refusal::Busy,
        Err(error) => Refusal::Other(error),
    }
}

impl<F: Faults> Driver for FaultyDriver<'_, F> {
    fn dialect(&self) -> Dialect {
        self.driver.dialect()
    }

    fn first_look(
        &mut self,
        ledger: &Ledger,
        states: &[(&str, Digest)],
    ) -> Result<FirstLook, DriverError> {
        let Self { driver, faults } = self;
        around(faults, "first_look", || driver.first_look(ledger, states)).map_err(either)
    }

    fn read(
        &mut self,
        ledger: &Ledger,
        histories: &[&str],
        detail: Detail,
    ) -> Result<Contents, DriverError> {
        let Self { driver, faults } = self;
        around(faults, "read", || driver.read(ledger, histories, detail)).map_err(either)
    }

    fn read_with_facts(
        &mut self,
        ledger: &Ledger,
        histories: &[&str],
        extensions: &[&str],
    ) -> Result<(Contents, Option<Facts>), DriverError> {
        let Self { driver, faults } = self;
        around(faults, "read", || {
            driver.read_with_facts(ledger, histories, extensions)
        })
        .map_err(either)
    }

    fn ask(&mut self, sql: &str) -> Result<Answer, DriverError> {
        let Self { driver, faults } = self;
        around(faults, "ask", || driver.ask(sql)).map_err(either)
    }

    fn enter(&mut self, search_path: Option<String>) {
        self.driver.enter(search_path);
    }

    fn facts(&mut self, ledger: &Ledger, extensions: &[&str]) -> Result<Facts, DriverError> {
        let Self { driver, faults } = self;
        around(faults, "facts", || driver.facts(ledger, extensions)).map_err(either)
    }

    fn source_file(&mut self) -> Result<Option<SourceFile>, DriverError> {
        let Self { driver, faults } = self;
        around(faults, "source_file", || driver.source_file()).map_err(either)
    }

    fn copy_to(&mut self, path: &Path) -> Result<(), DriverError> {
        let Self { driver, faults } = self;
        around(faults, "copy_to", || driver.copy_to(path)).map_err(either)
    }

    #[cfg(feature = "drift")]
    fn schema(&mut self, ledger: &Ledger) -> Result<Schema, DriverError> {
        let Self { driver, faults } = self;
        around(faults, "schema", || driver.schema(ledger)).map_err(either)
    }

    #[cfg(feature = "drift")]
    fn with_scratch(
        &mut self,
        extensions: &[&str],
        act: &mut dyn FnMut(&mut dyn Driver),
    ) -> Result<(), DriverError> {
        let Self { driver, faults } = self;
        around(faults, "with_scratch", || {
            driver.with_scratch(extensions, act)
        })
        .map_err(either)
    }

    fn mark(&mut self, marker: Option<Marker>) {
        self.driver.mark(marker);
    }

    fn transact(
        &mut self,
        ledger: &Ledger,
        unit: &Unit<'_>,
        ended: Ended<'_>,
    ) -> Result<(), Refusal> {
        let Self { driver, faults } = self;
        around(faults, "transact", || driver.transact(ledger, unit, ended)).map_err(refusal)
    }

    fn run(&mut self, sql: &str, timeouts: Timeouts) -> Result<Ran, DriverError> {
        let Self { driver, faults } = self;
        around(faults, "run", || driver.run(sql, timeouts)).map_err(either)
    }

    fn attend(&mut self, listener: &Listener) {
        self.driver.attend(listener);
    }

    fn lookout(&self) -> Option<Box<dyn Lookout>> {
        self.driver.lookout()
    }

    fn holder(&mut self, ledger: &Ledger) -> Option<Session> {
        self.driver.holder(ledger)
    }

    fn reconnect(&mut self, lost: &DriverError) -> Result<Reconnected, Error> {
        let Self { driver, faults } = self;
        around(faults, "reconnect", || driver.reconnect(lost)).map_err(|failed| {
            failed.unwrap_or_else(|error| Error::database("cannot connect", error))
        })
    }
}
