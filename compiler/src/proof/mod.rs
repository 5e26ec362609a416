//! The proof that each revision of a history applies and reverses, by running it.

mod engine;

pub use engine::{Difference, Engine, Failure, Fault, Row, Rows, Unusable};
