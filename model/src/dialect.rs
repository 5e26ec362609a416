//! The databases that a history can be written for.

use std::fmt;
use std::str::FromStr;

/// A kind of database, named as revision files name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dialect {
    /// SQLite, through rusqlite.
    Sqlite,
    /// PostgreSQL, through the postgres crate.
    Postgres,
}

impl Dialect {
    /// Every dialect, in the order in which they are reported.
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// The name that directives, settings and commands use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Dialect {
    type Err = UnknownDialect;

    fn from_str(name: &str) -> Result<Self, UnknownDialect> {
        Self::ALL
            .into_iter()
            .find(|dialect| dialect.name() == name)
            .ok_or(UnknownDialect)
    }
}

/// The name is neither `sqlite` nor `postgres`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownDialect;

impl fmt::Display for UnknownDialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown dialect, expected `sqlite` or `postgres`")
    }
}

impl std::error::Error for UnknownDialect {}
