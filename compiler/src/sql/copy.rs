//! LB0306: `COPY` between the server and its client.

use limbeck_model::diagnostic::{Code, Diagnostic};

use super::subject::Subject;

/// Reports a `COPY` whose rows would come from the client, or go to it.
///
/// SQLite has no such statement at all; what is pasted from a dump is told of alike.
pub(super) fn check(subject: &Subject<'_>) -> Option<Diagnostic> {
    if subject.head().first() != Some(&"COPY") {
        return None;
    }
    let words = subject.words();
    let (direction, end) = client_end(&words)?;
    let (what, help) = if direction == "FROM" {
        (
            "takes its rows from the client, and limbeck sends statements only",
            "write the rows as `INSERT INTO … VALUES …`",
        )
    } else {
        (
            "hands rows to the client, and limbeck has nobody to give them to",
            "remove it",
        )
    };
    let message = format!("`COPY … {direction} {end}` {what}");
    Some(Diagnostic::new(Code::ClientCopy, subject.first_line(), message).help(help))
}

/// `FROM STDIN` or `TO STDOUT`, outside of parentheses. PostgreSQL takes either word for the client in
/// either direction.
fn client_end(words: &[String]) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    for (word, next) in words.iter().zip(words.iter().skip(1)) {
        match word.as_str() {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            "FROM" | "TO" if depth == 0 => {
                let is_client = matches!(next.as_str(), "STDIN" | "STDOUT");
                return is_client.then_some((word, next));
            }
            _ => {}
        }
    }
    None
}
