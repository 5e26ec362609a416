//! A copy of a database as it is at one moment, whatever others write meanwhile.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::error::from_rusqlite;
use crate::driver::{DriverError, SourceFile};

/// The file of the main database; `None` where it has none.
pub(super) fn source_file(connection: &Connection) -> Result<Option<SourceFile>, DriverError> {
    let Some(path) = connection.path().filter(|path| !path.is_empty()) else {
        return Ok(None);
    };
    let path = PathBuf::from(path);
    let time = "SELECT strftime('%Y%m%dT%H%M%SZ', 'now')";
    let time = connection.query_row(time, [], |row| row.get(0));
    let pages: i64 = connection
        .pragma_query_value(Some("main"), "page_count", |row| row.get(0))
        .map_err(from_rusqlite)?;
    Ok(Some(SourceFile {
        path,
        time: time.map_err(from_rusqlite)?,
        is_empty: pages == 0,
    }))
}

/// Copies all pages in one step, which is one moment of the database, and has SQLite check the copy.
pub(super) fn copy_to(connection: &Connection, path: &Path) -> Result<(), DriverError> {
    let mut copy = Connection::open(path).map_err(from_rusqlite)?;
    let backup = Backup::new(connection, &mut copy).map_err(from_rusqlite)?;
    let result = backup.step(-1).map_err(from_rusqlite)?;
    drop(backup);
    match result {
        StepResult::Done => {}
        // The busy timeout has passed.
        _ => {
            return Err(DriverError {
                busy: true,
                ..DriverError::other("the database is locked")
            });
        }
    }
    let verdict: String = copy
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(from_rusqlite)?;
    if verdict != "ok" {
        let message = format!("the database is damaged, as its copy shows: {verdict}");
        return Err(DriverError::other(message));
    }
    copy.close().map_err(|(_, error)| from_rusqlite(error))
}
