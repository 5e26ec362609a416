//! The proof's SQLite: in memory, and followed change by change.
//!
//! A history of a thousand revisions is read a thousand times over if each proof reads the whole schema.
//! So SQLite's authorizer tells which tables a statement touches, and only these are read again.

mod build;
mod catalog;
mod database;
mod fill;
mod interface;
mod rows;
mod shape;
mod touched;
mod usable;

pub use build::{engine, prove_in_build, prove_unknown};
pub use database::{Image, Sqlite};
