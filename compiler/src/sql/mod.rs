//! The SQL of each section, checked statement by statement in the dialect that runs it.
//!
//! What is certain from a statement's text is said here: whether it parses, whether it can run where it
//! stands, whether it is one at all. Nothing here knows a schema.

mod check;
mod client;
mod copy;
#[cfg(feature = "postgres")]
pub mod grammar;
mod inside;
mod outside;
mod pragma;
mod recovery;
#[cfg(feature = "postgres")]
mod repair;
mod subject;
#[cfg(feature = "postgres")]
mod syntax;
mod transaction;
mod verify;
mod words;

pub use check::{Checked, check};
pub use recovery::Recovery;
