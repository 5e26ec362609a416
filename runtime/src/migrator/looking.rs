//! What programs call that only want to know: they take no lock, write nothing and make no file.

use super::Migrator;
use crate::clock::Stopwatch;
use crate::driver::{Database, Driver, DriverError, FirstLook};
use crate::engine::{Look, Patience, Position};
use crate::error::{Error, ErrorKind};
use crate::ledger::Detail;
use crate::observe::{Listener, Vigil};
use crate::report::Report;
use crate::status::{Pending, Status};

impl Migrator {
    /// Looks where the database stands. Writes nothing.
    ///
    /// # Errors
    ///
    /// As for every method that takes a database: see [`Migrator`].
    pub fn status(&self, database: impl Database) -> Result<Status, Error> {
        let mut driver = database.look(self.options.lock_deadline)?;
        self.status_through(&mut *driver)
    }

    pub(crate) fn status_through(&self, driver: &mut dyn Driver) -> Result<Status, Error> {
        let ledger = self.ledger(driver.dialect())?;
        let chart = self.chart(driver.dialect())?;
        let position = Position::read(driver, &ledger, chart, &self.names(), Detail::Full)?;
        Ok(Status::new(chart, &position))
    }

    /// Looks what the program carries and the database lacks: for health probes, as often as they like.
    ///
    /// Where that is nothing, this is one query. It writes nothing and makes no file; a role with no right
    /// but to read the ledger can ask, on a read replica too, and an SQLite file may be one that can only
    /// be read.
    ///
    /// # Errors
    ///
    /// As for every method that takes a database: see [`Migrator`].
    pub fn pending(&self, database: impl Database) -> Result<Pending, Error> {
        let mut driver = database.look(self.options.lock_deadline)?;
        let ledger = self.ledger(driver.dialect())?;
        if self.first_look(&mut *driver, &ledger)? == FirstLook::Complete {
            return Ok(Pending::default());
        }
        let chart = self.chart(driver.dialect())?;
        let position = Position::read(&mut *driver, &ledger, chart, &self.names(), Detail::Brief)?;
        Ok(Pending::new(chart, &position))
    }

    /// Looks whether the database has what the target needs, again and again where there is patience. A
    /// database that is not there yet, or does not answer, is waited for as well.
    pub(super) fn look_for(
        &self,
        database: impl Database,
        target: &str,
        mut patience: Patience,
    ) -> Result<Report, Error> {
        let watch = Stopwatch::start();
        let vigil = Vigil::start(&self.listener, &self.options);
        let listener = vigil.listener();
        let Some(address) = database.address() else {
            let mut driver = database.look(self.options.lock_deadline)?;
            return self.look_through(&mut *driver, target, &mut patience, watch, listener);
        };
        loop {
            let outcome = address
                .look(self.options.lock_deadline)
                .and_then(|mut driver| {
                    self.look_through(&mut *driver, target, &mut patience, watch, listener)
                });
            match outcome {
                Err(error) if may_pass(&error) && patience.wait(listener) => {}
                outcome => return outcome,
            }
        }
    }

    pub(crate) fn look_through(
        &self,
        driver: &mut dyn Driver,
        target: &str,
        patience: &mut Patience,
        watch: Stopwatch,
        listener: &Listener,
    ) -> Result<Report, Error> {
        let ledger = self.ledger(driver.dialect())?;
        let mut report = if self.means_everything(target)
            && self.first_look(driver, &ledger)? == FirstLook::Complete
        {
            Report::new(driver.dialect())
        } else {
            let chart = self.chart(driver.dialect())?;
            let look = Look {
                chart,
                histories: &self.names(),
                ledger: &ledger,
                listener,
            };
            look.at(driver, target, patience)?
        };
        report.duration = watch.elapsed();
        report.waited = patience.waited();
        Ok(report)
    }
}

/// Whether a database that could not be opened or read may be in order a little later: it is not there yet,
/// it starts, it has let go of the connection, or it has no more room for one.
fn may_pass(error: &Error) -> bool {
    /// SQLite's `SQLITE_CANTOPEN`, PostgreSQL's missing database, and its classes of failed connections,
    /// of resources and of intervention.
    const PASSING: [&str; 5] = ["14", "3D000", "08", "53", "57"];
    let cause = std::error::Error::source(error)
        .and_then(|source| source.downcast_ref::<DriverError>())
        .filter(|_| error.kind() == ErrorKind::Database);
    cause.is_some_and(|cause| match &cause.code {
        Some(code) => PASSING.iter().any(|passing| code.starts_with(passing)),
        None => true,
    })
}
