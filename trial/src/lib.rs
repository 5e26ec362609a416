//! Histories for tests and for the simulation: real files through the real compiler, with the revisions packed
//! and unpacked as in any program; only what is around them is built in memory instead of being compiled by rustc.
//!
//! Never published. What is wrong with such a history is the mistake of whoever wrote the test, and panics.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot write its history has failed, and must say so"
)]

mod history;

pub use history::{
    compile, compile_edited, compile_version, history_of, revision, with_extensions,
    with_unreadable_revisions,
};
