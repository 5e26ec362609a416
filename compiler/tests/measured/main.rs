//! What is said of statements that depend on a transaction, held against the databases themselves: each
//! statement runs inside of a transaction and outside of one.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod postgres;
mod sqlite;
mod support;
