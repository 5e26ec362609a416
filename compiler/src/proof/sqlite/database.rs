//! A database in memory, and what is known of it.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::rc::Rc;

use limbeck_model::Dialect;
use limbeck_schema::Followed;
use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, ErrorCode};

use super::super::engine::{Failure, Fault, Row, Unusable};
use super::super::verified::Answer;
use super::catalog::{self, Catalog};
use super::touched::{Touched, Watch};
use super::{rows, usable};
use crate::split::{Statement, tokens};
use crate::sql::Recovery;
use crate::table::Script;

/// How many million steps of SQLite's virtual machine a statement may take: many seconds, in an
/// unoptimised build.
const MOST_STEPS: u32 = 200;
const STEPS_BETWEEN_LOOKS: i32 = 1_000_000;

/// An SQLite in memory that a history is proved on.
pub struct Sqlite {
    pub(super) connection: Connection,
    pub(super) watch: Watch,
    pub(super) catalog: Catalog,
    /// The rows of each table that has some, under its name in lower case.
    pub(super) rows: BTreeMap<String, Rc<Vec<Row>>>,
    /// What changed, in its order.
    pub(super) log: Vec<Change>,
    /// What is defined, as far as the log had been read.
    pub(super) followed: Option<(Followed, usize)>,
    /// The tables that may need rows, in lower case.
    pub(super) unfilled: BTreeSet<String>,
    /// Why tables have none, by their names in lower case.
    pub(super) barren: BTreeMap<String, String>,
    /// What cannot be used, by the kind and name of the entry.
    pub(super) unusable: BTreeMap<catalog::Key, Unusable>,
    /// How many million steps a statement may take.
    most_steps: u32,
}

/// A database as bytes.
pub enum Image {
    /// In memory.
    Bytes(Vec<u8>),
    /// Where an earlier build has put it.
    Stored(Box<dyn Fn() -> Result<Vec<u8>, Fault>>),
}

/// Something that is another thing now.
pub(super) enum Change {
    Entry(catalog::Change),
    Rows {
        table: String,
        before: Option<Rc<Vec<Row>>>,
        after: Option<Rc<Vec<Row>>>,
    },
}

impl Sqlite {
    /// An empty database.
    ///
    /// # Errors
    /// When SQLite cannot be started.
    pub fn open() -> Result<Self, Fault> {
        let watch = Watch::default();
        Ok(Self {
            connection: connect(&watch).map_err(fault)?,
            watch,
            catalog: Catalog::default(),
            rows: BTreeMap::new(),
            log: Vec::new(),
            followed: None,
            unfilled: BTreeSet::new(),
            barren: BTreeMap::new(),
            unusable: BTreeMap::new(),
            most_steps: MOST_STEPS,
        })
    }

    /// Begins again with an empty database, or with one that was kept.
    pub(super) fn replace(&mut self, image: Option<&Image>) -> Result<(), Fault> {
        let fresh = Self::open()?;
        drop(mem::replace(self, fresh));
        match image {
            None => return Ok(()),
            Some(Image::Bytes(bytes)) => self.load(&bytes[..], bytes.len())?,
            Some(Image::Stored(read)) => {
                let bytes = read()?;
                self.load(&bytes[..], bytes.len())?;
            }
        }
        self.watch.know_nothing();
        self.refresh()?;
        self.log.clear();
        Ok(())
    }

    fn load(&mut self, reader: impl std::io::Read, length: usize) -> Result<(), Fault> {
        self.connection
            .deserialize_read_exact("main", reader, length, false)
            .map_err(fault)
    }

    /// Runs a script; what it changed is not taken in yet.
    pub(super) fn execute(&mut self, script: &Script<'_>) -> Result<Result<(), Failure>, Fault> {
        if !script.transactional {
            for (place, statement) in script.statements.iter().enumerate() {
                if let Err(failure) = self.verified_step(script, place, statement) {
                    if !self.connection.is_autocommit() {
                        self.control("ROLLBACK")?;
                    }
                    return Ok(Err(failure));
                }
            }
            if !self.connection.is_autocommit() {
                self.control("ROLLBACK")?;
            }
            return Ok(Ok(()));
        }
        self.control("BEGIN IMMEDIATE")?;
        for (place, statement) in script.statements.iter().enumerate() {
            if let Err(failure) = self.step(place, statement) {
                // Some errors have ended the transaction already.
                if !self.connection.is_autocommit() {
                    self.control("ROLLBACK")?;
                }
                return Ok(Err(failure));
            }
        }
        if let Err(error) = self.connection.execute_batch("COMMIT") {
            // A statement of the script may have ended it.
            if !self.connection.is_autocommit() {
                self.control("ROLLBACK")?;
            }
            return Ok(Err(Failure {
                statement: None,
                ..failure(0, &error)
            }));
        }
        Ok(Ok(()))
    }

