//! The lock stage: `limbeck.lock`, which says what was released and what was proved about it, held
//! against the files as they are. Everything here is data to data; reading and writing the file is
//! others' business.

mod compare;
mod contents;
mod difference;
mod parse;
mod release;
mod render;
mod update;

pub use compare::{compare, removed};
pub use contents::{Accepted, Lock, Locked, LockedSide, NAME, Proof, Proved};
pub use parse::parse;
pub use release::{check_release, drafts, parsed, proved};
pub use update::{Refusal, accept, forget, lock_drafts, record_proofs};
