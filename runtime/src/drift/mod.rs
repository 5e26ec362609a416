//! Whether a database has the schema that its revisions make, and in words what is otherwise.
//!
//! What was proved is held against what is there by fingerprints. Where these differ, or there is none, the
//! revisions are run again on an empty database beside it, and the two schemas are compared.

mod cluster;
mod compare;
mod comparison;
mod expected;
mod foreign;
mod verify;

pub(crate) use compare::{Comparing, Replays};
pub use comparison::{Comparison, Difference, Drift, Evidence, Reason};
pub use verify::Verification;
