//! One revision, as the rest of the runtime reads it.

use limbeck_model::Dialect;
use limbeck_model::checksum::Digest;

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
    /// The fingerprints of the schema that it was proved to leave.
    pub fingerprints: &'static [Fingerprint],
    pub up: Script,
    pub down: Script,
}

/// The beginning of a schema's fingerprint, and the first number of the version of the engine that it was
/// proved on. Nobody forges a schema by chance: 64 bits tell two apart.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    pub major: u16,
    pub schema: [u8; 8],
}

/// One direction of one revision in one dialect.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Script {
    pub transactional: bool,
    pub lock_timeout_ms: Option<u64>,
    pub statement_timeout_ms: Option<u64>,
    pub statements: &'static [Statement],
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

/// One SQL statement and where it stands in its file (counted from 1, columns in characters).
#[doc(hidden)]
#[derive(Debug)]
pub struct Statement {
    pub sql: &'static str,
    pub line: u32,
    pub column: u32,
}

impl Revision {
    pub(crate) const fn side(&self, dialect: Dialect) -> Option<&Side> {
        match dialect {
            Dialect::Sqlite => self.sqlite.as_ref(),
            Dialect::Postgres => self.postgres.as_ref(),
        }
    }
}
