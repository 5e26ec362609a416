//! Why a schema could not be read.

use std::fmt;

/// The outcome of reading a schema.
pub type Result<T> = std::result::Result<T, Error>;

/// A schema could not be read. What the database said is the [source](std::error::Error::source).
#[derive(Debug)]
pub struct Error {
    message: &'static str,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// The database refused, or the connection broke.
    #[cfg(any(feature = "postgres", feature = "sqlite"))]
    pub(crate) fn database(
        message: &'static str,
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        Self {
            message,
            source: Some(Box::new(source)),
        }
    }

    /// The database answered what it never should.
    #[cfg(feature = "postgres")]
    pub(crate) fn answer(message: &'static str) -> Self {
        Self {
            message,
            source: None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source.as_ref() as _)
    }
}
