//! rusqlite's errors as the engine knows errors.

use rusqlite::ErrorCode;

use crate::driver::{DriverError, Refusal, Unit};

pub(super) fn from_rusqlite(error: rusqlite::Error) -> DriverError {
    let failure = error.sqlite_error().copied();
    let (message, offset) = match &error {
        // The text without the statement, which the report shows anyway; the offset counts bytes.
        rusqlite::Error::SqlInputError {
            msg, sql, offset, ..
        } => {
            let bytes = usize::try_from(*offset).ok();
            let characters = bytes
                .and_then(|bytes| sql.get(..bytes))
                .map(|before| before.chars().count());
            (msg.clone(), characters)
        }
        rusqlite::Error::SqliteFailure(_, Some(message)) => (message.clone(), None),
        other => (other.to_string(), None),
    };
    DriverError {
        message,
        code: failure.map(|failure| failure.extended_code.to_string()),
        detail: None,
        hint: None,
        offset,
        busy: failure.is_some_and(|failure| {
            matches!(
                failure.code,
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked
            )
        }),
        lost: false,
        blockers: Vec::new(),
        source: Some(Box::new(error)),
    }
}

/// What a commit refuses, such as a violated constraint that was deferred, is laid to the last change.
pub(super) fn commit_refusal(error: DriverError, unit: &Unit<'_>) -> Refusal {
    match unit.changes.len().checked_sub(1) {
        Some(change) if !error.busy => Refusal::Failed {
            change,
            place: None,
            error,
        },
        _ => refusal(error),
    }
}

pub(super) fn refusal(error: DriverError) -> Refusal {
    if error.busy {
        Refusal::Busy
    } else {
        Refusal::Other(error)
    }
}
