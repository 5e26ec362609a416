//! What is compared.

use crate::history::Dialect;

/// A program that is built and run; its source stands in `tools/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tool {
    /// No tool: the SQL alone.
    Raw,
    Limbeck,
    Refinery,
    Sqlx,
    Diesel,
    RusqliteMigration,
}

impl Tool {
    /// Those that migrate, limbeck first.
    pub(crate) const MIGRATING: [Self; 5] = [
        Self::Limbeck,
        Self::Refinery,
        Self::Sqlx,
        Self::Diesel,
        Self::RusqliteMigration,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Limbeck => "limbeck",
            Self::Refinery => "refinery",
            Self::Sqlx => "sqlx",
            Self::Diesel => "diesel",
            Self::RusqliteMigration => "rusqlite_migration",
        }
    }

    /// The package whose version the results name.
    pub(crate) const fn package(self) -> &'static str {
        match self {
            Self::Raw => "rusqlite",
            Self::Limbeck => "limbeck",
            Self::Refinery => "refinery",
            Self::Sqlx => "sqlx",
            Self::Diesel => "diesel_migrations",
            Self::RusqliteMigration => "rusqlite_migration",
        }
    }

    pub(crate) const fn supports(self, dialect: Dialect) -> bool {
        !matches!(
            (self, dialect),
            (Self::RusqliteMigration, Dialect::Postgres)
        )
    }

    /// Whether the files that take revisions back are compiled in too.
    pub(crate) const fn embeds_downs(self) -> bool {
        !matches!(self, Self::Refinery | Self::Raw)
    }

    /// Those that migrate this kind of database.
    pub(crate) fn migrating(dialect: Dialect) -> impl Iterator<Item = Self> {
        Self::MIGRATING
            .into_iter()
            .filter(move |tool| tool.supports(dialect))
    }
}
