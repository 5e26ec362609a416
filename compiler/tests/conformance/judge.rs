//! A real server's word on whether a statement parses.
//!
//! In a transaction that has failed the server parses what it is sent and runs none of it: a statement
//! that parses is answered with 25P02, and one that does not with what is wrong with it.

use limbeck_compiler::sql::grammar::Verdict;
use postgres::Client;
use postgres::error::{DbError, ErrorPosition};

/// What the server says of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Parses,
    /// Its message, and the character it points at, counted from 1.
    Refused {
        message: String,
        at: Option<u32>,
    },
}

/// How the parser and the server differ about a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Difference {
    /// The server parses what was refused: a build would fail without a reason.
    FalseReject,
    /// The server finds a syntax error that was missed.
    FalseAccept,
    /// Both refuse it, at different places.
    OtherPlace,
}

pub(crate) struct Judge(pub(crate) Client);

impl Judge {
    pub(crate) fn ask(&mut self, statement: &str) -> Answer {
        // A statement such as `COMMIT` ends the failed transaction.
        for step in ["ROLLBACK", "BEGIN", "SELECT 1 / 0"] {
            let _ = self.0.batch_execute(step);
        }
        match self.0.batch_execute(statement) {
            Ok(()) => Answer::Parses,
            Err(error) => {
                let error = error.as_db_error().unwrap();
                // These look for the savepoint before they look at the transaction.
                if matches!(error.code().code(), "25P02" | "3B001") {
                    Answer::Parses
                } else {
                    Answer::Refused {
                        message: error.message().to_owned(),
                        at: place(error),
                    }
                }
            }
        }
    }
}

fn place(error: &DbError) -> Option<u32> {
    match error.position() {
        Some(ErrorPosition::Original(at)) => Some(*at),
        _ => None,
    }
}

/// What differs, if anything: what was not checked never does. What the server refuses behind its grammar,
/// such as a clause that is given twice, is not the grammar's.
pub(crate) fn compare(statement: &str, verdict: &Verdict, answer: &Answer) -> Option<Difference> {
    match (verdict, answer) {
        (Verdict::Rejected(_), Answer::Parses) => Some(Difference::FalseReject),
        (Verdict::Accepted, Answer::Refused { message, .. })
            if message.starts_with("syntax error") =>
        {
            Some(Difference::FalseAccept)
        }
        (
            Verdict::Rejected(rejection),
            Answer::Refused {
                message,
                at: Some(at),
            },
        ) if message.starts_with("syntax error") => {
            let before = &statement[..rejection.start];
            let place = u32::try_from(before.chars().count() + 1).unwrap();
            (place != *at).then_some(Difference::OtherPlace)
        }
        _ => None,
    }
}
