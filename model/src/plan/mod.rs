//! Plans: which revisions a command runs, given what is applied and a target.
//!
//! What is applied is a set of places in the graph that has, with each revision, all that it needs
//! ([`Graph::check_closed`](crate::graph::Graph::check_closed)); every plan keeps it so.

mod downgrade;
mod stamp;
mod upgrade;

pub use downgrade::downgrade;
pub use stamp::{Stamp, stamp};
pub use upgrade::upgrade;

use std::collections::BTreeSet;

use crate::graph::Graph;

/// The applied revisions that nothing applied needs: what stands for the whole state.
pub fn applied_heads(graph: &Graph<'_>, applied: &BTreeSet<usize>) -> Vec<usize> {
    graph.tips(applied)
}

#[cfg(test)]
mod tests;
