//! Why a server could not be started.

#[cfg(unix)]
use std::path::Path;
use std::{fmt, io};

/// A PostgreSQL server could not be started.
#[derive(Debug)]
pub struct Error {
    message: String,
    help: Option<String>,
    source: Option<io::Error>,
    no_server_binaries: bool,
}

impl Error {
    /// No server programs were found on this machine: installing them would help.
    pub fn is_missing_binaries(&self) -> bool {
        self.no_server_binaries
    }

    /// What to do about it, where that is known.
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    #[cfg(unix)]
    pub(crate) fn missing_binaries(searched: &[String]) -> Self {
        let message = match searched {
            [] => "no PostgreSQL server binaries were found".to_owned(),
            _ => format!(
                "no PostgreSQL server binaries were found in {}",
                searched.join(", ")
            ),
        };
        Self {
            no_server_binaries: true,
            ..Self::new(message).with_help(
                "install `postgresql`, or name the folder that has `initdb` and `postgres`",
            )
        }
    }

    #[cfg(unix)]
    pub(crate) fn not_a_server(folder: &Path) -> Self {
        Self::new(format!(
            "there is no `initdb` and `postgres` in `{}`",
            folder.display()
        ))
        .with_help("name the folder of the server's programs, such as `/usr/lib/postgresql/15/bin`")
    }

    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
            source: None,
            no_server_binaries: false,
        }
    }

    #[must_use]
    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// For `map_err`: an operation that the operating system refused.
    #[cfg(unix)]
    pub(crate) fn io(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let message = doing.into();
        |source| Self {
            source: Some(source),
            ..Self::new(message)
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let source: &(dyn std::error::Error + 'static) = self.source.as_ref()?;
        Some(source)
    }
}
