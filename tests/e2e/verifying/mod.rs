//! A database whose schema is held against the revisions that are applied.

mod comparing;
mod servers;
mod support;
