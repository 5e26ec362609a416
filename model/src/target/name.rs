//! Ids, labels and the starts of them.

use std::collections::BTreeSet;

use super::TargetError;
use crate::graph::Graph;
use crate::suggest;

/// How many characters of an id or a label stand for the whole.
const MIN_PREFIX: usize = 4;

/// Where a name is looked up: in all histories or one, on all branches or one.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'s, 'a> {
    pub(crate) graph: &'s Graph<'a>,
    pub(crate) history: Option<&'s str>,
    pub(crate) branch: Option<&'s Branch>,
}

/// A branch that a target names.
#[derive(Clone, Debug)]
pub(crate) struct Branch {
    /// The revision that the branch goes through.
    pub(crate) through: usize,
    /// All revisions on it.
    pub(crate) members: BTreeSet<usize>,
    /// As the user wrote it.
    pub(crate) name: String,
}

impl Scope<'_, '_> {
    /// The revision with this id or label, or else the one whose id or label starts like this.
    pub(crate) fn find(&self, name: &str) -> Result<Option<usize>, TargetError> {
        match self.exact(name)? {
            Some(found) => Ok(Some(found)),
            None => self.prefix(name),
        }
    }

    /// The revision with exactly this id or label; `None` if there is none.
    pub(crate) fn exact(&self, name: &str) -> Result<Option<usize>, TargetError> {
        let found = self.graph.named(name).iter().copied();
        match self.in_history(found).as_slice() {
            [] => Ok(None),
            [only] => self.on_branch(*only).map(Some),
            several => Err(self.ambiguous(name, several)),
        }
    }

    /// The revision whose id or label starts like this; `None` if there is none.
    pub(crate) fn prefix(&self, start: &str) -> Result<Option<usize>, TargetError> {
        if start.chars().count() < MIN_PREFIX {
            return Ok(None);
        }
        let found = self.in_history(self.graph.starting_with(start).map(|(_, at)| at));
        let on_branch = |at: &usize| self.branch.is_none_or(|branch| branch.members.contains(at));
        let fitting: Vec<usize> = found.iter().copied().filter(on_branch).collect();
        match (fitting.as_slice(), found.as_slice()) {
            ([only], _) => Ok(Some(*only)),
            ([], []) => Ok(None),
            ([], [elsewhere, ..]) => self.on_branch(*elsewhere).map(Some),
            (several, _) => Err(self.ambiguous(start, several)),
        }
    }

    /// The error for a name that is nothing here, with what was probably meant.
    pub(crate) fn unknown(&self, name: &str) -> TargetError {
        let in_history = |at: usize| {
            let node = &self.graph.nodes()[at];
            self.history.is_none_or(|history| history == node.history)
        };
        let known = || {
            let named = self
                .graph
                .starting_with("")
                .filter(|&(_, at)| in_history(at));
            named.map(|(name, _)| name)
        };
        let too_short = !name.is_empty()
            && name.chars().count() < MIN_PREFIX
            && known().any(|longer| longer.starts_with(name));
        TargetError::Unknown {
            name: name.to_owned(),
            nearest: suggest::nearest(name, known()).map(str::to_owned),
            prefix_length: too_short.then_some(MIN_PREFIX),
        }
    }

    fn in_history(&self, found: impl Iterator<Item = usize>) -> Vec<usize> {
        let nodes = self.graph.nodes();
        let found: BTreeSet<usize> = found
            .filter(|&at| {
                self.history
                    .is_none_or(|history| history == nodes[at].history)
            })
            .collect();
        found.into_iter().collect()
    }

    fn on_branch(&self, found: usize) -> Result<usize, TargetError> {
        match self.branch {
            Some(branch) if !branch.members.contains(&found) => Err(TargetError::OutsideBranch {
                revision: self.graph.name(found),
                branch: branch.name.clone(),
            }),
            _ => Ok(found),
        }
    }

    fn ambiguous(&self, name: &str, found: &[usize]) -> TargetError {
        TargetError::Ambiguous {
            name: name.to_owned(),
            candidates: found.iter().map(|&at| self.graph.name(at)).collect(),
        }
    }
}
