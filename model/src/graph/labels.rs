//! Which branches a revision is on.

use super::Graph;

impl<'a> Graph<'a> {
    /// The labels of every revision, each list sorted.
    ///
    /// A label belongs to the revision that declares it and to all its descendants by parent. It
    /// belongs to ancestors too, but only while everything from the tip down is a plain chain: it
    /// stops at a revision that more than one other needs, or that has more than one parent.
    pub fn branch_labels(&self) -> Vec<Vec<&'a str>> {
        let mut labels: Vec<Vec<&'a str>> = vec![Vec::new(); self.len()];
        for at in 0..self.len() {
            let node = &self.nodes[at];
            labels[at].extend(&node.labels);
            labels[at].sort_unstable();
            labels[at].dedup();
            for &child in &node.children {
                let inherited = labels[at].clone();
                labels[child].extend(inherited);
            }
        }
        for owner in (0..self.len()).filter(|&at| !self.nodes[at].labels.is_empty()) {
            for below in self.chain_below(owner) {
                labels[below].extend(&self.nodes[owner].labels);
                labels[below].sort_unstable();
                labels[below].dedup();
            }
        }
        labels
    }

    /// The ancestors that share the labels of `owner`.
    fn chain_below(&self, owner: usize) -> Vec<usize> {
        let mut tip = owner;
        while self.is_plain(tip) {
            match self.nodes[tip].children.first() {
                Some(&child) => tip = child,
                None => break,
            }
        }
        let mut chain = Vec::new();
        let mut at = tip;
        while self.is_plain(at) {
            if at < owner {
                chain.push(at);
            }
            match self.nodes[at].parents.first() {
                Some(&parent) => at = parent,
                None => break,
            }
        }
        chain
    }

    fn is_plain(&self, at: usize) -> bool {
        let node = &self.nodes[at];
        node.needed_by().count() <= 1 && node.parents.len() <= 1
    }
}
