//! From declared revisions to a graph.

use std::collections::BTreeMap;

use super::check::{self, Names, Needs};
use super::{Declared, Graph, Node, Problem, cycle, order};

impl<'a> Graph<'a> {
    /// Checks the revisions and puts them in order. Their order within the slice does not matter.
    ///
    /// Several histories may be given together: ids and labels are unique within each, parents are
    /// of the same history, and dependencies may reach into any of them. Who has only one history at
    /// hand leaves out the dependencies that reach outside.
    ///
    /// # Errors
    /// All that is wrong, at once; among many cycles or many unknown names not every one is found or
    /// given a suggestion.
    pub fn build(declared: &[Declared<'a>]) -> Result<Self, Vec<Problem>> {
        let names = Names::new(declared);
        let ranks = order::ranks(declared);
        let mut problems = Vec::new();
        check::names(declared, &names, &mut problems);
        let needs = check::references(declared, &names, &mut problems);
        cycle::find(&needs, &ranks, &mut problems);
        if !problems.is_empty() {
            return Err(problems);
        }
        let order = order::topological(&needs, &ranks);
        Ok(Self::assemble(declared, &needs, &order))
    }

    fn assemble(declared: &[Declared<'a>], needs: &[Needs], order: &[usize]) -> Self {
        let mut position = vec![0; declared.len()];
        for (at, &revision) in order.iter().enumerate() {
            position[revision] = at;
        }
        let place = |needs: &[check::Need]| -> Vec<usize> {
            needs.iter().map(|need| position[need.revision]).collect()
        };
        let mut nodes: Vec<Node<'a>> = order
            .iter()
            .map(|&revision| Node {
                history: declared[revision].history,
                id: declared[revision].id,
                labels: declared[revision].labels.clone(),
                parents: place(&needs[revision].parents),
                dependencies: place(&needs[revision].dependencies),
                children: Vec::new(),
                dependents: Vec::new(),
                declared: revision,
            })
            .collect();
        let mut names: BTreeMap<&'a str, Vec<usize>> = BTreeMap::new();
        for at in 0..nodes.len() {
            for name in std::iter::once(nodes[at].id).chain(nodes[at].labels.clone()) {
                names.entry(name).or_default().push(at);
            }
            for parent in nodes[at].parents.clone() {
                nodes[parent].children.push(at);
            }
            for dependency in nodes[at].dependencies.clone() {
                nodes[dependency].dependents.push(at);
            }
        }
        let mut histories: Vec<&'a str> = nodes.iter().map(|node| node.history).collect();
        histories.sort_unstable();
        histories.dedup();
        Self {
            nodes,
            names,
            histories,
        }
    }
}
