//! What a look at a database finds.

use std::fmt;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Good to know; a run says nothing of it.
    Note,
    /// A run tells it, as an [`Event`](crate::Event) and in the notes of its
    /// [`Report`](crate::Report), and goes on.
    Warning,
    /// A run does not begin.
    Error,
}

impl Severity {
    /// Its name in lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// What was looked at. More may be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Check {
    /// The version of the server, or of SQLite.
    Version,
    /// Whether the database can be written at all.
    ReadOnly,
    /// Whether the role may write the ledger, and make what revisions make.
    Rights,
    /// The extensions of PostgreSQL that the settings name.
    Extensions,
    /// Whether a pooler stands in between.
    Pooler,
    /// Whether SQLite heeds foreign keys on this connection.
    ForeignKeys,
    /// Whether a file is an SQLite database.
    File,
    /// Whether the database answered what it was asked.
    Answer,
}

impl Check {
    /// Its name in lower case, with hyphens.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Version => "version",
            Self::ReadOnly => "read-only",
            Self::Rights => "rights",
            Self::Extensions => "extensions",
            Self::Pooler => "pooler",
            Self::ForeignKeys => "foreign-keys",
            Self::File => "file",
            Self::Answer => "answer",
        }
    }
}

/// Something that was found before anything is changed.
///
/// Its [`Display`](fmt::Display) form is one sentence, without what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What was looked at.
    pub check: Check,
    /// How much it weighs.
    pub severity: Severity,
    /// What was found.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Finding {
    pub(crate) fn new(check: Check, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            check,
            severity,
            message: message.into(),
            help: None,
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// What was found and what to do about it, as one sentence.
    pub(crate) fn sentence(&self) -> String {
        match &self.help {
            Some(help) => format!("{}; {help}", self.message),
            None => self.message.clone(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
