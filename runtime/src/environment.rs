//! The only module beside `commands` that reads the environment: what libpq would take from it.
//!
//! It is read for URLs of PostgreSQL alone, and only to fill what a URL leaves out.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use crate::url::variables;

/// What surrounds the process: variables, the user, the user's home. May hold a password, and has no `Debug`
/// for that reason.
#[derive(Clone, Default)]
pub(crate) struct Surroundings {
    variables: BTreeMap<&'static str, OsString>,
    pub(crate) user: Option<String>,
    pub(crate) home: Option<PathBuf>,
    /// Where Windows keeps what programs remember of a user.
    application_data: Option<PathBuf>,
}

impl Surroundings {
    #[expect(
        clippy::disallowed_methods,
        reason = "whoever leaves something out of a URL expects libpq's variables to fill it"
    )]
    pub(crate) fn read() -> Self {
        let set = |name| Some((name, std::env::var_os(name)?));
        Self {
            variables: variables().filter_map(set).collect(),
            user: whoami::username().ok(),
            home: std::env::home_dir(),
            application_data: std::env::var_os("APPDATA").map(PathBuf::from),
        }
    }

    /// A variable's value; one that is empty is as one that is not set.
    pub(crate) fn variable(&self, name: &str) -> Option<&OsStr> {
        let value = self.variables.get(name)?;
        (!value.is_empty()).then_some(value)
    }

    /// Where the password file is when nobody says.
    pub(crate) fn passfile(&self) -> Option<PathBuf> {
        if cfg!(windows) {
            let data = self.application_data.as_ref()?;
            return Some(data.join("postgresql").join("pgpass.conf"));
        }
        Some(self.home.as_ref()?.join(".pgpass"))
    }

    /// Surroundings that a test makes up.
    #[cfg(test)]
    pub(crate) fn of(variables: &[(&'static str, &str)]) -> Self {
        Self {
            variables: variables
                .iter()
                .map(|(name, value)| (*name, value.into()))
                .collect(),
            user: Some("somebody".to_owned()),
            home: Some("/home/somebody".into()),
            application_data: None,
        }
    }
}
