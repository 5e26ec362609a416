//! The edits of a ledger, as SQL.

mod common;
mod edit;
mod postgres;
mod sqlite;

pub(crate) use edit::{Edit, Fate, edits};
