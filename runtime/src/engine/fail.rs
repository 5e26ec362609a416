//! Errors of statements: which one it was, and where it stands in the user's file.

use std::time::Duration;

use limbeck_model::Direction;

use super::chart::Entry;
use crate::driver::{DriverError, Place};
use crate::error::{Error, ErrorKind, Location};
use crate::ledger::NO_SCHEMA;
use crate::session::Session;
use crate::table::Statement;

/// The error for a script that failed; `place` is the statement, where it is known.
pub(crate) fn failed(
    entry: &Entry,
    direction: Direction,
    place: Option<Place>,
    error: DriverError,
) -> Error {
    let location = locate(entry, direction, place, error.code.clone());
    let revision = entry.revision;
    let verb = verb(direction);
    let preposition = if location.line.is_some() { "at" } else { "in" };
    let message = format!(
        "{verb} `{}` ({}) failed {preposition} {}",
        revision.id,
        revision.message,
        words(&location)
    );
    let kept = if entry.script(direction).transactional {
        "the revision was rolled back as a whole; mend its file and run again"
    } else {
        "the statements before it stand, as the script runs outside a transaction; \
         mend the cause and run again, which goes on with this statement"
    };
    Error::new(ErrorKind::Failed, message)
        .help_with(kept)
        .at(location)
        .because(error)
}

/// The error for a revision in the midst of which the connection failed.
pub(crate) fn interrupted(entry: &Entry, error: DriverError) -> Error {
    let revision = entry.revision;
    let message = format!(
        "the connection failed while `{}` ({}) was run from {}",
        revision.id, revision.message, revision.file
    );
    Error::database(message, error)
        .help_with("run again: it finds out whether the revision was committed")
}

/// The error for a revision that other sessions were in the way of until the deadline.
pub(crate) fn held_up(
    entry: &Entry,
    direction: Direction,
    attempts: u32,
    mut error: DriverError,
) -> Error {
    let location = locate(entry, direction, None, error.code.clone());
    let revision = entry.revision;
    let blockers = std::mem::take(&mut error.blockers);
    let by = match blockers.as_slice() {
        [] => "sessions that could not be seen".to_owned(),
        blockers => list(blockers),
    };
    let message = format!(
        "{} `{}` ({}) in {} was held up in {attempts} attempts by {by}",
        verb(direction),
        revision.id,
        revision.message,
        location.file,
    );
    let pids: Vec<_> = blockers.iter().map(|session| session.pid).collect();
    let end = match pids.as_slice() {
        [] => "find who holds the revision's tables in `pg_locks`".to_owned(),
        [0] => "end the prepared transaction, see `pg_prepared_xacts`".to_owned(),
        [pid, ..] => format!("let it end or end it with `SELECT pg_terminate_backend({pid})`"),
    };
    Error::new(ErrorKind::Locked, message)
        .help_with(format!(
            "{end}, and run again; nothing of the revision was kept, and a longer deadline makes more attempts"
        ))
        .at(location)
        .held_by(blockers)
        .because(error)
}

/// The error for a statement outside a transaction of which it cannot be found out what it has left, or
/// that left something that cannot be taken away.
pub(crate) fn unsettled(
    entry: &Entry,
    direction: Direction,
    number: u32,
    error: DriverError,
) -> Error {
    let place = Place {
        statement: number as usize - 1,
        offset: None,
    };
    let location = locate(entry, direction, Some(place), error.code.clone());
    let revision = entry.revision;
    Error::database(
        format!(
            "cannot bring into order what statement {number} of `{}` ({}) at {} has left",
            revision.id,
            revision.message,
            words(&location)
        ),
        error,
    )
    .help_with("mend the cause and run again, which goes on with this statement")
    .at(location)
}

/// The error for a lock that another process holds.
pub(crate) fn locked(holder: Option<Session>, waited: Duration) -> Error {
    let who = holder
        .as_ref()
        .map_or_else(|| "another process".to_owned(), Session::to_string);
    Error::new(
        ErrorKind::Locked,
        format!(
            "this database is being migrated and was not free within {} s: {who}",
            waited.as_secs()
        ),
    )
    .help_with("wait for it and run again; give a longer deadline where migrations take long")
    .held_by(holder.into_iter().collect())
}

fn list(sessions: &[Session]) -> String {
    let words: Vec<_> = sessions.iter().map(Session::to_string).collect();
    words.join("; ")
}

const fn verb(direction: Direction) -> &'static str {
    match direction {
        Direction::Up => "upgrade to",
        Direction::Down => "downgrade of",
    }
}

