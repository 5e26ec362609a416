//! Why a server could not be started.

use std::{fmt, io};

/// A PostgreSQL server could not be started.
#[derive(Debug)]
pub struct Error {
    message: String,
    source: Option<io::Error>,
    no_server_binaries: bool,
}

impl Error {
    /// No server programs were found on this machine: installing them would help.
    pub fn is_missing_binaries(&self) -> bool {
        self.no_server_binaries
    }

    pub(crate) fn missing_binaries(searched: &[String]) -> Self {
        let searched = searched.join(", ");
        Self {
            message: format!(
                "no PostgreSQL server programs in {searched}\n\
                 help: `apt-get install postgresql`, or name their directory in {}",
                crate::BIN_VARIABLE
            ),
            source: None,
            no_server_binaries: true,
        }
    }

    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            source: None,
            no_server_binaries: false,
        }
    }

    /// For `map_err`: an operation that the operating system refused.
    pub(crate) fn io(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let message = doing.into();
        |source| Self {
            message,
            source: Some(source),
            no_server_binaries: false,
        }
    }
}

/// Unlike other errors of this project, the cause is part of the text: a test prints one line.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.source {
            Some(source) => write!(f, ": {source}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
