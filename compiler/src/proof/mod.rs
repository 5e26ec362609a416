//! The proof that each revision of a history applies and reverses, by running it.

mod allowed;
mod apply;
mod attempt;
mod branches;
mod changes;
mod engine;
mod finding;
mod fresh;
mod hint;
mod losses;
mod lost;
mod origin;
mod place;
mod prover;
mod report;
pub mod rows;
mod set;
mod slips;
#[cfg(feature = "sqlite")]
pub mod sqlite;
mod swept;
mod verified;
mod walk;

pub use apply::apply;
pub use engine::{Difference, Engine, Failure, Fault, Row, Rows, Unusable};
pub use prover::{OnReached, Outcome, Start, prove};
pub use verified::Answer;
