//! The engine: reads where a database stands, has the model decide, and does it, step by step.
//!
//! It never writes without the lock, and trusts nothing that it read before it had it.

#[cfg(feature = "drift")]
mod after;
mod before;
mod change;
mod chart;
mod discrepancy;
mod fail;
mod foreign;
mod look;
mod offline;
mod position;
mod repair;
#[cfg(feature = "drift")]
mod replay;
mod retry;
mod run;
mod script;
mod sharing;
mod stamp;
mod tenant;
mod transaction;

pub(crate) use chart::Chart;
#[cfg(feature = "commands")]
pub(crate) use chart::Entry;
pub(crate) use look::{Look, Patience};
pub(crate) use offline::{Offline, offline};
pub(crate) use position::{Position, cannot_read};
pub(crate) use run::Run;
pub(crate) use tenant::is_missing;
