//! Why a server could not be started.

use std::error::Error as _;
use std::fmt;

/// A PostgreSQL server could not be started.
#[derive(Debug)]
pub struct Error {
    message: String,
    no_server_binaries: bool,
}

impl Error {
    /// No server programs were found on this machine: installing them would help.
    pub fn is_missing_binaries(&self) -> bool {
        self.no_server_binaries
    }

    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            no_server_binaries: false,
        }
    }
}

/// Unlike other errors of this project, all of it is one text: a test prints one line.
impl From<limbeck_cluster::Error> for Error {
    fn from(error: limbeck_cluster::Error) -> Self {
        let no_server_binaries = error.is_missing_binaries();
        let mut message = error.to_string();
        if let Some(source) = error.source() {
            message = format!("{message}: {source}");
        }
        if no_server_binaries {
            message = format!(
                "{message}\nhelp: `apt-get install postgresql`, or name their directory in {}",
                crate::BIN_VARIABLE
            );
        }
        Self {
            message,
            no_server_binaries,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
