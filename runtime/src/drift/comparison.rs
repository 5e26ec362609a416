//! What a comparison of schemas says.

use std::fmt;

/// Whether a run compares the schema afterwards with the one that its revisions make.
///
/// A comparison reads the catalogs of the database, which takes milliseconds for a small schema and seconds
/// for one of thousands of tables, and may find what is meant. So it is off unless it is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Drift {
    /// Does not compare.
    #[default]
    Off,
    /// Puts what is otherwise into [`Report::notes`](crate::Report), and tells it as an
    /// [`Event`](crate::Event).
    Warn,
    /// Ends a run with [`ErrorKind::Drift`](crate::ErrorKind::Drift) where something is otherwise. What it
    /// has changed stands.
    Fail,
}

/// What became of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Comparison {
    /// The schema is the one that the revisions make.
    Equal(Evidence),
    /// It is another one, in these respects.
    Different(Vec<Difference>),
    /// Its fingerprint is another one than was proved; in which respects it differs could not be found out.
    Unlike(Reason),
    /// It could not be compared.
    Unknown(Reason),
}

impl Comparison {
    /// Whether the schema is known to be another one.
    pub const fn is_drift(&self) -> bool {
        matches!(self, Self::Different(_) | Self::Unlike(_))
    }
}

/// How it is known that a schema is as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Evidence {
    /// It has the fingerprint that was proved.
    Proof,
    /// The revisions, run again on an empty database, have made the same.
    Replay,
}

/// One respect in which a schema is not as it should be.
///
/// Its [`Display`](fmt::Display) form is a sentence without an end.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// What is missing, additional or otherwise.
    pub message: String,
    /// The statement that makes it as it should be, where one does and it is certain.
    pub mend: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Why something could not be found out, and what would be needed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reason {
    /// Why.
    pub message: String,
    /// What would be needed, where something helps.
    pub help: Option<String>,
}

impl Reason {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
