//! The static revision table: what the compiler emits and `migrations!()` returns.
//!
//! Everything is data in the binary. Nothing here is parsed, hashed, sorted or allocated at start.
//! The fields are public for the emitted code alone; programs use the methods.

use limbeck_model::Dialect;
use limbeck_model::checksum::Digest;

/// The version of this table's layout. The emitted code checks it at compile time.
pub(crate) const FORMAT: u32 = 3;

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
    pub chunks: &'static [Chunk],
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
    chunks: &[],
    sqlite: None,
    postgres: None,
};

/// How many revisions every chunk but the last holds.
#[doc(hidden)]
pub(crate) const CHUNK_LENGTH: usize = 256;

/// A stretch of the table. One array of 10 000 revisions costs rustc far more time than forty of 256.
#[doc(hidden)]
#[derive(Debug)]
pub struct Chunk {
    pub revisions: &'static [Revision],
    pub statements: &'static [Statement],
    /// The fingerprints of the schemas that its revisions were proved to leave: for each one twelve bytes,
    /// the revision's place in the chunk, the dialect's first letter, two bytes of the engine's version and
    /// the first eight of the digest.
    pub fingerprints: &'static [u8],
}

/// One revision as the table holds it.
#[doc(hidden)]
#[derive(Debug)]
pub struct Revision {
    pub id: &'static str,
    pub file: &'static str,
    pub message: &'static str,
    pub created: &'static str,
    pub parents: &'static [u32],
    pub dependencies: &'static [u32],
    pub foreign: &'static [(&'static str, &'static str)],
    pub labels: &'static [&'static str],
    pub irreversible: Option<&'static str>,
    pub breaking: Option<&'static str>,
    pub sqlite: Option<Side>,
    pub postgres: Option<Side>,
}

/// What a revision is in one dialect.
#[doc(hidden)]
#[derive(Debug)]
pub struct Side {
    pub skip: Option<&'static str>,
    pub checksum: Digest,
    /// Checksums of what it was before, that count as the same.
    pub accepted: &'static [Digest],
    pub lineage: Digest,
    pub up: Script,
    pub down: Script,
}

/// One direction of one revision in one dialect; its statements are a range of its chunk's.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Script {
    pub transactional: bool,
    pub lock_timeout_ms: Option<u64>,
    pub statement_timeout_ms: Option<u64>,
    pub first: u32,
    pub count: u32,
    /// How each statement is recovered, where the script runs outside a transaction.
    pub recoveries: &'static [Recovery],
}

/// What the next start does about a statement outside a transaction that may have happened, or a half of
/// it.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// Nothing: it is one transaction with its record.
    Together,
    /// It sets something of the session, and is run again in every session that goes on with the script.
    Session,
    /// It is run again.
    Repeat,
    /// This query of one boolean tells whether it has happened.
    Verify(&'static str),
    /// It has happened if this query has an answer that it had not before.
    Creates(&'static str),
    /// It has happened if this query has lost the answer that it had before.
    Drops(&'static str),
    /// `CREATE INDEX CONCURRENTLY`: the table as it is written, the name as the catalogue has it.
    CreatesIndex {
        table: &'static str,
        name: &'static str,
    },
    /// `REINDEX INDEX CONCURRENTLY`, with the name as it is written.
    ReindexesIndex(&'static str),
    /// `REINDEX … CONCURRENTLY` of the tables that this query names.
    ReindexesTables(&'static str),
    /// `ALTER TABLE … DETACH PARTITION … CONCURRENTLY`, with the names as they are written.
    Detaches {
        table: &'static str,
        partition: &'static str,
    },
}

/// The script that most are: one transaction without timeouts.
#[doc(hidden)]
pub const fn plain(first: u32, count: u32) -> Script {
    Script {
        transactional: true,
        lock_timeout_ms: None,
        statement_timeout_ms: None,
        first,
        count,
        recoveries: &[],
    }
}

/// What the emitted code leaves out of a revision.
#[doc(hidden)]
pub const REVISION: Revision = Revision {
    id: "",
    file: "",
    message: "",
    created: "",
    parents: &[],
    dependencies: &[],
    foreign: &[],
    labels: &[],
    irreversible: None,
    breaking: None,
    sqlite: None,
    postgres: None,
};

/// What the emitted code leaves out of a side.
#[doc(hidden)]
pub const SIDE: Side = Side {
    skip: None,
    checksum: Digest::from_bytes([0; 32]),
    accepted: &[],
    lineage: Digest::from_bytes([0; 32]),
    up: plain(0, 0),
    down: plain(0, 0),
};

/// One SQL statement and where it stands in its file (counted from 1, columns in characters).
#[doc(hidden)]
#[derive(Debug)]
pub struct Statement {
    pub sql: &'static str,
    pub line: u32,
    pub column: u32,
}

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

    /// The revisions with the chunks that hold their statements, in the order of application.
    pub(crate) fn revisions(&self) -> impl Iterator<Item = (&'static Chunk, &'static Revision)> {
        self.chunks.iter().flat_map(|chunk| {
            chunk
                .revisions
                .iter()
                .map(move |revision| (chunk, revision))
        })
    }

    /// The revision at an index of this table, as parents and dependencies are given.
    pub(crate) fn revision(&self, index: u32) -> Option<&'static Revision> {
        let index = index as usize;
        self.chunks
            .get(index / CHUNK_LENGTH)?
            .revisions
            .get(index % CHUNK_LENGTH)
    }
}

impl Revision {
    pub(crate) const fn side(&self, dialect: Dialect) -> Option<&Side> {
        match dialect {
            Dialect::Sqlite => self.sqlite.as_ref(),
            Dialect::Postgres => self.postgres.as_ref(),
        }
    }
}

impl Chunk {
    pub(crate) fn statements(&self, script: Script) -> &'static [Statement] {
        let first = script.first as usize;
        self.statements
            .get(first..first + script.count as usize)
            .unwrap_or_default()
    }
}

/// So that `Migrator::with` takes `&auth::HISTORY` as well as `auth::HISTORY`.
impl From<&&'static History> for &'static History {
    fn from(history: &&'static History) -> Self {
        history
    }
}
