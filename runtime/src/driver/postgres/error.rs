//! The crate's errors as the engine knows errors.

use std::error::Error as _;

use postgres::error::ErrorPosition;

use crate::driver::DriverError;

pub(super) fn from_postgres(error: postgres::Error) -> DriverError {
    let Some(database) = error.as_db_error() else {
        // The crate's own text is a class, such as "error connecting to server"; the cause says more.
        let message = error
            .source()
            .map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"));
        // Whatever the server has not said is said of the connection.
        return DriverError {
            lost: true,
            source: Some(Box::new(error)),
            ..DriverError::other(message)
        };
    };
    let offset = match database.position() {
        Some(ErrorPosition::Original(position)) => usize::try_from(*position)
            .ok()
            .and_then(|p| p.checked_sub(1)),
        _ => None,
    };
    let code = database.code().code();
    DriverError {
        message: database.message().to_owned(),
        lost: ends_session(code),
        blockers: Vec::new(),
        code: Some(code.to_owned()),
        detail: database.detail().map(str::to_owned),
        hint: database.hint().map(str::to_owned),
        offset,
        busy: false,
        source: Some(Box::new(error)),
    }
}

/// Whether the server has closed the session with this error: when it is shut down or has crashed, when
/// somebody ends the session, and when a pooler has lost its server.
fn ends_session(code: &str) -> bool {
    code.starts_with("08") || matches!(code, "57P01" | "57P02" | "57P03" | "57P05" | "25P03")
}
