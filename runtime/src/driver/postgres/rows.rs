//! The rows of the ledger, which are hostile input like any row.

use limbeck_model::recorded::Row;
use postgres::{SimpleQueryMessage, SimpleQueryRow};

use super::error::from_postgres;
use crate::driver::DriverError;
use crate::ledger::{Detail, Progress, ProgressState, StateRow};

pub(super) fn row(message: &SimpleQueryMessage) -> Option<&SimpleQueryRow> {
    match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    }
}

/// A row of any query, as text.
pub(super) fn values(row: &SimpleQueryRow) -> Vec<Option<String>> {
    (0..row.len())
        .map(|column| row.get(column).map(str::to_owned))
        .collect()
}

pub(super) fn result_sets(messages: &[SimpleQueryMessage]) -> Vec<Vec<&SimpleQueryRow>> {
    let mut results = vec![Vec::new()];
    for message in messages {
        match message {
            SimpleQueryMessage::Row(row) => {
                if let Some(rows) = results.last_mut() {
                    rows.push(row);
                }
            }
            SimpleQueryMessage::CommandComplete(_) => results.push(Vec::new()),
            _ => {}
        }
    }
    results
}

fn text(row: &SimpleQueryRow, column: usize) -> Result<String, DriverError> {
    row.try_get(column)
        .map_err(from_postgres)?
        .map(str::to_owned)
        .ok_or_else(|| DriverError::other(format!("column {column} of a ledger row is null")))
}

fn optional(row: &SimpleQueryRow, column: usize) -> Result<Option<String>, DriverError> {
    let value = row.try_get(column).map_err(from_postgres)?;
    Ok(value.map(str::to_owned))
}

fn number(row: &SimpleQueryRow, column: usize) -> Result<u32, DriverError> {
    text(row, column)?
        .parse()
        .map_err(|_| DriverError::other(format!("column {column} of a ledger row is not a number")))
}

pub(super) fn state_rows(rows: &[&SimpleQueryRow]) -> Result<Vec<StateRow>, DriverError> {
    rows.iter()
        .map(|row| {
            Ok(StateRow {
                history: text(row, 0)?,
                digest: text(row, 1)?,
                version: number(row, 2)?,
                unfinished: optional(row, 3)?,
            })
        })
        .collect()
}

pub(super) fn revision_row(row: &SimpleQueryRow, detail: Detail) -> Result<Row, DriverError> {
    let (applied_at, applied_by) = match detail {
        Detail::Brief => (String::new(), String::new()),
        Detail::Full => (text(row, 6)?, text(row, 7)?),
    };
    Ok(Row {
        history: text(row, 0)?,
        id: text(row, 1)?,
        parents: text(row, 2)?
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
        checksum: text(row, 3)?,
        lineage: text(row, 4)?,
        breaking: optional(row, 5)?,
        applied_at,
        applied_by,
    })
}

pub(super) fn progress_row(row: &SimpleQueryRow) -> Result<Progress, DriverError> {
    Ok(Progress {
        history: text(row, 0)?,
        id: text(row, 1)?,
        direction: text(row, 2)?,
        step: number(row, 3)?,
        // A state of a later version is unfinished as far as this one can tell.
        state: ProgressState::from_name(&text(row, 4)?).unwrap_or(ProgressState::Started),
        alive: text(row, 5)? == "t",
        error: optional(row, 6)?,
        token: text(row, 7)?,
        before: optional(row, 8)?,
    })
}
