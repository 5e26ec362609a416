//! The driver trait, and what can be opened as a database.

use std::path::{Path, PathBuf};
use std::time::Duration;

use limbeck_model::Dialect;
use limbeck_model::checksum::Digest;
#[cfg(feature = "drift")]
use limbeck_schema::Schema;

use super::unit::{DriverError, Ended, Ran, Reconnected, Refusal, Timeouts, Unit};
use crate::driver::Marker;
use crate::error::Error;
use crate::ledger::{Contents, Detail, Ledger, StateRow, VERSION};
use crate::observe::Listener;
use crate::preflight::Facts;
use crate::session::Session;
use crate::watch::Lookout;

/// One database connection. Every method is one round trip where the database allows it.
pub(crate) trait Driver {
    fn dialect(&self) -> Dialect;

    /// The question of every start: is each history's recorded state this one? One query at most.
    fn first_look(
        &mut self,
        ledger: &Ledger,
        states: &[(&str, Digest)],
    ) -> Result<FirstLook, DriverError>;

    /// Reads the ledger, as one consistent snapshot.
    fn read(
        &mut self,
        ledger: &Ledger,
        histories: &[&str],
        detail: Detail,
    ) -> Result<Contents, DriverError>;

    /// Reads what decides, and on the same way the [`facts`](Self::facts), where that is shorter. They are
    /// to be asked for where they do not come.
    fn read_with_facts(
        &mut self,
        ledger: &Ledger,
        histories: &[&str],
        _extensions: &[&str],
    ) -> Result<(Contents, Option<Facts>), DriverError> {
        let contents = self.read(ledger, histories, Detail::Brief)?;
        Ok((contents, None))
    }

    /// Asks a query by itself, outside any transaction.
    fn ask(&mut self, sql: &str) -> Result<Answer, DriverError>;

    /// Has unqualified names mean what they do in this search path, in statements that are run by
    /// themselves from now on; `None` for the session's own.
    fn enter(&mut self, search_path: Option<String>);

    /// What the database tells of itself and of the role, before anything is changed.
    fn facts(&mut self, ledger: &Ledger, extensions: &[&str]) -> Result<Facts, DriverError>;

    /// The file that the database is in, where it is in one that can be copied.
    fn source_file(&mut self) -> Result<Option<SourceFile>, DriverError> {
        Ok(None)
    }

    /// Writes the database as it is at one moment into an empty file, and checks the copy.
    fn copy_to(&mut self, path: &Path) -> Result<(), DriverError> {
        let path = path.display();
        Err(DriverError::other(format!(
            "this database cannot be copied to `{path}`"
        )))
    }

    /// Reads the schema, without the ledger.
    #[cfg(feature = "drift")]
    fn schema(&mut self, ledger: &Ledger) -> Result<Schema, DriverError>;

    /// Makes an empty database beside this one, with these extensions, lends it, and has it gone afterwards.
    #[cfg(feature = "drift")]
    fn with_scratch(
        &mut self,
        extensions: &[&str],
        act: &mut dyn FnMut(&mut dyn Driver),
    ) -> Result<(), DriverError>;

    /// Leads what is sent from now on, so that others can see for what it is; nothing again with `None`.
    fn mark(&mut self, marker: Option<Marker>);

    /// Runs a unit in one transaction, under the lock, or not at all.
    fn transact(
        &mut self,
        ledger: &Ledger,
        unit: &Unit<'_>,
        ended: Ended<'_>,
    ) -> Result<(), Refusal>;

    /// Runs one statement by itself, outside any transaction.
    fn run(&mut self, sql: &str, timeouts: Timeouts) -> Result<Ran, DriverError>;

    /// Who holds the lock, where the database can tell.
    fn holder(&mut self, ledger: &Ledger) -> Option<Session>;

    /// From now on says there what it waits for, where the engine cannot tell.
    fn attend(&mut self, _listener: &Listener) {}

