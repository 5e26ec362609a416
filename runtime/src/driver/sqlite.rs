//! SQLite through rusqlite: the only module that names it.
//!
//! A first SELECT makes SQLite parse the whole schema, where a field of the file's header costs almost
//! nothing. So the first question of a start goes to `user_version`; see [`super::shortcut`].

mod copy;
mod error;
mod facts;
mod open;
mod rows;
#[cfg(feature = "drift")]
mod scratch;

use std::ops::DerefMut;
use std::path::Path;
use std::time::Duration;

use limbeck_model::Dialect;
use limbeck_model::checksum::Digest;
#[cfg(feature = "drift")]
use limbeck_schema::Schema;
use rusqlite::Connection;

use self::error::{commit_refusal, from_rusqlite, refusal};
use self::facts::file_facts;
pub(crate) use self::open::{look, open};
use self::rows::{answer, read_contents, read_states};
use super::open::FirstLook;
use super::shortcut;
use super::unit::Ended;
use super::{
    Answer, Change, Driver, DriverError, Effect, Marker, Place, Ran, Reconnected, Refusal,
    SourceFile, Timeouts, Unit,
};
use crate::clock::{Stopwatch, milliseconds};
use crate::error::Error;
use crate::ledger::{Contents, Detail, Guard, Ledger};
use crate::observe::Listener;
use crate::preflight::Facts;
use crate::session::Session;

/// SQLite counts milliseconds in 31 bits.
fn set_patience(connection: &Connection, patience: Duration) -> Result<(), DriverError> {
    let longest = Duration::from_millis(i32::MAX.unsigned_abs().into());
    connection
        .busy_timeout(patience.min(longest))
        .map_err(from_rusqlite)
}

struct Sqlite<C: DerefMut<Target = Connection>> {
    connection: C,
    patience: Duration,
    is_lent: bool,
    /// The lender's `busy_timeout`, to be put back; `None` while it stands.
    lenders_timeout_ms: Option<u32>,
    /// SQLite waits for others by itself, which is said here.
    listener: Listener,
}

impl<C: DerefMut<Target = Connection>> Sqlite<C> {
    fn new(connection: C, patience: Duration, is_lent: bool) -> Result<Self, DriverError> {
        if !connection.is_autocommit() {
            return Err(DriverError::other(
                "it is inside a transaction; commit or roll back before migrating",
            ));
        }
        Ok(Self {
            connection,
            patience,
            is_lent,
            lenders_timeout_ms: None,
            listener: Listener::default(),
        })
    }

    /// From now on waits for other processes for as long as the run may.
    fn be_patient(&mut self) -> Result<(), DriverError> {
        if self.lenders_timeout_ms.is_some() {
            return Ok(());
        }
        let own = self
            .connection
            .pragma_query_value(None, "busy_timeout", |row| row.get(0))
            .map_err(from_rusqlite)?;
        set_patience(&self.connection, self.patience)?;
        self.lenders_timeout_ms = Some(own);
        Ok(())
    }

    fn execute(&self, sql: &str) -> Result<(), DriverError> {
        self.connection.execute_batch(sql).map_err(from_rusqlite)
    }

