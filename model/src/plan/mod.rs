//! Plans: which revisions a command runs, given what is applied and a target.
//!
//! What is applied is a set of places in the graph that has, with each revision, all that it needs
//! ([`Graph::check_closed`](crate::graph::Graph::check_closed)); every plan keeps it so.

mod downgrade;
mod heads;
mod stamp;
mod upgrade;

pub use downgrade::downgrade;
pub use heads::applied_heads;
pub use stamp::{Stamp, stamp};
pub use upgrade::{required, upgrade};

#[cfg(test)]
mod tests;