/// The error for a transaction that failed outside the user's own statements.
pub(crate) fn cannot_write(error: DriverError) -> Error {
    if error.message.contains(NO_SCHEMA) {
        return Error::new(
            ErrorKind::Database,
            "the tenant's schema does not exist, or this role may not use it",
        )
        .help_with("create it, or have it made: `create_schema` of a migrator, `--create-schemas` of a command");
    }
    let code = error.code.as_deref().unwrap_or_default();
    let (why, help) = match code {
        INSUFFICIENT_PRIVILEGE => (
            "",
            Some(
                "migrate as a role that owns the database, or let an administrator create the ledger's schema for this one",
            ),
        ),
        // What a standby says to a transaction that says itself that it writes, and to one that does not.
        FEATURE_NOT_SUPPORTED | READ_ONLY_TRANSACTION => (
            ": this server can only be read, as a standby can",
            Some(
                "run the upgrade on the primary server; a program that runs on a standby can wait for that with the policy `wait`",
            ),
        ),
        CANNOT_OPEN | READ_ONLY_FOLDER => (
            ": the file's folder cannot be written",
            Some("run the upgrade as a user who may write the file and its folder"),
        ),
        code if is_read_only_file(code) => (
            ": this file can only be read",
            Some("run the upgrade as a user who may write the file and its folder"),
        ),
        _ => ("", None),
    };
    let failure = Error::database(format!("cannot write the ledger{why}"), error);
    match help {
        Some(help) => failure.help_with(help),
        None => failure,
    }
}

/// PostgreSQL's SQLSTATE for a missing right.
const INSUFFICIENT_PRIVILEGE: &str = "42501";
/// That for what is never possible on a standby.
const FEATURE_NOT_SUPPORTED: &str = "0A000";
/// That for a write where only reading is possible.
const READ_ONLY_TRANSACTION: &str = "25006";

/// SQLite's `SQLITE_CANTOPEN`, which it says where it cannot make its journal.
const CANNOT_OPEN: &str = "14";
/// SQLite's `SQLITE_READONLY_DIRECTORY`, which it says then too.
const READ_ONLY_FOLDER: &str = "1544";

/// Whether no statement would have succeeded, since the database cannot be written at all.
pub(crate) fn is_unwritable(error: &DriverError) -> bool {
    let code = error.code.as_deref().unwrap_or_default();
    code == CANNOT_OPEN || is_read_only_file(code)
}

/// Whether it is SQLite's `SQLITE_READONLY`, or one of the codes that extend it in their upper bits.
fn is_read_only_file(code: &str) -> bool {
    // PostgreSQL's codes have five characters, and those of SQLite's that are meant here four at most.
    code.len() < 5 && code.parse().is_ok_and(|code: u32| code & 0xff == 8)
}

/// `file:line:column`, or the file alone where the statement is not known.
pub(crate) fn words(location: &Location) -> String {
    match (location.line, location.column) {
        (Some(line), Some(column)) => format!("{}:{line}:{column}", location.file),
        _ => location.file.clone(),
    }
}

pub(crate) fn locate(
    entry: &Entry,
    direction: Direction,
    place: Option<Place>,
    code: Option<String>,
) -> Location {
    let found = place.and_then(|place| {
        let statement = entry.statements(direction).get(place.statement)?;
        Some((statement, position(statement, place.offset.unwrap_or(0))))
    });
    Location {
        history: entry.history.name.to_owned(),
        revision: entry.revision.id.to_owned(),
        file: entry.revision.file.to_owned(),
        line: found.map(|(_, (line, _))| line),
        column: found.map(|(_, (_, column))| column),
        sql: found.map(|(statement, _)| statement.sql.to_owned()),
        code,
    }
}

/// The line and column in the file of the character at `offset` in a statement.
fn position(statement: &Statement, offset: usize) -> (u32, u32) {
    let (mut line, mut column) = (statement.line, statement.column);
    for character in statement.sql.chars().take(offset) {
        if character == '\n' {
            line += 1;
            column = 1;
        } else {
            column += 1;
        }
    }
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_counted_from_the_start_of_the_statement() {
        let statement = Statement {
            sql: "SELECT 1,\n  é x",
            line: 7,
            column: 5,
        };
        assert_eq!(position(&statement, 0), (7, 5));
        assert_eq!(position(&statement, 7), (7, 12));
        assert_eq!(position(&statement, 14), (8, 5));
    }
}
