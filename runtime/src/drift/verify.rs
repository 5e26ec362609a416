//! All that can be verified of a database, without changing it.

use limbeck_model::{Dialect, Direction};

use super::compare::{Comparing, Replays};
use super::comparison::{Comparison, Reason};
use crate::driver::Database;
use crate::engine::{Chart, Position};
use crate::error::{Error, ErrorKind};
use crate::ledger::Detail;
use crate::migrator::Migrator;
use crate::preflight::{self, Finding, Intent, Severity};
use crate::status::Status;

/// What was verified of a database.
#[derive(Debug)]
#[non_exhaustive]
pub struct Verification {
    /// The kind of database.
    pub dialect: Dialect,
    /// Where the database stands, if its ledger agrees with the program, byte for byte.
    pub status: Option<Status>,
    /// How the ledger and the program differ, if they do.
    pub fault: Option<Error>,
    /// What a run would look at before its first change.
    pub findings: Vec<Finding>,
    /// The schema, held against the revisions that are applied.
    pub comparison: Comparison,
}

impl Verification {
    /// Whether nothing is wrong: the ledger agrees with the program, no script is unfinished, the schema is not known
    /// to be another one, and an upgrade could begin. Revisions may be pending.
    pub fn is_sound(&self) -> bool {
        let is_finished = self
            .status
            .as_ref()
            .is_some_and(|status| status.unfinished.is_none());
        let is_refused = self
            .findings
            .iter()
            .any(|finding| finding.severity == Severity::Error);
        is_finished && !is_refused && !self.comparison.is_drift()
    }
}

impl Migrator {
    /// Holds the ledger against this program, byte for byte, and the schema against the revisions that are
    /// applied, and looks whether an upgrade could begin. Changes nothing in the database.
    ///
    /// Where the schema does not have the fingerprint that was proved, or none was, the revisions are run again: in
    /// memory for SQLite, in a database that is made for that and dropped for PostgreSQL; see
    /// [`scratch`](Self::scratch).
    ///
    /// # Errors
    ///
    /// When the histories do not fit together or are not written for that kind of database, and when the
    /// database cannot be reached or read. That ledger and program differ is part of the answer.
    pub fn verify(&self, database: impl Database) -> Result<Verification, Error> {
        let mut driver = database.look(self.options().lock_deadline)?;
        let driver = &mut *driver;
        let ledger = self.ledger(driver.dialect())?;
        let chart = Chart::compose(self.histories(), ledger.dialect)?;
        let position = Position::read(driver, &ledger, &chart, &self.names(), Detail::Full);
        let missing = preflight::missing(&chart, position.as_ref().ok());
        let intent = Intent::new(&ledger, &chart, Direction::Up, &missing);
        let answer = driver.facts(&ledger, &preflight::extensions(self.histories()));
        let findings = preflight::weigh(answer, &intent)?;
        let mut verification = Verification {
            dialect: ledger.dialect,
            status: None,
            fault: None,
            findings,
            comparison: Comparison::Unknown(Reason::new(
                "the ledger does not say at which revisions of this program the database is",
            )),
        };
        match position {
            Ok(position) => {
                let comparing = Comparing {
                    chart: &chart,
                    histories: self.histories(),
                    ledger: &ledger,
                    options: self.options(),
                    replays: Replays::WhereUnproved,
                };
                verification.comparison = comparing.compare(driver, &position)?;
                verification.status = Some(Status::new(&chart, &position));
            }
            Err(error) if is_of_the_ledger(&error) => verification.fault = Some(error),
            Err(error) => return Err(error),
        }
        Ok(verification)
    }
}

/// Whether ledger and program differ; the database itself could be read.
fn is_of_the_ledger(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Edited | ErrorKind::Ahead | ErrorKind::AheadBreaking | ErrorKind::Diverged
    )
}
