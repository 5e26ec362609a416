//! What is done around the changes of a run.

use std::path::PathBuf;

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
