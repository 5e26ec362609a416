//! Targets: what `head`, `0335`, `billing@+1` or `auth:base` mean in a given graph.

mod display;
mod error;
mod name;
mod parse;
mod resolve;
mod walk;

pub use error::{Malformed, TargetError};
pub use resolve::resolve;

pub(crate) use parse::{Point, Step, Target};
pub(crate) use walk::Walk;

#[cfg(test)]
mod error_tests;
#[cfg(test)]
mod resolve_tests;
