//! SQLite through rusqlite: the only module that names it.
//!
//! A first SELECT makes SQLite parse the whole schema, where a field of the file's header costs almost
//! nothing. So the first question of a start goes to `user_version`; see [`super::shortcut`].

use std::ops::DerefMut;
use std::path::Path;
use std::time::Duration;

use limbeck_model::Dialect;
use limbeck_model::checksum::Digest;
use limbeck_model::recorded::Row;
use rusqlite::{Connection, ErrorCode};

use super::open::sealed::Open;
use super::shortcut;
use super::unit::Ended;
use super::{Change, Database, Driver, DriverError, Opened, Place, Refusal, Timeouts, Unit};
use crate::clock::{Stopwatch, milliseconds};
use crate::error::Error;
use crate::ledger::{Contents, Guard, Ledger, Progress, ProgressState, StateRow};

impl Database for &mut Connection {}

impl Open for &mut Connection {
    #[expect(
        private_interfaces,
        reason = "the trait is sealed; nobody else can name it"
    )]
    fn open<'c>(self, patience: Duration) -> Result<Opened<'c>, Error>
    where
        Self: 'c,
    {
        Sqlite::new(self, patience)
            .map(|driver| Box::new(driver) as Opened<'c>)
            .map_err(|error| Error::database("cannot use the SQLite connection", error))
    }
}

impl Database for &Path {}

impl Open for &Path {
    #[expect(
        private_interfaces,
        reason = "the trait is sealed; nobody else can name it"
    )]
    fn open<'c>(self, patience: Duration) -> Result<Opened<'c>, Error>
    where
        Self: 'c,
    {
        open(self, patience)
    }
}

