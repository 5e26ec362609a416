//! What can be seen of a running statement from another connection.

use crate::driver::DriverError;
use crate::observe::ProgressUnit;
use crate::session::Session;

/// Looks at a session of the run's from a connection of its own, which is opened at the first look and
/// closed with this.
pub(crate) trait Lookout: Send {
    /// What the session does that runs what was sent under this token; `None` where there is none.
    fn look(&mut self, token: &str) -> Result<Option<Sighting>, DriverError>;

    /// Prolongs a claim on a script with this statement.
    fn renew(&mut self, sql: &str) -> Result<(), DriverError>;

    /// Closes the connection, to be opened anew by the next look.
    fn close(&mut self);
}

/// What was seen at one look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sighting {
    /// The lock that the session waits for: its mode, and what it is on.
    pub(crate) lock: Option<String>,
    /// Who holds it.
    pub(crate) blockers: Vec<Session>,
    pub(crate) reading: Option<Reading>,
}

/// What PostgreSQL counts of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) command: String,
    pub(crate) relation: Option<String>,
    pub(crate) phase: String,
    /// All that it counts, also what belongs to other phases.
    pub(crate) counters: Vec<Counter>,
}

/// One of its counters; a total of zero is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counter {
    pub(crate) unit: ProgressUnit,
    pub(crate) done: u64,
    pub(crate) total: u64,
}
