//! `ci`: all that CI runs, in order, up to the first failure.
//!
//! It needs a Rust toolchain, and apt where PostgreSQL is missing. There is no C compiler to look for:
//! without one cargo could not have linked this program.

mod install;
mod run;
mod steps;
mod tally;

pub(crate) use run::run;
