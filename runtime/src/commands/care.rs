//! What is done around the changes of a run, as it is said on the command line.

use std::path::PathBuf;

use clap::Args;

use crate::migrator::Migrator;

/// What is done before and after the changes of a run.
#[derive(Clone, Debug, Default, Args)]
pub struct Care {
    /// Copy an SQLite database before the first change, to this new file or into this folder
    #[arg(long, value_name = "PATH")]
    backup: Option<PathBuf>,
}

impl Care {
    pub(super) fn apply(&self, migrator: Migrator) -> Migrator {
        match &self.backup {
            Some(path) => migrator.backup_to(path),
            None => migrator,
        }
    }
}
