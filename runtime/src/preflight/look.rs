//! The look without a run.

use limbeck_model::Direction;

use super::facts::Facts;
use super::finding::{Check, Finding, Severity};
use super::intent::{Intent, extensions};
use super::judge::judge;
use crate::driver::{Database, DriverError};
use crate::engine::{Chart, Position};
use crate::error::Error;
use crate::ledger::Detail;
use crate::migrator::Migrator;

impl Migrator {
    /// Looks whether an upgrade to the newest revisions could begin, and what a person should know before
    /// it does: the server's version, rights, extensions, and so on. Writes nothing. A run looks by itself before its
    /// first change.
    ///
    /// Findings are sorted by weight; with one of [`Severity::Error`] a run would not begin.
    ///
    /// # Errors
    ///
    /// As for every method that takes a database: see [`Migrator`].
    pub fn preflight(&self, database: impl Database) -> Result<Vec<Finding>, Error> {
        let mut driver = database.look(self.options().lock_deadline)?;
        let ledger = self.ledger(driver.dialect())?;
        let chart = Chart::compose(self.histories(), ledger.dialect)?;
        let position = Position::read(&mut *driver, &ledger, &chart, &self.names(), Detail::Brief);
        let missing = missing(&chart, position.as_ref().ok());
        let intent = Intent::new(&ledger, &chart, Direction::Up, &missing);
        let answer = driver.facts(&ledger, &extensions(self.histories()));
        let findings = weigh(answer, &intent)?;
        let is_explained = findings
            .iter()
            .any(|found| found.severity == Severity::Error);
        position
            .err()
            .filter(|_| !is_explained)
            .map_or(Ok(findings), Err)
    }
}

/// What an upgrade would apply. Of a ledger that cannot be read nothing is known to be applied.
pub(crate) fn missing(chart: &Chart, position: Option<&Position>) -> Vec<usize> {
    let is_applied =
        |index: &usize| position.is_some_and(|position| position.standing.applied.contains(index));
    (0..chart.entries.len())
        .filter(|index| !is_applied(index))
        .collect()
}

/// Judges what a driver has told.
///
/// # Errors
///
/// When the database cannot be reached. What it refuses to tell is a finding.
pub(crate) fn weigh(
    answer: Result<Facts, DriverError>,
    intent: &Intent<'_>,
) -> Result<Vec<Finding>, Error> {
    match answer {
        Ok(facts) => Ok(judge(&facts, intent)),
        Err(error) if is_no_database(&error) => Ok(vec![
            Finding::new(Check::File, Severity::Error, NO_DATABASE).help(NO_DATABASE_HELP),
        ]),
        // A look must never be what stops a run, unless there is nobody to ask.
        Err(error) if error.code.is_some() && !error.busy => {
            let message = format!("the database does not tell whether it can be migrated: {error}");
            Ok(vec![Finding::new(
                Check::Answer,
                Severity::Warning,
                message,
            )])
        }
        Err(error) => Err(crate::engine::cannot_read(error)),
    }
}

/// SQLite's code for a file that it cannot make sense of; no SQLSTATE has two digits.
const NOT_A_DATABASE: &str = "26";

const NO_DATABASE: &str = "the file is no SQLite database, or it is encrypted";
pub(crate) const NO_DATABASE_HELP: &str =
    "name the database's own file, or a connection that has the key; nothing was changed";

/// Whether this is what SQLite says of a file of another kind.
pub(crate) fn is_no_database(error: &DriverError) -> bool {
    error.code.as_deref() == Some(NOT_A_DATABASE)
}
