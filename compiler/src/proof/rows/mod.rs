//! Rows for the tables of a proof: which values to try, and in which order.
//!
//! Nothing here knows a database. A table is described as data, a planner says which row to try next, and
//! [`fill`] asks a [`Target`] to try it. The database alone decides what its constraints permit.

mod choices;
mod fill;
mod literals;
mod pattern;
mod planner;
mod sample;
mod shape;
mod value;

#[cfg(test)]
mod tests;

pub use fill::{Rejection, Target, fill};
pub use literals::columns_in;
pub use pattern::Pattern;
pub use planner::Planner;
pub use shape::{ColumnShape, Reference, TableShape, ValueKind};
pub use value::Value;
