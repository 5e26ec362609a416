//! One edit of a ledger, and what an upgrade has to make of it.

use limbeck::{Dialect, ErrorKind};

use super::common::COMMON;
use super::postgres::POSTGRES;
use super::sqlite::SQLITE;

/// SQL that edits a ledger; `$state` stands for the table of that name.
#[derive(Clone, Copy)]
pub(crate) struct Edit {
    pub(crate) name: &'static str,
    sql: &'static str,
    pub(crate) fate: Fate,
    /// Whether `stamp --purge` mends it: not where the ledger's tables themselves are not what they were.
    pub(crate) has_way_out: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It changes nothing.
    Fine,
    /// It is refused, with one of these.
    Refused(&'static [ErrorKind]),
    /// It may be refused or mended.
    Any,
}

pub(super) const DIVERGED: Fate = Fate::Refused(&[ErrorKind::Diverged]);
pub(super) const EDITED: Fate = Fate::Refused(&[ErrorKind::Edited, ErrorKind::Diverged]);
pub(super) const UNREADABLE: Fate = Fate::Refused(&[ErrorKind::Database, ErrorKind::Diverged]);
pub(super) const LOCKED: Fate = Fate::Refused(&[ErrorKind::Locked]);
pub(super) const INTERRUPTED: Fate = Fate::Refused(&[ErrorKind::Interrupted, ErrorKind::Diverged]);

pub(super) const fn edit(name: &'static str, fate: Fate, sql: &'static str) -> Edit {
    Edit {
        name,
        sql,
        fate,
        has_way_out: true,
    }
}

pub(super) const fn broken(name: &'static str, fate: Fate, sql: &'static str) -> Edit {
    Edit {
        has_way_out: false,
        ..edit(name, fate, sql)
    }
}

impl Edit {
    /// The SQL for this kind of ledger.
    pub(crate) fn sql(&self, dialect: Dialect) -> String {
        let prefix = match dialect {
            Dialect::Sqlite => "limbeck_",
            Dialect::Postgres => "limbeck.",
        };
        ["revision", "state", "journal", "progress"]
            .iter()
            .fold(self.sql.to_owned(), |sql, table| {
                sql.replace(&format!("${table}"), &format!("{prefix}{table}"))
            })
    }
}

/// All edits of this kind of ledger.
pub(crate) fn edits(dialect: Dialect) -> Vec<Edit> {
    let own = match dialect {
        Dialect::Sqlite => SQLITE,
        Dialect::Postgres => POSTGRES,
    };
    COMMON.iter().chain(own).copied().collect()
}
