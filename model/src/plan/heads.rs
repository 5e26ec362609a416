//! What stands for a whole state.

use std::collections::BTreeSet;

use crate::graph::Graph;

/// The applied revisions that nothing applied needs: what stands for the whole state.
pub fn applied_heads(graph: &Graph<'_>, applied: &BTreeSet<usize>) -> Vec<usize> {
    graph.tips(applied)
}
