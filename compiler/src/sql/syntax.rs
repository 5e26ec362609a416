//! LB0302: what PostgreSQL cannot parse, and the edit that mends it where one is found.
//!
//! An edit is suggested only if the statement parses with it, or at least gets further. SQLite's syntax
//! is for SQLite to check.

use limbeck_model::Dialect;
use limbeck_model::diagnostic::{Code, Diagnostic};

use super::client;
use super::grammar::{Rejection, Verdict, judge};
use super::repair::Repair;
use super::subject::{Subject, placed_tokens};

/// Looking for an edit parses a statement many times over; whoever has more mistakes than this finds
/// the others mended faster after these.
const MAXIMUM_REPAIRS: usize = 20;

/// What PostgreSQL says of those statements that it would read.
pub(super) fn check<'s, 'a>(subjects: &'s [Subject<'a>]) -> Vec<(&'s Subject<'a>, Diagnostic)> {
    let read: Vec<_> = subjects
        .iter()
        .filter(|subject| subject.dialect == Dialect::Postgres)
        .collect();
    let texts: Vec<_> = read.iter().map(|subject| subject.statement.sql).collect();
    let mut repairs = 0;
    let mut found = Vec::new();
    for (subject, verdict) in read.into_iter().zip(judge(&texts)) {
        if let Verdict::Rejected(rejection) = verdict {
            repairs += 1;
            let repair = (repairs <= MAXIMUM_REPAIRS)
                .then(|| Repair::find(subject.statement.sql, &rejection))
                .flatten();
            found.push((subject, report(subject, &rejection, repair)));
        }
    }
    found
}

fn report(subject: &Subject<'_>, rejection: &Rejection, repair: Option<Repair>) -> Diagnostic {
    let sql = subject.statement.sql;
    if let Some(diagnostic) = client::check_at(subject, rejection.start) {
        return diagnostic;
    }
    let diagnostic = if let Some(reason) = &rejection.reason {
        let token = shown(sql, rejection);
        let message = format!("PostgreSQL cannot parse {token}: {reason}");
        at(subject, rejection, &message)
    } else if rejection.start >= sql.len() {
        incomplete(subject)
    } else if rejection.start == 0 {
        let token = shown(sql, rejection);
        at(
            subject,
            rejection,
            &format!("{token} begins no statement of PostgreSQL"),
        )
    } else {
        let token = shown(sql, rejection);
        at(
            subject,
            rejection,
            &format!("PostgreSQL cannot parse {token} here"),
        )
        .label("unexpected")
    };
    let help = idiom(sql, rejection).or_else(|| repair.map(|repair| repair.help));
    let diagnostic = match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    };
    if subject.section.statements.len() > 1 {
        return diagnostic
            .note("the section is for every declared dialect")
            .help("write a section for each dialect where their syntax differs");
    }
    diagnostic
}

fn at(subject: &Subject<'_>, rejection: &Rejection, message: &str) -> Diagnostic {
    // A long token, such as the body of a function, is marked on its first line.
    let length = shown_length(subject.statement.sql, rejection);
    let span = subject.span(rejection.start, rejection.start + length);
    Diagnostic::new(Code::SyntaxError, span, message)
}

fn incomplete(subject: &Subject<'_>) -> Diagnostic {
    let sql = subject.statement.sql;
    let last = placed_tokens(sql, Dialect::Postgres).last();
    let (start, token) = last.unwrap_or((0, sql));
    let line = token.split('\n').next().unwrap_or_default();
    let span = subject.span(start, start + line.trim_end().len());
    Diagnostic::new(Code::SyntaxError, span, "this statement is not complete")
        .label("PostgreSQL expects more behind this")
}

fn shown_length(sql: &str, rejection: &Rejection) -> usize {
    let token = sql.get(rejection.start..rejection.end).unwrap_or_default();
    let line = token.split('\n').next().unwrap_or_default();
    line.trim_end().len()
}

/// The token as code, shortened where it is long.
fn shown(sql: &str, rejection: &Rejection) -> String {
    let end = rejection.start + shown_length(sql, rejection);
    let line = sql.get(rejection.start..end).unwrap_or_default();
    let shortened: String = line.chars().take(40).collect();
    if shortened == "`" {
        return "a backtick".to_owned();
    }
    if shortened.len() < line.len() || end < rejection.end.min(sql.len()) {
        return format!("`{shortened}…`");
    }
    format!("`{shortened}`")
}

/// What is another database's way to say it.
fn idiom(sql: &str, rejection: &Rejection) -> Option<String> {
    let upper = |token: &str| token.to_ascii_uppercase();
    let behind = sql.get(rejection.start..).unwrap_or_default();
    let token = placed_tokens(behind, Dialect::Postgres).next();
    let token = token.map(|(_, token)| upper(token)).unwrap_or_default();
    let before = sql.get(..rejection.start).unwrap_or_default();
    let before = placed_tokens(before, Dialect::Postgres).last();
    let before = before.map(|(_, token)| upper(token)).unwrap_or_default();
    let help = match (before.as_str(), token.as_str()) {
        (_, "AUTOINCREMENT" | "AUTO_INCREMENT") => {
            "write `GENERATED ALWAYS AS IDENTITY`, which is PostgreSQL's way to number rows"
        }
        ("INSERT", "OR" | "IGNORE") => "write `ON CONFLICT DO NOTHING` behind the values",
        ("", "REPLACE") => "write `INSERT INTO … ON CONFLICT (…) DO UPDATE SET …`",
        ("", "PRAGMA") => "move it to a section for sqlite",
        (_, token) if token.starts_with('`') => "quote names with `\"`",
        (_, "[") => "quote names with `\"`",
        _ => return None,
    };
    Some(help.to_owned())
}
