//! A store for agents' memory. Of the store itself only what concerns its database is here: it is the
//! reference deployment of limbeck, and exactly what a user writes.

/// The store's migrations, compiled in.
pub static HISTORY: &limbeck::History = limbeck::migrations!();

/// The README's code, compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
