//! The ledger: limbeck's own tables in the user's database, as data and as SQL text.
//!
//! This module knows no driver. What a run executes and what `sql` prints is the same text.

mod applied;
mod behind;
mod contents;
mod progress;
mod record;
mod renew;
mod sql;
mod tenant;
mod upgrade;

pub(crate) use contents::{Contents, Detail, Progress, ProgressState, StateRow, VERSION};
pub(crate) use progress::{LEASE_S, OFFLINE};
pub(crate) use record::{Applied, Claim, Guard, Journal, Record};
pub(crate) use sql::Ledger;
#[cfg(feature = "postgres")]
pub(crate) use sql::{BUSY, MOVED};
pub(crate) use tenant::{NO_SCHEMA, Tenant};