    /// A statement outside a transaction, with what its `@verify` says before it and behind it.
    fn verified_step(
        &mut self,
        script: &Script<'_>,
        place: usize,
        statement: &Statement<'_>,
    ) -> Result<(), Failure> {
        let Some(query) = script.recoveries.get(place).and_then(Recovery::query) else {
            return self.step(place, statement);
        };
        if let Some(failure) = Failure::of_verify(place, false, self.answer(query)) {
            return Err(failure);
        }
        if touches_files(&first_words(statement.sql)) {
            // It is not run, and so it has no effect to ask for.
            return Ok(());
        }
        self.step(place, statement)?;
        Failure::of_verify(place, true, self.answer(query)).map_or(Ok(()), Err)
    }

    fn answer(&mut self, query: &str) -> Answer {
        self.limit();
        let ask = || {
            let mut statement = self.connection.prepare(query)?;
            let columns = statement.column_count();
            let mut rows = statement.raw_query();
            let mut answer = Vec::new();
            while let Some(row) = rows.next()? {
                let values = (0..columns).map(|column| row.get_ref(column).map(text));
                answer.push(values.collect::<Result<Vec<_>, _>>()?);
            }
            Ok(answer)
        };
        ask().map_err(|error: Error| failure(0, &error).message)
    }

    fn step(&mut self, place: usize, statement: &Statement<'_>) -> Result<(), Failure> {
        let words = first_words(statement.sql);
        if touches_files(&words) {
            return Ok(());
        }
        self.watch.announce(&words);
        self.limit();
        let run = || {
            let mut statement = self.connection.prepare(statement.sql)?;
            let mut rows = statement.raw_query();
            while rows.next()?.is_some() {}
            Ok(())
        };
        run().map_err(|error| failure(place, &error))
    }

    /// A statement that never ends must not make a build that never ends.
    fn limit(&mut self) {
        let (steps, most_steps) = (Cell::new(0), self.most_steps);
        let handler = move || {
            steps.set(steps.get() + 1);
            steps.get() > most_steps
        };
        // Without the limit a proof is as good.
        let _ = self
            .connection
            .progress_handler(STEPS_BETWEEN_LOOKS, Some(handler));
    }

    fn control(&self, sql: &str) -> Result<(), Fault> {
        self.connection.execute_batch(sql).map_err(fault)
    }

    /// Takes in what was touched since the last time.
    pub(super) fn refresh(&mut self) -> Result<(), Fault> {
        let touched = self.watch.take();
        let changes = self
            .catalog
            .refresh(&self.connection, &touched)
            .map_err(fault)?;
        let mut tables = touched.written.clone();
        if touched.everything {
            tables.extend(self.rows.keys().cloned());
        }
        for change in &changes {
            if change.key.0 == "table" {
                tables.insert(change.key.1.clone());
            }
        }
        self.check_usable(&changes, &touched);
        self.log.extend(changes.into_iter().map(Change::Entry));
        for table in tables {
            self.refresh_rows(table)?;
        }
        Ok(())
    }

    fn refresh_rows(&mut self, table: String) -> Result<(), Fault> {
        let entry = self.catalog.table(&table);
        let entry = entry.filter(|entry| !entry.is_virtual_table()).cloned();
        self.barren.remove(&table);
        let after = match &entry {
            Some(entry) => {
                let rows = rows::read(&self.connection, &entry.name).map_err(fault)?;
                Some(Rc::new(rows)).filter(|rows| !rows.is_empty())
            }
            None => None,
        };
        if entry.is_some() && after.is_none() {
            self.unfilled.insert(table.clone());
        } else {
            self.unfilled.remove(&table);
        }
        let before = match &after {
            Some(rows) => self.rows.insert(table.clone(), Rc::clone(rows)),
            None => self.rows.remove(&table),
        };
        if before != after {
            self.log.push(Change::Rows {
                table,
                before,
                after,
            });
        }
        Ok(())
    }

