//! The rows of the ledger, which are hostile input like any row.

use limbeck_model::recorded::Row;
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::error::from_rusqlite;
use crate::driver::{Answer, DriverError};
use crate::ledger::{Contents, Detail, Ledger, Progress, ProgressState, StateRow};

/// The rows of `state`, as [`Ledger::standings`] asks for them.
pub(super) fn read_states(
    connection: &Connection,
    ledger: &Ledger,
) -> Result<Vec<StateRow>, DriverError> {
    rows(connection, &ledger.standings(), |row| {
        Ok(StateRow {
            history: row.get(0)?,
            digest: row.get(1)?,
            version: row.get(2)?,
            unfinished: row.get(3)?,
        })
    })
}

pub(super) fn read_contents(
    connection: &Connection,
    ledger: &Ledger,
    histories: &[&str],
    detail: Detail,
) -> Result<Contents, DriverError> {
    // A statement, since only that sees what another connection has made meanwhile.
    let present: bool = connection
        .query_row(
            "SELECT EXISTS (SELECT 1 FROM main.sqlite_schema WHERE name = 'limbeck_state')",
            [],
            |row| row.get(0),
        )
        .map_err(from_rusqlite)?;
    if !present {
        return Ok(Contents::default());
    }
    let (more, order) = match detail {
        Detail::Brief => ("'', ''", ""),
        Detail::Full => ("applied_at, applied_by", " ORDER BY applied_at, rowid"),
    };
    let revisions = format!(
        "SELECT history, id, parents, checksum, lineage, compat, {more} FROM {} WHERE history IN ({}){order}",
        ledger.table("revision"),
        ledger.list(histories),
    );
    // That it can be written to at all is better known before anything is done than afterwards.
    let journal = format!("SELECT 1 FROM {} LIMIT 0", ledger.table("journal"));
    connection.prepare(&journal).map_err(from_rusqlite)?;
    Ok(Contents {
        present,
        is_of_tenant: false,
        states: read_states(connection, ledger)?,
        rows: rows(connection, &revisions, revision_row)?,
        progress: rows(connection, &ledger.progress(histories), progress_row)?,
    })
}

fn rows<T>(
    connection: &Connection,
    sql: &str,
    read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, DriverError> {
    connection
        .prepare(sql)
        .and_then(|mut statement| statement.query_map([], read)?.collect())
        .map_err(from_rusqlite)
}

/// The rows of any query, as text.
pub(super) fn answer(connection: &Connection, sql: &str) -> Result<Answer, DriverError> {
    let mut statement = connection.prepare(sql).map_err(from_rusqlite)?;
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| {
        (0..columns)
            .map(|column| {
                Ok(match row.get_ref(column)? {
                    ValueRef::Null => None,
                    ValueRef::Integer(number) => Some(number.to_string()),
                    ValueRef::Real(number) => Some(number.to_string()),
                    ValueRef::Text(text) | ValueRef::Blob(text) => {
                        Some(String::from_utf8_lossy(text).into_owned())
                    }
                })
            })
            .collect()
    });
    rows.and_then(Iterator::collect).map_err(from_rusqlite)
}

fn revision_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let parents: String = row.get(2)?;
    Ok(Row {
        history: row.get(0)?,
        id: row.get(1)?,
        parents: parents.split_whitespace().map(str::to_owned).collect(),
        checksum: row.get(3)?,
        lineage: row.get(4)?,
        breaking: row.get(5)?,
        applied_at: row.get(6)?,
        applied_by: row.get(7)?,
    })
}

fn progress_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Progress> {
    let state: String = row.get(4)?;
    Ok(Progress {
        history: row.get(0)?,
        id: row.get(1)?,
        direction: row.get(2)?,
        step: row.get(3)?,
        // A state of a later version is unfinished as far as this one can tell.
        state: ProgressState::from_name(&state).unwrap_or(ProgressState::Started),
        alive: row.get(5)?,
        error: row.get(6)?,
        token: row.get(7)?,
        before: row.get(8)?,
    })
}
