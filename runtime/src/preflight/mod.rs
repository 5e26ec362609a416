//! What is looked at before anything is changed: whether this database can be migrated by this role, and what
//! a person should know before it is.
//!
//! A driver gathers facts, with one query on PostgreSQL; what they mean is decided here, as data.

mod facts;
mod file;
mod finding;
mod intent;
mod judge;
mod look;
mod server;

#[cfg(feature = "postgres")]
pub(crate) use facts::ExtensionFacts;
pub(crate) use facts::Facts;
#[cfg(feature = "sqlite")]
pub(crate) use facts::FileFacts;
#[cfg(any(feature = "postgres", feature = "drift"))]
pub(crate) use facts::ServerFacts;
pub use finding::{Check, Finding, Severity};
pub(crate) use intent::{Intent, extensions};
pub(crate) use judge::refusal;
#[cfg(feature = "drift")]
pub(crate) use look::missing;
pub(crate) use look::{NO_DATABASE_HELP, is_no_database, weigh};
