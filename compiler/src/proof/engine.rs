//! What a proof needs of a database.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;

use limbeck_model::checksum::Digest;
use limbeck_schema::Schema;
use limbeck_schema::render::Ddl;

use crate::table::Script;

/// A database that belongs to a proof alone, and is empty at first.
///
/// A [`Failure`] is the user's SQL going wrong. A [`Fault`] is one of the environment, and ends the proof.
pub trait Engine {
    /// The whole database, kept to come back to.
    type Image;
    /// What is defined and which rows there are at one moment, to be compared with another one of the
    /// same stretch: [`restore`](Self::restore) ends a stretch.
    type View;

    /// The engine and its version, such as `SQLite 3.50.4`.
    ///
    /// # Errors
    /// A fault of the environment, as for all functions here.
    fn version(&mut self) -> Result<String, Fault>;

    /// Runs a script as the runtime would: in one transaction, or each statement by itself. After a
    /// failure in a transaction nothing of the script has happened.
    ///
    /// # Errors
    /// A fault of the environment.
    fn run(&mut self, script: &Script<'_>) -> Result<Result<(), Failure>, Fault>;

    /// The moment that has been reached.
    ///
    /// # Errors
    /// A fault of the environment.
    fn view(&mut self) -> Result<Self::View, Fault>;

    /// What differs between two moments.
    ///
    /// # Errors
    /// A fault of the environment.
    fn compare(&mut self, before: &Self::View, after: &Self::View) -> Result<Difference, Fault>;

    /// All that is defined now.
    ///
    /// # Errors
    /// A fault of the environment.
    fn schema(&mut self) -> Result<Schema, Fault>;

    /// The fingerprint of all that is defined now.
    ///
    /// # Errors
    /// A fault of the environment.
    fn fingerprint(&mut self) -> Result<Digest, Fault> {
        Ok(self.schema()?.fingerprint())
    }

    /// The statements that make all that is defined now.
    ///
    /// # Errors
    /// A fault of the environment.
    fn ddl(&mut self) -> Result<Ddl, Fault>;

    /// The views and triggers that cannot be used, where creating one does not check it.
    ///
    /// # Errors
    /// A fault of the environment.
    fn unusable(&mut self) -> Result<Vec<Unusable>, Fault>;

    /// Gives rows to every table that has none, as far as rows can be made that satisfy its constraints.
    ///
    /// # Errors
    /// A fault of the environment.
    fn fill(&mut self, rows: Rows) -> Result<(), Fault>;

    /// Takes all rows of all tables away, whatever stands against it.
    ///
    /// # Errors
    /// A fault of the environment.
    fn clear(&mut self) -> Result<(), Fault>;

    /// The tables that no rows could be made for, with the reason; by name.
    ///
    /// # Errors
    /// A fault of the environment.
    fn without_rows(&mut self) -> Result<BTreeMap<String, String>, Fault>;

    /// Keeps the database as it is.
    ///
    /// # Errors
    /// A fault of the environment.
    fn save(&mut self) -> Result<Self::Image, Fault>;

    /// Makes the database what it was; without an image, empty.
    ///
    /// # Errors
    /// A fault of the environment.
    fn restore(&mut self, image: Option<&Self::Image>) -> Result<(), Fault>;
}

/// The rows that a table is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// None.
    None,
    /// Rows as any program would write them: short texts, small numbers, different in every column, and
    /// null where a column may be.
    Plain,
    /// Also rows that only the constraints allow: equal wherever they need not differ, large and
    /// negative numbers, long and empty texts.
    Hard,
}

/// A row: its columns and their values, in the database's own spelling; null is `None`.
pub type Row = BTreeMap<String, Option<String>>;

/// What differs between two moments.
#[derive(Clone, Debug, Default)]
pub struct Difference {
    /// What was defined; objects that are the same in both may be left out of both.
    pub before: Schema,
    /// What is defined.
    pub after: Schema,
    /// The tables of both moments whose rows differ: the rows before and after, sorted.
    pub rows: BTreeMap<String, (Vec<Row>, Vec<Row>)>,
}

/// A statement of the user's that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The place of the statement in its script; none where the commit failed.
    pub statement: Option<usize>,
    /// The byte of the statement that the database points at.
    pub offset: Option<usize>,
    /// The database's words.
    pub message: String,
    /// It is not the statement that failed, but the `@verify` above it does not tell the truth.
    pub is_of_verify: bool,
}

/// A view or trigger that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unusable {
    /// What it is, as a sentence names it: ``view `totals` ``.
    pub object: String,
    /// The database's words.
    pub message: String,
}

/// A fault of the environment.
#[derive(Debug)]
pub struct Fault {
    what: String,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

impl Fault {
    /// What went wrong, in words.
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            cause: None,
        }
    }

    /// What went wrong, with the error that says why.
    pub fn because(
        what: impl Into<String>,
        cause: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self {
            what: what.into(),
            cause: Some(cause.into()),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let cause: &(dyn Error + 'static) = self.cause.as_deref()?;
        Some(cause)
    }
}