    /// Runs one statement and tells how many rows it has changed. SQLite keeps the number of the last
    /// statement that counts any, whatever ran since; only the total says whether this one did.
    fn execute_and_count(&self, sql: &str) -> Result<u64, DriverError> {
        let before = self.connection.total_changes();
        self.execute(sql)?;
        if self.connection.total_changes() == before {
            return Ok(0);
        }
        Ok(self.connection.changes())
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

    /// Runs the changes inside the open transaction.
    fn changes(&self, ledger: &Ledger, unit: &Unit<'_>, ended: Ended<'_>) -> Result<(), Refusal> {
        if unit.create_ledger {
            for sql in ledger.create() {
                self.execute(&sql).map_err(Refusal::Other)?;
            }
        }
        if unit.guard.is_outdated {
            for sql in ledger.upgrade() {
                self.execute(&sql).map_err(Refusal::Other)?;
            }
        }
        let observed: String = self
            .connection
            .query_row(&ledger.observed(&unit.guard), [], |row| row.get(0))
            .map_err(from_rusqlite)
            .map_err(Refusal::Other)?;
        if observed != ledger.expected(&unit.guard) {
            return Err(Refusal::Moved);
        }
        let mut records = Vec::new();
        for (number, change) in unit.changes.iter().enumerate() {
            let watch = Stopwatch::start();
            let rows = self.statements(number, change)?;
            let duration = watch.elapsed();
            ended(number, Effect { duration, rows });
            // SQLite cannot measure for itself, as PostgreSQL does.
            records.extend(change.records.iter().cloned().map(|mut record| {
                record.measured(milliseconds(duration));
                record
            }));
        }
        for sql in ledger.records(&records) {
            self.execute(&sql).map_err(Refusal::Other)?;
        }
        self.keep_shortcut(ledger, &unit.guard)
            .map_err(Refusal::Other)
    }

    /// Reads two fields under one lock, which is most of what each costs.
    fn matches_shortcut(&self, states: &[(&str, Digest)]) -> Result<bool, DriverError> {
        let mut question = self
            .connection
            .prepare("PRAGMA user_version")
            .map_err(from_rusqlite)?;
        // The lock is held for as long as the question is.
        let mut answer = question.query([]).map_err(from_rusqlite)?;
        let row = answer.next().map_err(from_rusqlite)?;
        let shortcut: i32 = match row {
            Some(row) => row.get(0).map_err(from_rusqlite)?,
            None => 0,
        };
        Ok(shortcut != 0 && shortcut == shortcut::bits(states, self.header("schema_version")?))
    }

    /// Writes the shortcut for the state that the open transaction leads to, where the application does
    /// not use the field itself.
    fn keep_shortcut(&self, ledger: &Ledger, guard: &Guard) -> Result<(), DriverError> {
        let written: Option<i32> = self
            .connection
            .query_row(
                "SELECT max(user_version) FROM main.limbeck_state",
                [],
                |row| row.get(0),
            )
            .map_err(from_rusqlite)?;
        let current = self.header("user_version")?;
        if current != 0 && Some(current) != written {
            return Ok(());
        }
        let rows = read_states(&self.connection, ledger)?;
        let bits = shortcut::bits_for(&rows, &guard.histories, self.header("schema_version")?);
        self.execute(&format!(
            "PRAGMA main.user_version = {bits}; UPDATE main.limbeck_state SET user_version = {bits}"
        ))
    }

    fn statements(&self, number: usize, change: &Change<'_>) -> Result<u64, Refusal> {
        let mut rows = 0;
        for (index, statement) in change.statements.iter().enumerate() {
            self.listener.at(index + 1, change.statements.len());
            rows += self
                .execute_and_count(statement.sql)
                .and_then(|rows| self.still_in_transaction().map(|()| rows))
                .map_err(|error| Refusal::Failed {
                    change: number,
                    place: Some(Place {
                        statement: index,
                        offset: error.offset,
                    }),
                    error,
                })?;
        }
        Ok(rows)
    }
}

impl<C: DerefMut<Target = Connection>> Drop for Sqlite<C> {
    fn drop(&mut self) {
        if let Some(timeout_ms) = self.lenders_timeout_ms {
            // SQLite cannot refuse to set a timeout; there is nothing to report.
            let _ = self
                .connection
                .busy_timeout(Duration::from_millis(timeout_ms.into()));
        }
    }
}

impl<C: DerefMut<Target = Connection>> Driver for Sqlite<C> {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn first_look(
        &mut self,
        ledger: &Ledger,
        states: &[(&str, Digest)],
    ) -> Result<FirstLook, DriverError> {
        match self.matches_shortcut(states) {
            Ok(true) => return Ok(FirstLook::Complete),
            Ok(false) => {}
            // Whoever has more to do than look waits for it then.
            Err(error) if error.busy => return Ok(FirstLook::Unknown),
            Err(error) => return Err(error),
        }
        match read_states(&self.connection, ledger) {
            Ok(rows) => Ok(FirstLook::at(&rows, states)),
            Err(error) if error.busy => Ok(FirstLook::Unknown),
            Err(error) if error.message.starts_with("no such table: main.limbeck_") => {
                Ok(FirstLook::NoLedger)
            }
            Err(error) => Err(error),
        }
    }

    fn read(
        &mut self,
        ledger: &Ledger,
        histories: &[&str],
        detail: Detail,
    ) -> Result<Contents, DriverError> {
        self.be_patient()?;
        let transaction = self.connection.transaction().map_err(from_rusqlite)?;
        let contents = read_contents(&transaction, ledger, histories, detail)?;
        transaction.commit().map_err(from_rusqlite)?;
        Ok(contents)
    }

    fn ask(&mut self, sql: &str) -> Result<Answer, DriverError> {
        self.be_patient()?;
        answer(&self.connection, sql)
    }

    /// There are no schemas.
    fn enter(&mut self, _search_path: Option<String>) {}

    /// Nobody else sees what is sent.
    fn facts(&mut self, _ledger: &Ledger, _extensions: &[&str]) -> Result<Facts, DriverError> {
        self.be_patient()?;
        file_facts(&self.connection, self.is_lent).map(Facts::File)
    }

    fn source_file(&mut self) -> Result<Option<SourceFile>, DriverError> {
        copy::source_file(&self.connection)
    }

    fn copy_to(&mut self, path: &Path) -> Result<(), DriverError> {
        self.be_patient()?;
        copy::copy_to(&self.connection, path)
    }

    #[cfg(feature = "drift")]
    fn schema(&mut self, _ledger: &Ledger) -> Result<Schema, DriverError> {
        scratch::read_schema(&self.connection)
    }

    #[cfg(feature = "drift")]
    fn with_scratch(
        &mut self,
        _extensions: &[&str],
        act: &mut dyn FnMut(&mut dyn Driver),
    ) -> Result<(), DriverError> {
        let connection = scratch::in_memory()?;
        act(&mut Sqlite::new(
            Box::new(connection),
            self.patience,
            false,
        )?);
        Ok(())
    }

    fn mark(&mut self, _marker: Option<Marker>) {}

    fn transact(
        &mut self,
        ledger: &Ledger,
        unit: &Unit<'_>,
        ended: Ended<'_>,
    ) -> Result<(), Refusal> {
        self.be_patient().map_err(Refusal::Other)?;
        let busy = self.listener.waiting();
        self.execute("BEGIN IMMEDIATE").map_err(refusal)?;
        drop(busy);
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

    fn run(&mut self, sql: &str, _timeouts: Timeouts) -> Result<Ran, DriverError> {
        self.be_patient()?;
        let rows = self.execute_and_count(sql)?;
        if self.connection.is_autocommit() {
            return Ok(Ran { rows, note: None });
        }
        self.execute("ROLLBACK")?;
        Err(DriverError::other(
            "the statement opened a transaction, which is limbeck's to do",
        ))
    }

    fn attend(&mut self, listener: &Listener) {
        self.listener = listener.clone();
    }

    fn holder(&mut self, _ledger: &Ledger) -> Option<Session> {
        None
    }

    fn reconnect(&mut self, _lost: &DriverError) -> Result<Reconnected, Error> {
        Ok(Reconnected::NotOurs)
    }
}
