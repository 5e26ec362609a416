//! Non-transactional scripts: statement by statement, each journaled before it runs, or with its effect.
//!
//! A process that is gone leaves at most one statement of which nobody knows whether it has happened. How
//! that is found out was decided at build time, statement by statement; see [`crate::table::Recovery`].

mod claim;
mod decide;
mod look;
mod perform;
mod settle;
mod take_up;

pub(super) use claim::{claim, records};
pub(super) use look::{is_busy, leftovers_query};
pub(super) use perform::completion;
pub(super) use settle::{drop_index, finalize};
