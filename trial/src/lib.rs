//! Histories for tests and for the simulation: real files through the real compiler, with the table built
//! in memory instead of being emitted and compiled by rustc.
//!
//! Never published. What is wrong with such a history is the mistake of whoever wrote the test, and panics.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot write its history has failed, and must say so"
)]

mod history;

pub use history::{compile, compile_edited, compile_version, revision, with_extensions};
