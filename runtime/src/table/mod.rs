//! The revision table: what the compiler packs and `migrations!()` returns.
//!
//! What every start needs is static data: nothing of it is parsed, hashed, sorted or allocated. The revisions
//! are bytes, which are unpacked once, when the first of them is asked for.
//! The fields are public for the emitted code alone; programs use the methods.

mod history;
mod revision;
mod revisions;
mod unpack;

pub use history::{EMPTY, History, assert_format};
pub use revision::{Fingerprint, Recovery, Revision, Script, Side, Statement};
pub use revisions::Revisions;
