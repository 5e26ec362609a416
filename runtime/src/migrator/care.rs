//! What is done around the changes of a run.

use std::path::PathBuf;

#[cfg(feature = "drift")]
use crate::drift::Drift;
use crate::migrator::Migrator;

impl Migrator {
    /// Copies an SQLite database before the first change: to a file, which must not exist, or into a folder,
    /// under a name with the time. The copy is of one moment, whatever others write meanwhile, is checked, and
    /// has its name only when it is whole. Where there is nothing to do, and of an empty database, none is made.
    ///
    /// A run on PostgreSQL, or on a database in memory, fails with [`ErrorKind::Preflight`](crate::ErrorKind).
    #[must_use]
    pub fn backup_to(mut self, path: impl Into<PathBuf>) -> Self {
        self.options.backup = Some(path.into());
        self
    }
}

#[cfg(feature = "drift")]
impl Migrator {
    /// Whether a run compares the schema, after its changes, with the one that its revisions make;
    /// [`Drift::Off`] unless set. See [`Drift`].
    #[must_use]
    pub fn drift(mut self, drift: Drift) -> Self {
        self.options.drift = drift;
        self
    }

    /// A PostgreSQL server of the same version, on which revisions may be run again in a database that is made for
    /// that and dropped. Unless set, it is the database's own server, where the role may create databases and no
    /// revision reaches beyond its database.
    #[must_use]
    pub fn scratch(mut self, url: impl Into<String>) -> Self {
        self.options.scratch = Some(url.into());
        self
    }
}