    /// Another connection's view of this one, where there can be one. It opens that connection when it is
    /// first asked.
    fn lookout(&self) -> Option<Box<dyn Lookout>> {
        None
    }

    /// Opens a connection that was lost again, if it is limbeck's own; one attempt.
    fn reconnect(&mut self, lost: &DriverError) -> Result<Reconnected, Error>;
}

/// The rows of a query, their values as text and null as `None`.
pub(crate) type Answer = Vec<Vec<Option<String>>>;

/// The file of a database.
#[derive(Clone, Debug)]
pub(crate) struct SourceFile {
    pub(crate) path: PathBuf,
    /// The time, as in `20260131T120000Z`.
    pub(crate) time: String,
    /// Whether nothing was ever written into it.
    pub(crate) is_empty: bool,
}

/// An open driver.
pub(crate) type Opened<'c> = Box<dyn Driver + 'c>;

/// What migrations can be run on: an open connection, a path or a URL.
///
/// Implemented for `&mut rusqlite::Connection` and [`&Path`](std::path::Path) with the feature
/// `sqlite`, for `&mut postgres::Client` with the feature `postgres`, and for `&str` and `&String`,
/// which are URLs: `sqlite:PATH`, `postgres://…`, `postgresql://…`. A connection that is opened here is
/// closed here; one that is lent must not be inside a transaction, and is left as it was found but for what a revision itself sets.
pub trait Database: sealed::Open {}

pub(crate) mod sealed {
    use super::{Address, Duration, Error, Opened};

    /// Keeps `Database` closed to other crates: a driver has to uphold the engine's guarantees.
    pub trait Open {
        /// Opens the database; waits at most `patience` where the database makes others wait.
        #[doc(hidden)]
        #[expect(
            private_interfaces,
            reason = "the trait is sealed; nobody else can name it"
        )]
        fn open<'c>(self, patience: Duration) -> Result<Opened<'c>, Error>
        where
            Self: 'c;

        /// The same for those who only look: makes no database where there is none.
        #[doc(hidden)]
        #[expect(
            private_interfaces,
            reason = "the trait is sealed; nobody else can name it"
        )]
        fn look<'c>(self, patience: Duration) -> Result<Opened<'c>, Error>
        where
            Self: 'c + Sized,
        {
            self.open(patience)
        }

        /// Where it is, so that it can be opened again; `None` for a connection that was lent.
        #[doc(hidden)]
        #[expect(
            private_interfaces,
            reason = "the trait is sealed; nobody else can name it"
        )]
        fn address(&self) -> Option<Address> {
            None
        }
    }
}

/// Where a database is. A URL may hold a password, so that there is no `Debug`.
#[derive(Clone)]
pub(crate) enum Address {
    Url(String),
    #[cfg(feature = "sqlite")]
    Path(PathBuf),
}

impl Address {
    /// Opens it for those who only look.
    pub(crate) fn look(&self, patience: Duration) -> Result<Opened<'_>, Error> {
        match self {
            Self::Url(url) => sealed::Open::look(url.as_str(), patience),
            #[cfg(feature = "sqlite")]
            Self::Path(path) => crate::driver::sqlite::look(path, patience),
        }
    }
}

/// What the first question has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FirstLook {
    /// Each history is in the given state, and no script is unfinished.
    Complete,
    /// Something else, which the ledger has to tell.
    Unknown,
    /// There is no ledger.
    NoLedger,
}

impl FirstLook {
    /// Reads the answer to [`Ledger::standings`].
    pub(super) fn at(rows: &[StateRow], states: &[(&str, Digest)]) -> Self {
        let is_complete = states.iter().all(|(history, state)| {
            let digest = state.to_string();
            rows.iter().any(|row| {
                row.history == *history
                    && row.version <= VERSION
                    && row.digest == digest
                    && row.unfinished.is_none()
            })
        });
        if is_complete {
            Self::Complete
        } else {
            Self::Unknown
        }
    }
}
