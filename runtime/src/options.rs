//! What a run can be told beforehand; the methods of [`Migrator`](crate::Migrator) set it.

use std::path::PathBuf;
use std::time::Duration;

use crate::policy::Policy;
use crate::watch::Watcher;

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
    /// The tenant's schema, where the database has one for each.
    pub(crate) tenant: Option<String>,
    /// What unqualified names mean that a tenant's schema does not have.
    pub(crate) shared_schemas: Vec<String>,
    /// Whether a tenant's schema is made where it is missing.
    pub(crate) create_schema: bool,
    /// Whether the ledger that tenants share is known to be there.
    pub(crate) ledger_is_ready: bool,
    /// How often a sign of life is told; zero for never.
    pub(crate) heartbeat: Duration,
    pub(crate) watcher: Watcher,
    /// Where an SQLite database is copied to before the first change.
    pub(crate) backup: Option<PathBuf>,
    /// Whether the schema is compared after the last change.
    #[cfg(feature = "drift")]
    pub(crate) drift: crate::drift::Drift,
    /// Where revisions may be run again.
    #[cfg(feature = "drift")]
    pub(crate) scratch: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            ledger_schema: "limbeck".to_owned(),
            lock_deadline: Duration::from_mins(1),
            policy: Policy::Apply,
            lock_timeout: Duration::from_secs(2),
            tenant: None,
            shared_schemas: Vec::new(),
            create_schema: false,
            ledger_is_ready: false,
            heartbeat: Duration::from_secs(10),
            watcher: Watcher::default(),
            backup: None,
            #[cfg(feature = "drift")]
            drift: crate::drift::Drift::Off,
            #[cfg(feature = "drift")]
            scratch: None,
        }
    }
}
