//! An empty database of either kind, and what can be seen of it.

use std::path::PathBuf;

use limbeck::{Dialect, History, Migrator};
use limbeck_testkit as testkit;

/// A database of the test's own.
pub(crate) enum Store {
    Sqlite {
        path: PathBuf,
        _folder: tempfile::TempDir,
    },
    Postgres(testkit::Database),
}

impl Store {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::Sqlite {
            path: folder.path().join("store.db"),
            _folder: folder,
        }
    }

    pub(crate) fn postgres() -> Self {
        Self::Postgres(testkit::Database::create(testkit::postgres()))
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

    /// The schema without the ledger, as the database's own tools write it down.
    pub(crate) fn dump(&self) -> String {
        match self {
            Self::Sqlite { path, .. } => {
                let connection = rusqlite::Connection::open(path).unwrap();
                limbeck_schema::sqlite::read(&connection)
                    .unwrap()
                    .to_string()
            }
            Self::Postgres(database) => database.pg_dump_schema(&["limbeck"]),
        }
    }

    /// The statements that make the schema without the ledger.
    pub(crate) fn ddl(&self) -> String {
        let ddl = match self {
            Self::Sqlite { path, .. } => {
                let connection = rusqlite::Connection::open(path).unwrap();
                limbeck_schema::sqlite::ddl(&limbeck_schema::sqlite::read(&connection).unwrap())
            }
            Self::Postgres(database) => {
                limbeck_schema::postgres::ddl(&mut database.connect(), "limbeck").unwrap()
            }
        };
        assert!(ddl.is_complete(), "{ddl}");
        ddl.to_string()
    }

    /// Every row without the ledger's.
    pub(crate) fn rows(&self) -> String {
        match self {
            Self::Sqlite { path, .. } => {
                testkit::sqlite_rows_dump(&rusqlite::Connection::open(path).unwrap())
            }
            Self::Postgres(database) => database.rows_dump(&["limbeck"]),
        }
    }

    /// Runs SQL past limbeck.
    pub(crate) fn execute(&self, sql: &str) {
        match self {
            Self::Sqlite { path, .. } => rusqlite::Connection::open(path)
                .unwrap()
                .execute_batch(sql)
                .unwrap(),
            Self::Postgres(database) => database.connect().batch_execute(sql).unwrap(),
        }
    }

    /// The first column of a query as text, row by row; null is empty.
    pub(crate) fn query(&self, sql: &str) -> Vec<String> {
        match self {
            Self::Sqlite { path, .. } => {
                let connection = rusqlite::Connection::open(path).unwrap();
                let mut statement = connection.prepare(sql).unwrap();
                let rows = statement
                    .query_map([], |row| {
                        row.get_ref(0).map(|value| match value {
                            rusqlite::types::ValueRef::Null => String::new(),
                            rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                            value => value.as_str().unwrap_or("?").to_owned(),
                        })
                    })
                    .unwrap();
                rows.collect::<Result<_, _>>().unwrap()
            }
            Self::Postgres(database) => {
                let messages = database.connect().simple_query(sql).unwrap();
                messages
                    .iter()
                    .filter_map(|message| match message {
                        postgres::SimpleQueryMessage::Row(row) => {
                            Some(row.get(0).unwrap_or_default().to_owned())
                        }
                        _ => None,
                    })
                    .collect()
            }
        }
    }

    /// A table of the ledger, as SQL names it.
    pub(crate) fn ledger(&self, table: &str) -> String {
        match self {
            Self::Sqlite { .. } => format!("limbeck_{table}"),
            Self::Postgres(_) => format!("limbeck.{table}"),
        }
    }

    /// The ids that the ledger says are applied, sorted.
    pub(crate) fn applied(&self) -> Vec<String> {
        self.query(&format!(
            "SELECT id FROM {} ORDER BY id",
            self.ledger("revision")
        ))
    }

    /// Upgrades or fails the test.
    pub(crate) fn upgrade(&self, history: &'static History, target: &str) -> limbeck::Report {
        Migrator::new(history)
            .upgrade(&self.url(), target)
            .unwrap_or_else(|error| panic!("{}", full(&error)))
    }

    /// Downgrades or fails the test.
    pub(crate) fn downgrade(&self, history: &'static History, target: &str) -> limbeck::Report {
        Migrator::new(history)
            .downgrade(&self.url(), target)
            .unwrap_or_else(|error| panic!("{}", full(&error)))
    }
}

/// An error with its cause.
pub(crate) fn full(error: &limbeck::Error) -> String {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
    format!("{error}{}", cause.unwrap_or_default())
}