/// Opens a connection of limbeck's own; the file is made where it is missing.
pub(crate) fn open<'c>(path: &Path, patience: Duration) -> Result<Opened<'c>, Error> {
    Connection::open(path)
        .map_err(from_rusqlite)
        .and_then(|connection| Sqlite::new(Box::new(connection), patience))
        .map(|driver| Box::new(driver) as Opened<'c>)
        .map_err(|error| {
            let path = path.display();
            Error::database(format!("cannot open the SQLite database `{path}`"), error)
        })
}

struct Sqlite<C: DerefMut<Target = Connection>> {
    connection: C,
    /// The lender's `busy_timeout`, to be put back.
    busy_timeout_ms: u32,
}

impl<C: DerefMut<Target = Connection>> Sqlite<C> {
    fn new(connection: C, patience: Duration) -> Result<Self, DriverError> {
        if !connection.is_autocommit() {
            return Err(DriverError::other(
                "it is inside a transaction; commit or roll back before migrating",
            ));
        }
        let busy_timeout_ms = connection
            .pragma_query_value(None, "busy_timeout", |row| row.get(0))
            .map_err(from_rusqlite)?;
        connection.busy_timeout(patience).map_err(from_rusqlite)?;
        Ok(Self {
            connection,
            busy_timeout_ms,
        })
    }

    fn execute(&self, sql: &str) -> Result<(), DriverError> {
        self.connection.execute_batch(sql).map_err(from_rusqlite)
    }

    /// A statement such as `COMMIT` would leave what follows outside any transaction.
    fn still_in_transaction(&self) -> Result<(), DriverError> {
        if self.connection.is_autocommit() {
            return Err(DriverError::other(
                "the statement ended the transaction, which is limbeck's to do",
            ));
        }
        Ok(())
    }

    fn header(&self, field: &str) -> Result<i32, DriverError> {
        self.connection
            .pragma_query_value(None, field, |row| row.get(0))
            .map_err(from_rusqlite)
    }

    fn ledger_exists(&self) -> Result<bool, DriverError> {
        self.connection
            .query_row(
                "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN \
                 ('limbeck_revision', 'limbeck_state', 'limbeck_journal', 'limbeck_progress')",
                [],
                |row| row.get::<_, i64>(0),
            )
            .map(|count| count == 4)
            .map_err(from_rusqlite)
    }

    /// Runs the changes inside the open transaction.
    fn changes(&self, ledger: &Ledger, unit: &Unit<'_>, ended: Ended<'_>) -> Result<(), Refusal> {
        if unit.create_ledger {
            for sql in ledger.create() {
                self.execute(&sql).map_err(Refusal::Other)?;
            }
        }
        let observed: String = self
            .connection
            .query_row(&ledger.observed(&unit.guard), [], |row| row.get(0))
            .map_err(from_rusqlite)
            .map_err(Refusal::Other)?;
        if observed != Ledger::expected(&unit.guard) {
            return Err(Refusal::Moved);
        }
        for (number, change) in unit.changes.iter().enumerate() {
            let watch = Stopwatch::start();
            self.change(ledger, number, change, watch)?;
            ended(number, watch.elapsed());
        }
        self.keep_shortcut(ledger, &unit.guard)
            .map_err(Refusal::Other)
    }

    /// Writes the shortcut for the state that the open transaction leads to, where the application does
    /// not use the field itself.
    fn keep_shortcut(&self, ledger: &Ledger, guard: &Guard) -> Result<(), DriverError> {
        let written: Option<i32> = self
            .connection
            .query_row("SELECT max(user_version) FROM limbeck_state", [], |row| {
                row.get(0)
            })
            .map_err(from_rusqlite)?;
        let current = self.header("user_version")?;
        if current != 0 && Some(current) != written {
            return Ok(());
        }
        let rows = state_rows(&self.connection, &ledger.standings())?;
        let bits = shortcut::bits_for(&rows, &guard.histories, self.header("schema_version")?);
        self.execute(&format!(
            "PRAGMA user_version = {bits}; UPDATE limbeck_state SET user_version = {bits}"
        ))
    }

    fn change(
        &self,
        ledger: &Ledger,
        number: usize,
        change: &Change<'_>,
        watch: Stopwatch,
    ) -> Result<(), Refusal> {
        for (index, statement) in change.statements.iter().enumerate() {
            self.execute(statement.sql)
                .and_then(|()| self.still_in_transaction())
                .map_err(|error| Refusal::Failed {
                    change: number,
                    place: Some(Place {
                        statement: index,
                        offset: error.offset,
                    }),
                    error,
                })?;
        }
        for record in &change.records {
            // SQLite cannot measure for itself, as PostgreSQL does.
            let mut record = record.clone();
            record.measured(milliseconds(watch.elapsed()));
            for sql in ledger.record(&record) {
                self.execute(&sql).map_err(Refusal::Other)?;
            }
        }
        Ok(())
    }
}

impl<C: DerefMut<Target = Connection>> Drop for Sqlite<C> {
    fn drop(&mut self) {
        // SQLite cannot refuse to set a timeout; there is nothing to report.
        let _ = self
            .connection
            .busy_timeout(Duration::from_millis(self.busy_timeout_ms.into()));
    }
}

impl<C: DerefMut<Target = Connection>> Driver for Sqlite<C> {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn is_at(&mut self, ledger: &Ledger, states: &[(&str, Digest)]) -> Result<bool, DriverError> {
        let shortcut = self.header("user_version")?;
        if shortcut != 0 && shortcut == shortcut::bits(states, self.header("schema_version")?) {
            return Ok(true);
        }
        if !self.ledger_exists()? {
            return Ok(false);
        }
        let rows = state_rows(&self.connection, &ledger.standings())?;
        Ok(super::open::all_at(&rows, states))
    }

    fn read(&mut self, ledger: &Ledger, histories: &[&str]) -> Result<Contents, DriverError> {
        let transaction = self.connection.transaction().map_err(from_rusqlite)?;
        let contents = read_contents(&transaction, ledger, histories)?;
        transaction.commit().map_err(from_rusqlite)?;
        Ok(contents)
    }

    fn transact(
        &mut self,
        ledger: &Ledger,
        unit: &Unit<'_>,
        ended: Ended<'_>,
    ) -> Result<(), Refusal> {
        self.execute("BEGIN IMMEDIATE").map_err(refusal)?;
        let result = self.changes(ledger, unit, ended).and_then(|()| {
            self.execute("COMMIT")
                .map_err(|error| commit_refusal(error, unit))
        });
        // Some errors end the transaction by themselves, such as a full disk.
        if result.is_err() && !self.connection.is_autocommit() {
            self.execute("ROLLBACK").map_err(Refusal::Other)?;
        }
        result
    }

    fn run(&mut self, sql: &str, _timeouts: Timeouts) -> Result<(), DriverError> {
        self.execute(sql)?;
        if self.connection.is_autocommit() {
            return Ok(());
        }
        self.execute("ROLLBACK")?;
        Err(DriverError::other(
            "the statement opened a transaction, which is limbeck's to do",
        ))
    }

    fn holder(&mut self, _ledger: &Ledger) -> Option<String> {
        None
    }
}

fn read_states(connection: &Connection, ledger: &Ledger) -> Result<Vec<StateRow>, DriverError> {
    let state = ledger.table("state");
    state_rows(
        connection,
        &format!("SELECT history, digest, version FROM {state}"),
    )
}

fn state_rows(connection: &Connection, sql: &str) -> Result<Vec<StateRow>, DriverError> {
    rows(connection, sql, |row| {
        Ok(StateRow {
            history: row.get(0)?,
            digest: row.get(1)?,
            version: row.get(2)?,
        })
    })
}

fn read_contents(
    connection: &Connection,
    ledger: &Ledger,
    histories: &[&str],
) -> Result<Contents, DriverError> {
    let present = connection
        .table_exists(None, "limbeck_state")
        .map_err(from_rusqlite)?;
    if !present {
        return Ok(Contents::default());
    }
    let within = format!("history IN ({})", ledger.list(histories));
    let revisions = format!(
        "SELECT history, id, parents, checksum, lineage, compat, applied_at FROM {} WHERE {within} ORDER BY applied_at, rowid",
        ledger.table("revision")
    );
    let progress = format!(
        "SELECT history, id, direction, step, state, token, lease_until > strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), error \
         FROM {} WHERE {within} ORDER BY step",
        ledger.table("progress")
    );
    Ok(Contents {
        present,
        states: read_states(connection, ledger)?,
        rows: rows(connection, &revisions, revision_row)?,
        progress: rows(connection, &progress, progress_row)?,
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
        token: row.get(5)?,
        alive: row.get(6)?,
        error: row.get(7)?,
    })
}

/// What a commit refuses, such as a violated constraint that was deferred, is laid to the last change.
fn commit_refusal(error: DriverError, unit: &Unit<'_>) -> Refusal {
    match unit.changes.len().checked_sub(1) {
        Some(change) if !error.busy => Refusal::Failed {
            change,
            place: None,
            error,
        },
        _ => refusal(error),
    }
}

fn refusal(error: DriverError) -> Refusal {
    if error.busy {
        Refusal::Busy
    } else {
        Refusal::Other(error)
    }
}

fn from_rusqlite(error: rusqlite::Error) -> DriverError {
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
        source: Some(Box::new(error)),
    }
}
