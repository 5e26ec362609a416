//! A database of either kind that can be copied, and what can be asked of it past limbeck.

use std::path::{Path, PathBuf};

use limbeck::Dialect;
use limbeck_testkit as testkit;
use limbeck_testkit::Server;
use tempfile::TempDir;

/// A database of the simulation's own, gone when this is dropped.
#[derive(Debug)]
pub(crate) enum Place {
    Sqlite {
        path: PathBuf,
        /// Where the folder is the place's own.
        _folder: Option<TempDir>,
    },
    Postgres(testkit::Database),
}

impl Place {
    /// An empty one.
    pub(crate) fn empty(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Sqlite => Self::file(|_| ()),
            Dialect::Postgres => Self::on(testkit::postgres()),
        }
    }

    /// An empty one on this server.
    pub(crate) fn on(server: &Server) -> Self {
        Self::Postgres(testkit::Database::create(server))
    }

    /// An SQLite database in a folder of somebody else's, with all that this one has. Nobody may be at it.
    pub(crate) fn copy_into(&self, folder: &Path) -> Self {
        let path = folder.join("store.db");
        if let Some(from) = self.path() {
            copy_file(from, &path);
        }
        Self::Sqlite {
            path,
            _folder: None,
        }
    }

    fn file(make: impl FnOnce(&Path)) -> Self {
        let folder = TempDir::with_prefix("limbeck-sim-").unwrap();
        let path = folder.path().join("store.db");
        make(&path);
        Self::Sqlite {
            path,
            _folder: Some(folder),
        }
    }

    /// One with all that this one has. Nobody may be at it.
    pub(crate) fn copy(&self) -> Self {
        match self {
            Self::Sqlite { path, .. } => Self::file(|copy| copy_file(path, copy)),
            Self::Postgres(database) => Self::Postgres(database.copy()),
        }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite { .. } => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite { path, .. } => format!("sqlite:{}", path.display()),
            Self::Postgres(database) => database.url(),
        }
    }

    /// The file of an SQLite database.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::Sqlite { path, .. } => Some(path),
            Self::Postgres(_) => None,
        }
    }

    /// The name of a PostgreSQL database.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Sqlite { .. } => "",
            Self::Postgres(database) => database.name(),
        }
    }

    /// A table of the ledger, as SQL names it.
    pub(crate) fn ledger(&self, table: &str) -> String {
        match self {
            Self::Sqlite { .. } => format!("limbeck_{table}"),
            Self::Postgres(_) => format!("limbeck.{table}"),
        }
    }

    /// Runs SQL past limbeck.
    pub(crate) fn try_execute(&self, sql: &str) -> Result<(), String> {
        match self {
            Self::Sqlite { path, .. } => rusqlite::Connection::open(path)
                .and_then(|connection| connection.execute_batch(sql))
                .map_err(|error| error.to_string()),
            Self::Postgres(database) => database
                .connect()
                .batch_execute(sql)
                .map_err(|error| format!("{error:?}")),
        }
    }

    /// The same, where it has to succeed for the simulation to mean anything.
    #[track_caller]
    pub(crate) fn execute(&self, sql: &str) {
        if let Err(error) = self.try_execute(sql) {
            panic!("{error}: {sql}");
        }
    }

    /// The rows of a query, the columns joined by `|`; null is `-`.
    pub(crate) fn try_query(&self, sql: &str) -> Result<Vec<String>, String> {
        match self {
            Self::Sqlite { path, .. } => rusqlite::Connection::open(path)
                .and_then(|connection| sqlite_rows(&connection, sql))
                .map_err(|error| error.to_string()),
            Self::Postgres(database) => {
                postgres_rows(&mut database.connect(), sql).map_err(|error| format!("{error:?}"))
            }
        }
    }

    /// The same, where it has to succeed for the simulation to mean anything.
    #[track_caller]
    pub(crate) fn query(&self, sql: &str) -> Vec<String> {
        match self.try_query(sql) {
            Ok(rows) => rows,
            Err(error) => panic!("{error}: {sql}"),
        }
    }
}

/// An empty database that nobody has opened has no file.
fn copy_file(from: &Path, to: &Path) {
    if from.exists() {
        std::fs::copy(from, to).unwrap();
    }
}

pub(crate) fn sqlite_rows(
    connection: &rusqlite::Connection,
    sql: &str,
) -> rusqlite::Result<Vec<String>> {
    use rusqlite::types::ValueRef;

    let mut statement = connection.prepare(sql)?;
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| {
        let values: Result<Vec<_>, _> = (0..columns)
            .map(|column| {
                row.get_ref(column).map(|value| match value {
                    ValueRef::Null => "-".to_owned(),
                    ValueRef::Integer(number) => number.to_string(),
                    ValueRef::Real(number) => number.to_string(),
                    ValueRef::Text(text) | ValueRef::Blob(text) => {
                        String::from_utf8_lossy(text).into_owned()
                    }
                })
            })
            .collect();
        Ok(values?.join("|"))
    })?;
    rows.collect()
}

pub(crate) fn postgres_rows(
    client: &mut postgres::Client,
    sql: &str,
) -> Result<Vec<String>, postgres::Error> {
    let messages = client.simple_query(sql)?;
    let rows = messages.iter().filter_map(|message| match message {
        postgres::SimpleQueryMessage::Row(row) => {
            let values: Vec<_> = (0..row.len())
                .map(|column| row.get(column).unwrap_or("-"))
                .collect();
            Some(values.join("|"))
        }
        _ => None,
    });
    Ok(rows.collect())
}
