//! Looks after a run while its thread waits for the database: tells that it is alive, what its statement
//! waits for and how far it has come, and keeps its claim on a script from running out.
//!
//! The run says on a desk what it does; a thread reads it there and tells the observer. On PostgreSQL a
//! second thread looks at the running session through a connection of its own, but only once a statement
//! takes longer than a moment. Neither decides anything for the run, nor can fail it.

mod choice;
mod desk;
mod heart;
mod lookout;
mod meter;
mod spawn;
mod watcher;

pub use choice::Watcher;
pub(crate) use desk::{Busy, Desk};
pub(crate) use heart::Heart;
pub(crate) use lookout::{Counter, Lookout, Reading, Sighting};
