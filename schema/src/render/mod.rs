//! A schema as SQL text: statements that make it in an empty database, in an order in which each
//! comes after all that it needs.
//!
//! The text is the same however the schema came about, and made for reading: a column a line, and a
//! blank line between objects. What no statement can make, or not everybody's, is a comment there.

mod ddl;
#[cfg(feature = "postgres")]
pub(crate) mod item;
#[cfg(feature = "postgres")]
mod order;

pub use ddl::{Block, Ddl};
#[cfg(feature = "postgres")]
pub(crate) use order::in_order;
