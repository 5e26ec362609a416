//! The ledger: limbeck's own tables in the user's database, as data and as SQL text.
//!
//! This module knows no driver. What a run executes and what `sql` prints is the same text.

mod contents;
mod record;
mod sql;

pub(crate) use contents::{Contents, Progress, ProgressState, StateRow};
pub(crate) use record::{Applied, Claim, Guard, Journal, Record};
pub(crate) use sql::Ledger;
#[cfg(feature = "postgres")]
pub(crate) use sql::{BUSY, MOVED};

/// The version of the ledger's tables. A database with a higher one is left alone.
pub(crate) const VERSION: u32 = 1;
