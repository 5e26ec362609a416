//! Why a command was not carried out: a sentence, and what to do about it.

use std::error::Error as _;
use std::fmt;
use std::io;
use std::path::Path;

use limbeck_compiler::lock::Refusal;
use limbeck_compiler::proof::Fault;
use limbeck_compiler::render::render;
use limbeck_compiler::source::Sources;
use limbeck_model::diagnostic::Diagnostic;
use limbeck_model::target::TargetError;
use serde_json::{Value, json};

use crate::{answer, exit};

/// Whose fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    /// Something is wrong in the migrations.
    History,
    /// What was asked for makes no sense, or not with this history.
    Usage,
    /// The package cannot be found, or a file cannot be read or written.
    Environment,
}

/// Why a command was not carried out.
#[derive(Debug)]
pub(crate) struct Error {
    kind: ErrorKind,
    message: String,
    notes: Vec<String>,
    helps: Vec<String>,
    /// What is wrong in the migrations, rendered and for programs.
    report: Option<(String, Value)>,
}

impl Error {
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }

    pub(crate) fn environment(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Environment, message)
    }

    /// A file that cannot be read or written; `what` is what should have happened to it.
    pub(crate) fn file(what: &str, path: &Path, error: &io::Error) -> Self {
        Self::environment(format!("cannot {what} `{}`: {error}", path.display()))
    }

    /// A proof could not be made.
    pub(crate) fn proof(fault: &Fault) -> Self {
        let cause = fault.source().map(|cause| format!(": {cause}"));
        Self::environment(format!("{fault}{}", cause.unwrap_or_default()))
    }

    /// What is wrong in the migrations keeps a revision from being written.
    pub(crate) fn history(diagnostics: &[Diagnostic], sources: &Sources) -> Self {
        let message = "nothing was written, since it is not known where a new revision belongs";
        Self::report(message, diagnostics, sources)
    }

    /// What is wrong in the migrations keeps them from being locked.
    pub(crate) fn unlocked(diagnostics: &[Diagnostic], sources: &Sources) -> Self {
        let message = "nothing was locked, since something is wrong in the migrations";
        Self::report(message, diagnostics, sources)
    }

    /// What is wrong in the migrations keeps them from being proved.
    pub(crate) fn unproved(diagnostics: &[Diagnostic], sources: &Sources) -> Self {
        let message = "nothing was proved, since something is wrong in the migrations";
        Self::report(message, diagnostics, sources)
    }

    /// What is wrong in the migrations keeps them from being applied.
    pub(crate) fn unread(diagnostics: &[Diagnostic], sources: &Sources) -> Self {
        let message = "there is no schema, since something is wrong in the migrations";
        Self::report(message, diagnostics, sources)
    }

    /// A revision fails on an empty database.
    pub(crate) fn unapplied(id: &str, failure: &str) -> Self {
        Self::new(
            ErrorKind::History,
            format!("`{id}` does not apply to an empty database: {failure}"),
        )
        .help("run `cargo limbeck check` or `cargo limbeck verify`, which says where")
    }

    fn report(message: &str, diagnostics: &[Diagnostic], sources: &Sources) -> Self {
        Self {
            report: Some((
                render(diagnostics, sources),
                answer::diagnostics(diagnostics, sources),
            )),
            ..Self::new(ErrorKind::History, message).help("mend the files first")
        }
    }

    fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            notes: Vec::new(),
            helps: Vec::new(),
            report: None,
        }
    }

    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.helps.push(help.into());
        self
    }

    pub(crate) const fn code(&self) -> u8 {
        match self.kind {
            ErrorKind::History => exit::HISTORY,
            ErrorKind::Usage => exit::USAGE,
            ErrorKind::Environment => exit::ENVIRONMENT,
        }
    }

    pub(crate) fn json(&self) -> Value {
        let kind = match self.kind {
            ErrorKind::History => "history",
            ErrorKind::Usage => "usage",
            ErrorKind::Environment => "environment",
        };
        json!({
            "error": {
                "kind": kind,
                "message": self.message,
                "notes": self.notes,
                "helps": self.helps,
                "exit_code": self.code(),
            },
            "diagnostics": self.report.as_ref().map(|(_, diagnostics)| diagnostics),
        })
    }
}

/// What would be wrong in the new file is wrong in the arguments.
impl From<&Diagnostic> for Error {
    fn from(diagnostic: &Diagnostic) -> Self {
        Self {
            notes: diagnostic.notes.clone(),
            helps: diagnostic.helps.clone(),
            ..Self::usage(diagnostic.message.as_str())
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let error = Self::usage(refusal.to_string());
        match refusal.help() {
            Some(help) => error.help(help),
            None => error,
        }
    }
}

impl From<TargetError> for Error {
    fn from(error: TargetError) -> Self {
        Self::usage(error.to_string())
    }
}

/// The whole text, as it is printed: the report, the sentence, notes and helps.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((report, _)) = &self.report {
            writeln!(f, "{report}")?;
        }
        writeln!(f, "error: {}", self.message)?;
        for note in &self.notes {
            writeln!(f, "  note: {note}")?;
        }
        for help in &self.helps {
            writeln!(f, "  help: {help}")?;
        }
        Ok(())
    }
}
