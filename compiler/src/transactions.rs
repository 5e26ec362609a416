//! The check that a section leaves its transaction to limbeck.

use std::collections::BTreeSet;

use limbeck_model::Dialect;
use limbeck_model::diagnostic::{Code, Diagnostic};

use crate::directive::Parsed;
use crate::source::Sources;
use crate::split::{statements, tokens};

/// Reports every statement that would open or end a transaction.
pub fn check(parsed: &Parsed, dialects: &[Dialect], sources: &Sources) -> Vec<Diagnostic> {
    let mut seen = BTreeSet::new();
    let mut diagnostics = Vec::new();
    for section in parsed
        .revisions
        .iter()
        .flat_map(|revision| &revision.sections)
    {
        for &dialect in dialects {
            for statement in statements(section, dialect, sources) {
                let Some(words) = control(statement.sql, dialect) else {
                    continue;
                };
                // A section that serves both dialects has each of its statements in both.
                if seen.insert(statement.span) {
                    let message =
                        format!("`{words}` in a section, whose transaction limbeck opens and ends");
                    diagnostics.push(
                        Diagnostic::new(Code::TransactionControl, statement.span, message)
                            .help(help(section.transactional)),
                    );
                }
            }
        }
    }
    diagnostics
}

const fn help(transactional: bool) -> &'static str {
    if transactional {
        "remove it; where statements have to run outside a transaction, mark the section `no-transaction`"
    } else {
        "remove it; each statement of a `no-transaction` section runs by itself"
    }
}

/// The words by which a statement opens or ends a transaction, if it does. Savepoints are inside one.
fn control(statement: &str, dialect: Dialect) -> Option<String> {
    let words: Vec<String> = tokens(statement, dialect)
        .take(4)
        .map(str::to_ascii_uppercase)
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        // `COMMIT PREPARED` and `ROLLBACK PREPARED` end another session's transaction.
        ["COMMIT" | "ROLLBACK", "PREPARED", ..] => None,
        ["ROLLBACK", rest @ ..] if rest.contains(&"TO") => None,
        ["START" | "PREPARE", "TRANSACTION", ..] => Some(format!("{} TRANSACTION", words[0])),
        ["BEGIN" | "COMMIT" | "END" | "ROLLBACK", ..] => Some(words[0].to_owned()),
        ["ABORT", ..] if dialect == Dialect::Postgres => Some("ABORT".to_owned()),
        _ => None,
    }
}
