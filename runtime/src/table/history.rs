//! A history: what every start needs, and beside it the revisions.

use limbeck_model::Dialect;
use limbeck_model::checksum::Digest;
use limbeck_model::packed::FORMAT;

use super::{Revision, Revisions};
use crate::error::{Error, ErrorKind};

/// Fails the build when the table was emitted by another version of `limbeck-compiler`.
///
/// # Panics
///
/// At compile time, when `format` is another version than this crate's.
pub const fn assert_format(format: u32) {
    assert!(
        format == FORMAT,
        "`limbeck` and `limbeck-compiler` differ in version: give both the same version in Cargo.toml"
    );
}

/// All revisions of one migrations directory, in the order in which they are applied.
///
/// Made by [`migrations!`](crate::migrations) alone.
#[derive(Debug)]
pub struct History {
    #[doc(hidden)]
    pub name: &'static str,
    #[doc(hidden)]
    pub package: &'static str,
    #[doc(hidden)]
    pub length: usize,
    /// How many heads the graph has, dependencies considered.
    #[doc(hidden)]
    pub heads: usize,
    /// The extensions of PostgreSQL that a database has before the first revision.
    #[doc(hidden)]
    pub extensions: &'static [&'static str],
    #[doc(hidden)]
    pub revisions: Revisions,
    #[doc(hidden)]
    pub sqlite: Option<Digest>,
    #[doc(hidden)]
    pub postgres: Option<Digest>,
}

/// What `migrations!()` gives where there is an error instead of a table.
#[doc(hidden)]
pub static EMPTY: History = History {
    name: "",
    package: "",
    length: 0,
    heads: 0,
    extensions: &[],
    revisions: Revisions::none(),
    sqlite: None,
    postgres: None,
};

impl History {
    /// The name under which databases record this history.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// How many revisions there are.
    pub const fn len(&self) -> usize {
        self.length
    }

    /// Whether there is no revision at all.
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Whether the history is written for this dialect.
    pub const fn supports(&self, dialect: Dialect) -> bool {
        self.complete_state(dialect).is_some()
    }

    /// The digest of a database to which every revision was applied.
    pub(crate) const fn complete_state(&self, dialect: Dialect) -> Option<Digest> {
        match dialect {
            Dialect::Sqlite => self.sqlite,
            Dialect::Postgres => self.postgres,
        }
    }

    /// The revisions, in the order of application.
    ///
    /// # Errors
    ///
    /// When the bytes are not what the compiler has written.
    #[doc(hidden)]
    pub fn revisions(&self) -> Result<&'static [Revision], Error> {
        let unreadable = |reason| {
            let message = format!(
                "the revisions of the history `{}` cannot be read from this program",
                self.name
            );
            Error::new(ErrorKind::History, message)
                .because(reason)
                .help_with("run `cargo clean` where the program is built, and build it again")
        };
        self.revisions.get(self.length).map_err(unreadable)
    }
}

/// So that `Migrator::with` takes `&auth::HISTORY` as well as `auth::HISTORY`.
impl From<&&'static History> for &'static History {
    fn from(history: &&'static History) -> Self {
        history
    }
}
