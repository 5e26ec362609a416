//! The real program, run in packages of its own.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod check;
mod explain;
mod lock;
mod merge;
mod merging;
mod place;
mod refused;
mod revision;
mod schema;
mod support;
mod together;
mod verify;
