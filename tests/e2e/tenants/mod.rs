//! A schema for each tenant of one database: the same history in all of them, and one ledger.

mod choosing;
mod failing;
mod running;
mod support;
mod together;
