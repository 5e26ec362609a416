//! Mending what interrupted runs have left.

use super::Migrator;
use crate::driver::Database;
use crate::engine::{Chart, Run};
use crate::error::Error;
use crate::observe::Vigil;
use crate::repair::{Repair, RepairReport};

impl Migrator {
    /// Finds and mends what interrupted runs have left: invalid indexes and leftovers of `REINDEX …
    /// CONCURRENTLY`, half-detached partitions, and what the ledger says of scripts that have ended. An
    /// upgrade mends by itself what it meets; this looks everywhere, and runs no script.
    ///
    /// It touches nothing of which it cannot be sure: that it only lists. See [`Repair`] for more or less.
    ///
    /// # Errors
    ///
    /// As for every method that takes a database: see [`Migrator`].
    pub fn repair(
        &mut self,
        database: impl Database,
        repair: Repair,
    ) -> Result<RepairReport, Error> {
        let mut driver = database.open(self.options.lock_deadline)?;
        let ledger = self.ledger(driver.dialect())?;
        let chart = Chart::compose(&self.histories, ledger.dialect)?;
        let vigil = Vigil::start(&self.listener, &self.options);
        let listener = vigil.listener().clone();
        driver.attend(&listener);
        let run = Run::new(
            &chart,
            &self.histories,
            ledger,
            &mut *driver,
            listener,
            &self.options,
        );
        run.repair(repair)
    }
}
