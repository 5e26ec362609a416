//! LB0301: a section leaves its transaction to limbeck.

use limbeck_model::Dialect;
use limbeck_model::diagnostic::{Code, Diagnostic};

use super::subject::Subject;

/// Reports a statement that would open or end a transaction.
pub(super) fn check(subject: &Subject<'_>) -> Option<Diagnostic> {
    let words = control(&subject.head(), subject.dialect)?;
    let message = format!("`{words}` in a section, whose transaction limbeck opens and ends");
    Some(
        Diagnostic::new(Code::TransactionControl, subject.first_line(), message)
            .help(help(subject.section.transactional)),
    )
}

const fn help(transactional: bool) -> &'static str {
    if transactional {
        "remove it; where statements have to run outside a transaction, mark the section `no-transaction`"
    } else {
        "remove it; each statement of a `no-transaction` section runs by itself"
    }
}

/// The words by which a statement opens or ends a transaction, if it does. Savepoints are inside one.
fn control(words: &[&str], dialect: Dialect) -> Option<String> {
    match words {
        // `COMMIT PREPARED` and `ROLLBACK PREPARED` end another session's transaction.
        ["COMMIT" | "ROLLBACK", "PREPARED", ..] => None,
        ["ROLLBACK", rest @ ..] if rest.iter().take(3).any(|&word| word == "TO") => None,
        ["START" | "PREPARE", "TRANSACTION", ..] => Some(format!("{} TRANSACTION", words[0])),
        ["BEGIN" | "COMMIT" | "END" | "ROLLBACK", ..] => Some(words[0].to_owned()),
        ["ABORT", ..] if dialect == Dialect::Postgres => Some("ABORT".to_owned()),
        _ => None,
    }
}