    /// What can be unusable has to be looked at when it is new, and when something that it needs was
    /// altered or dropped.
    fn check_usable(&mut self, changes: &[catalog::Change], touched: &Touched) {
        for change in changes {
            self.unusable.remove(&change.key);
        }
        let suspects = if touched.everything {
            self.catalog.programs().cloned().collect()
        } else {
            // What waits for something that is not there yet may have got it.
            let waiting = self.unusable.keys().map(|(_, name)| name.clone());
            let names = touched.defined.iter().cloned().chain(waiting);
            self.catalog.affected(names)
        };
        for entry in suspects {
            let key = catalog::key(&entry);
            match usable::fault(&self.connection, &entry) {
                Some(fault) => self.unusable.insert(key, fault),
                None => self.unusable.remove(&key),
            };
        }
        if !self.unusable.is_empty() {
            self.leave_out_affected();
        }
        // None of this is the user's doing.
        let _ = self.watch.take();
    }

    fn leave_out_affected(&mut self) {
        let at_fault = self.catalog.programs().filter(|entry| {
            let key = catalog::key(entry);
            self.unusable.contains_key(&key)
        });
        for affected in usable::only_affected(&self.connection, &at_fault.collect::<Vec<_>>()) {
            self.unusable.remove(&affected);
        }
    }
}

fn connect(watch: &Watch) -> rusqlite::Result<Connection> {
    let mut connection = Connection::open_in_memory()?;
    // Small pages, since an image is all of them and most tables have hardly a row.
    connection.execute_batch("PRAGMA page_size = 1024")?;
    // A column that is not there would otherwise be taken for a string where it is in double quotes.
    for config in [
        DbConfig::SQLITE_DBCONFIG_DQS_DDL,
        DbConfig::SQLITE_DBCONFIG_DQS_DML,
    ] {
        connection.set_db_config(config, false)?;
    }
    watch.install(&mut connection)?;
    Ok(connection)
}

/// A build leaves files alone that are none of its own.
fn touches_files(words: &[String]) -> bool {
    match words.first().map(String::as_str) {
        Some("ATTACH" | "DETACH") => true,
        Some("VACUUM") => words.iter().any(|word| word == "INTO"),
        _ => false,
    }
}

fn first_words(sql: &str) -> Vec<String> {
    let words = tokens(sql, Dialect::Sqlite).take(64);
    words.map(str::to_ascii_uppercase).collect()
}

/// A value as text, null as `None`.
fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Blob(_) => Some("a blob".to_owned()),
    }
}

fn failure(place: usize, error: &Error) -> Failure {
    let (message, offset) = match error {
        Error::SqlInputError { msg, offset, .. } => (msg.clone(), usize::try_from(*offset).ok()),
        Error::SqliteFailure(cause, _) if cause.code == ErrorCode::OperationInterrupted => {
            let message = "it was stopped, since it takes too many steps: has it an end?";
            (message.to_owned(), None)
        }
        Error::SqliteFailure(_, Some(message)) => (message.clone(), None),
        other => (other.to_string(), None),
    };
    Failure {
        statement: Some(place),
        offset,
        message,
        is_of_verify: false,
    }
}

pub(super) fn fault(error: Error) -> Fault {
    Fault::because("SQLite, on which the history is proved, has failed", error)
}

#[cfg(test)]
mod tests {
    use limbeck_model::diagnostic::Span;

    use super::*;

    #[test]
    fn a_statement_that_never_ends_is_stopped() {
        let mut sqlite = Sqlite::open().unwrap();
        sqlite.most_steps = 2;
        let statement = Statement {
            sql: "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n",
            span: Span::whole(0),
            line: 1,
            column: 1,
        };
        let failure = sqlite.step(0, &statement).unwrap_err();
        assert_eq!(
            failure.message,
            "it was stopped, since it takes too many steps: has it an end?"
        );
    }
}
