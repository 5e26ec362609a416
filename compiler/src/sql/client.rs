//! LB0305: commands of a client program, which no database knows.

use limbeck_model::diagnostic::{Code, Diagnostic};

use super::subject::{Subject, placed_tokens};

/// Reports every line of psql's, of the sqlite3 shell's and of other clients' in a statement.
pub(super) fn check(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let sql = subject.statement.sql;
    let mut found = dot_commands(subject);
    if found.is_empty() && (opens_with_delimiter(subject) || is_go(sql, 0)) {
        found.push(other(subject, 0));
    }
    if !sql.contains('\\') {
        return found;
    }
    let backslashes = placed_tokens(sql, subject.dialect).filter(|(_, token)| *token == "\\");
    let mut end = 0;
    for (at, _) in backslashes {
        let is_command = sql.get(at + 1..).is_some_and(|rest| {
            rest.starts_with(|next: char| next.is_ascii_alphabetic() || "!?".contains(next))
        });
        if at >= end && is_command {
            end = line_end(sql, at);
            found.push(psql(subject, at, end));
        }
    }
    found
}

/// Reports `GO` on a line of its own at a byte, where the statement was found to be none.
#[cfg(feature = "postgres")]
pub(super) fn check_at(subject: &Subject<'_>, at: usize) -> Option<Diagnostic> {
    is_go(subject.statement.sql, at).then(|| other(subject, at))
}

/// The sqlite3 shell takes a line that starts with a dot for itself where a statement would start.
fn dot_commands(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let sql = subject.statement.sql;
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = sql.get(at..).and_then(|rest| rest.strip_prefix('.')) {
        if !rest.starts_with(|first: char| first.is_ascii_alphabetic()) {
            break;
        }
        let end = line_end(sql, at);
        found.push(dot(subject, at, end));
        let behind = sql.get(end..).unwrap_or_default();
        at = end + (behind.len() - behind.trim_start().len());
    }
    found
}

fn opens_with_delimiter(subject: &Subject<'_>) -> bool {
    subject.head().first() == Some(&"DELIMITER")
}

/// Whether the line at a byte is `GO` and nothing else.
fn is_go(sql: &str, at: usize) -> bool {
    let before = sql.get(..at).unwrap_or_default();
    let line = sql.get(at..line_end(sql, at)).unwrap_or_default();
    line.trim().eq_ignore_ascii_case("GO")
        && before
            .rsplit('\n')
            .next()
            .is_none_or(|start| start.trim().is_empty())
}

fn psql(subject: &Subject<'_>, at: usize, end: usize) -> Diagnostic {
    let command = command(subject, at, end);
    let help = match command.trim_start_matches('\\') {
        "c" | "connect" => "remove it; limbeck runs on the database that its URL names",
        "i" | "ir" | "include" | "include_relative" => {
            "write the statements of that file here, or in a revision of their own"
        }
        "copy" => "write the rows as `INSERT INTO … VALUES …`",
        "set" | "unset" | "gset" | "prompt" | "getenv" | "setenv" => {
            "write the value where it is used"
        }
        "gexec" => "execute the statements in a `DO` block",
        "if" | "elif" | "else" | "endif" => {
            "decide in a `DO` block, or in revisions of two branches"
        }
        _ => "remove it",
    };
    client(
        subject,
        at,
        end,
        &format!("`{command}` is a command of psql, and no SQL"),
    )
    .help(help)
}

fn dot(subject: &Subject<'_>, at: usize, end: usize) -> Diagnostic {
    let command = command(subject, at, end);
    let help = match command.as_str() {
        ".read" => "write the statements of that file here, or in a revision of their own",
        ".import" => "write the rows as `INSERT INTO … VALUES …`",
        ".open" => "remove it; limbeck runs on the database that its URL names",
        _ => "remove it",
    };
    let message = format!("`{command}` is a command of the sqlite3 shell, and no SQL");
    client(subject, at, end, &message).help(help)
}

fn other(subject: &Subject<'_>, at: usize) -> Diagnostic {
    let end = line_end(subject.statement.sql, at);
    let command = command(subject, at, end);
    let message = format!("`{command}` is a command of another database's client, and no SQL");
    client(subject, at, end, &message)
        .note("limbeck finds the end of a statement by itself: semicolons in bodies do not end one")
        .help("remove it, and end statements with `;`")
}

fn client(subject: &Subject<'_>, at: usize, end: usize, message: &str) -> Diagnostic {
    Diagnostic::new(Code::ClientCommand, subject.span(at, end), message)
}

/// The name of the command in a line.
fn command(subject: &Subject<'_>, at: usize, end: usize) -> String {
    let line = subject.statement.sql.get(at..end).unwrap_or_default();
    let name = line.split_whitespace().next().unwrap_or_default();
    name.chars().take(20).collect()
}

/// The end of the line that a byte is on, without white space before it.
fn line_end(sql: &str, at: usize) -> usize {
    let line = sql.get(at..).unwrap_or_default();
    let line = line.split('\n').next().unwrap_or_default();
    at + line.trim_end().len()
}
