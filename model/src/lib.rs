//! The decisions of limbeck, as pure data: what a revision is, how revisions form a graph, which of
//! them a target means, what has to run, and what is wrong with it.
//!
//! Nothing here does I/O or knows a clock, an environment or a thread. Build script, runtime and
//! command line all decide with this crate, so they cannot disagree.

pub mod checksum;
pub mod diagnostic;
pub mod graph;
pub mod packed;
pub mod plan;
pub mod recorded;
pub mod suggest;
pub mod target;

mod dialect;
mod direction;
mod text;

pub use dialect::{Dialect, UnknownDialect};
pub use direction::Direction;
