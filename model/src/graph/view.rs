//! The graph itself and what can be asked of it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// A checked graph of revisions, of one history or of several together.
///
/// Revisions are numbered by their place in the order of all runs: whatever a revision needs has a
/// smaller number. A set of such numbers stands for what is applied to a database.
///
/// ```
/// use limbeck_model::graph::{Declared, Graph};
///
/// let revision = |id, parents| Declared {
///     history: "app",
///     id,
///     parents,
///     dependencies: vec![],
///     labels: vec![],
/// };
/// let graph = Graph::build(&[revision("b", vec!["a"]), revision("a", vec![])]).unwrap();
/// let ids: Vec<_> = graph.nodes().iter().map(|node| node.id).collect();
/// assert_eq!(ids, ["a", "b"]);
/// assert_eq!(graph.heads(), [1]);
/// ```
#[derive(Clone, Debug)]
pub struct Graph<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    /// Every id and label, and the revisions that have it: one in each history at most.
    pub(super) names: BTreeMap<&'a str, Vec<usize>>,
    pub(super) histories: Vec<&'a str>,
}

/// One revision of a graph. All lists of numbers hold places in the graph's order, each once.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Node<'a> {
    /// The name of its history.
    pub history: &'a str,
    /// Its id.
    pub id: &'a str,
    /// The labels that it declares itself.
    pub labels: Vec<&'a str>,
    /// Its parents, as declared.
    pub parents: Vec<usize>,
    /// Its dependencies, as declared, without those that are parents too.
    pub dependencies: Vec<usize>,
    /// The revisions that it is a parent of, ascending.
    pub children: Vec<usize>,
    /// The revisions that depend on it without being its children, ascending.
    pub dependents: Vec<usize>,
    /// Its index in the slice that the graph was built from.
    pub declared: usize,
}

impl Node<'_> {
    /// All that must be applied before it: its parents and its dependencies.
    pub fn needs(&self) -> impl Iterator<Item = usize> {
        self.parents.iter().chain(&self.dependencies).copied()
    }

    /// All that needs it: its children and its dependents.
    pub fn needed_by(&self) -> impl Iterator<Item = usize> {
        self.children.iter().chain(&self.dependents).copied()
    }
}

impl<'a> Graph<'a> {
    /// All revisions, in order.
    pub fn nodes(&self) -> &[Node<'a>] {
        &self.nodes
    }

    /// The number of revisions.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are no revisions.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The names of the histories that have revisions here, sorted.
    pub fn histories(&self) -> &[&'a str] {
        &self.histories
    }

    /// The place of a revision, by its history and its exact id.
    pub fn position_of(&self, history: &str, id: &str) -> Option<usize> {
        let has_id = |&at: &usize| self.nodes[at].history == history && self.nodes[at].id == id;
        self.names.get(id)?.iter().copied().find(has_id)
    }

    /// The revisions that have this exact id or label.
    pub(crate) fn named(&self, name: &str) -> &[usize] {
        self.names.get(name).map_or(&[], Vec::as_slice)
    }

    /// The ids and labels that start with `prefix`, and the revisions that have them.
    pub(crate) fn starting_with(&self, prefix: &str) -> impl Iterator<Item = (&'a str, usize)> {
        self.names
            .range::<str, _>((Bound::Included(prefix), Bound::Unbounded))
            .take_while(move |(name, _)| name.starts_with(prefix))
            .flat_map(|(name, places)| places.iter().map(|&at| (*name, at)))
    }

    /// How a revision is named to the user: by its id, and by its history too where there are
    /// several. Empty for a number that is no place in this graph.
    pub fn name(&self, at: usize) -> String {
        match self.nodes.get(at) {
            Some(node) if self.histories.len() > 1 => format!("{}:{}", node.history, node.id),
            Some(node) => node.id.to_owned(),
            None => String::new(),
        }
    }

    /// The revisions without children, even where others depend on them.
    pub fn heads(&self) -> Vec<usize> {
        self.positions(|node| node.children.is_empty())
    }

    /// The revisions that nothing needs.
    pub fn real_heads(&self) -> Vec<usize> {
        self.positions(|node| node.needed_by().next().is_none())
    }

    /// The revisions without parents, even where they depend on others.
    pub fn bases(&self) -> Vec<usize> {
        self.positions(|node| node.parents.is_empty())
    }

    /// The revisions that need nothing.
    pub fn real_bases(&self) -> Vec<usize> {
        self.positions(|node| node.needs().next().is_none())
    }

    fn positions(&self, of: impl Fn(&Node<'a>) -> bool) -> Vec<usize> {
        (0..self.len()).filter(|&at| of(&self.nodes[at])).collect()
    }

    /// The given revisions and all that they need, directly or not.
    pub fn ancestors(&self, of: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
        let mut marked = self.marks(of);
        for at in (0..self.len()).rev() {
            if marked[at] {
                self.nodes[at]
                    .needs()
                    .for_each(|needed| marked[needed] = true);
            }
        }
        places(&marked)
    }

    /// The given revisions and all that needs them, directly or not.
    pub fn descendants(&self, of: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
        let mut marked = self.marks(of);
        for at in 0..self.len() {
            if marked[at] {
                self.nodes[at]
                    .needed_by()
                    .for_each(|needing| marked[needing] = true);
            }
        }
        places(&marked)
    }

    /// The branch through a revision: itself, its parents and theirs, its children and theirs.
    pub fn lineage(&self, through: usize) -> BTreeSet<usize> {
        let mut below = self.marks([through]);
        for at in (0..self.len()).rev() {
            if below[at] {
                self.nodes[at]
                    .parents
                    .iter()
                    .for_each(|&parent| below[parent] = true);
            }
        }
        let mut above = self.marks([through]);
        for at in 0..self.len() {
            if above[at] {
                self.nodes[at]
                    .children
                    .iter()
                    .for_each(|&child| above[child] = true);
            }
        }
        &places(&below) | &places(&above)
    }

    /// Those of the given revisions that no other of them needs, directly or not, even through
    /// revisions that were not given.
    pub fn tips(&self, of: &BTreeSet<usize>) -> Vec<usize> {
        let mut needed = vec![false; self.len()];
        let mut tips = Vec::new();
        for at in (0..self.len()).rev() {
            let given = of.contains(&at);
            if given && !needed[at] {
                tips.push(at);
            }
            if given || needed[at] {
                self.nodes[at]
                    .needs()
                    .for_each(|below| needed[below] = true);
            }
        }
        tips.reverse();
        tips
    }

    /// What is missing from a set that should have all that its members need: pairs of a member and
    /// a revision that it needs directly. Empty for what limbeck itself has applied.
    pub fn check_closed(&self, applied: &BTreeSet<usize>) -> Vec<(usize, usize)> {
        let members = applied
            .iter()
            .filter_map(|&at| Some((at, self.nodes.get(at)?)));
        members
            .flat_map(|(at, node)| node.needs().map(move |needed| (at, needed)))
            .filter(|(_, needed)| !applied.contains(needed))
            .collect()
    }

    /// One mark a revision, set for the given ones. Numbers that are no place are left out.
    fn marks(&self, of: impl IntoIterator<Item = usize>) -> Vec<bool> {
        let mut marks = vec![false; self.len()];
        for at in of {
            if let Some(mark) = marks.get_mut(at) {
                *mark = true;
            }
        }
        marks
    }
}

fn places(marks: &[bool]) -> BTreeSet<usize> {
    (0..marks.len()).filter(|&at| marks[at]).collect()
}
