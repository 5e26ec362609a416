//! What a command has to say, and how the process ends.

use limbeck_compiler::source::{Source, Sources};
use limbeck_model::diagnostic::Diagnostic;
use serde_json::{Value, json};

/// What a command that was carried out has to say.
#[derive(Debug)]
pub(crate) struct Answer {
    /// For people and scripts: what was asked for.
    pub(crate) text: String,
    /// For people: what they should know besides.
    pub(crate) note: Option<String>,
    /// For programs: all of it.
    pub(crate) json: Value,
    /// The exit code.
    pub(crate) code: u8,
}

/// Diagnostics for programs.
pub(crate) fn diagnostics(diagnostics: &[Diagnostic], sources: &Sources) -> Value {
    diagnostics
        .iter()
        .map(|diagnostic| {
            let span = diagnostic
                .annotations
                .first()
                .map(|annotation| annotation.span);
            let source = span.and_then(|span| sources.get(span.file));
            // An empty range at 0 is the file as a whole, which has no line.
            let position = span
                .filter(|span| span.end > 0)
                .zip(source)
                .map(|(span, source)| source.position(span.start));
            json!({
                "code": diagnostic.code.number(),
                "message": diagnostic.message,
                "file": source.map(Source::path),
                "line": position.map(|position| position.line),
                "column": position.map(|position| position.column),
                "notes": diagnostic.notes,
                "helps": diagnostic.helps,
            })
        })
        .collect()
}
