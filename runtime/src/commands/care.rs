//! What is done around the changes of a run, as it is said on the command line.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::arguments::Url;
use crate::drift::Drift;
use crate::migrator::Migrator;

/// What is done before and after the changes of a run.
#[derive(Clone, Debug, Args)]
pub struct Care {
    /// Copy an SQLite database before the first change, to this new file or into this folder
    #[arg(long, value_name = "PATH")]
    backup: Option<PathBuf>,

    /// Compare the schema after the last change with the one that the revisions make
    #[arg(long, value_enum, default_value = "off")]
    drift: DriftName,

    /// Where the revisions may be run again for that.
    #[command(flatten)]
    scratch: Scratch,
}

/// Where revisions may be run again.
#[derive(Clone, Debug, Args)]
pub struct Scratch {
    /// Run the revisions again, where that is needed, on this PostgreSQL server, in a database that is made and dropped
    #[arg(long, value_name = "URL")]
    scratch: Option<Url>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum DriftName {
    /// Do not compare
    Off,
    /// Say what is otherwise
    Warn,
    /// Exit with 11 where something is otherwise; what was changed stands
    Fail,
}

impl Care {
    pub(super) fn apply(&self, migrator: Migrator) -> Migrator {
        let migrator = self.scratch.apply(migrator).drift(match self.drift {
            DriftName::Off => Drift::Off,
            DriftName::Warn => Drift::Warn,
            DriftName::Fail => Drift::Fail,
        });
        match &self.backup {
            Some(path) => migrator.backup_to(path),
            None => migrator,
        }
    }
}

impl Scratch {
    pub(super) fn apply(&self, migrator: Migrator) -> Migrator {
        match &self.scratch {
            Some(url) => migrator.scratch(url.as_str()),
            None => migrator,
        }
    }
}
