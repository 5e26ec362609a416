//! How two schemas differ: as data, in words, and as the statement that would mend it.

mod clause;
mod difference;
mod mend;
mod words;

#[cfg(feature = "sqlite")]
pub(crate) use difference::{COLUMNS, split_order};
pub use difference::{Change, diff};
