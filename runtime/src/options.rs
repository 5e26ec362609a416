//! What a run can be told beforehand; the methods of [`Migrator`](crate::Migrator) set it.

use std::time::Duration;

use crate::policy::Policy;

/// The settings of all runs of one migrator.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// PostgreSQL's schema of the ledger.
    pub(crate) ledger_schema: String,
    /// How long to wait, without any progress, for another process.
    pub(crate) lock_deadline: Duration,
    /// Who changes the database when an upgrade is asked for.
    pub(crate) policy: Policy,
    /// How long one attempt may wait for a lock in PostgreSQL, unless its script says otherwise; zero for
    /// as long as it takes.
    pub(crate) lock_timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            ledger_schema: "limbeck".to_owned(),
            lock_deadline: Duration::from_mins(1),
            policy: Policy::Apply,
            lock_timeout: Duration::from_secs(2),
        }
    }
}
