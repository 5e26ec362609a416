//! From a target's fixed point to revisions.

use std::collections::BTreeSet;

use super::{Point, Target, TargetError};
use crate::graph::Graph;

/// The revisions that a target without a relative step names, in order: none for `base`, several for
/// `heads`, and one of each history for an unqualified `head`.
///
/// # Errors
/// If the target names nothing, or too much, or is relative to what is applied.
pub fn resolve(graph: &Graph<'_>, target: &str) -> Result<Vec<usize>, TargetError> {
    let target = Target::parse(graph, target)?;
    match target.point {
        Some(point) if target.step.is_none() => point.revisions(graph, &target),
        _ => Err(TargetError::StepNotAllowed {
            target: target.text.to_owned(),
        }),
    }
}

impl Point {
    /// The revisions at this point, on the target's branch or in its history where it names one.
    ///
    /// A head is a revision that no other of the branch, or of the history, needs. What other
    /// histories need does not count: the head of each is its own.
    pub(crate) fn revisions(
        self,
        graph: &Graph<'_>,
        target: &Target<'_>,
    ) -> Result<Vec<usize>, TargetError> {
        let (several_allowed, scopes) = match self {
            Self::Base => return Ok(Vec::new()),
            Self::Revision(at) => return Ok(vec![at]),
            Self::Head => (false, scopes(graph, target)),
            Self::Heads => (true, scopes(graph, target)),
        };
        let heads: Vec<Vec<usize>> = scopes.iter().map(|members| graph.tips(members)).collect();
        if !several_allowed && heads.iter().any(|heads| heads.len() > 1) {
            let several = heads.iter().filter(|heads| heads.len() > 1).flatten();
            return Err(TargetError::SeveralHeads {
                target: target.text.to_owned(),
                heads: several.map(|&at| graph.name(at)).collect(),
                all: target.step.is_none().then(|| format!("{}s", target.text)),
            });
        }
        let revisions: BTreeSet<usize> = heads.into_iter().flatten().collect();
        Ok(revisions.into_iter().collect())
    }
}

/// The sets of revisions whose heads are meant: one branch, or each history.
fn scopes(graph: &Graph<'_>, target: &Target<'_>) -> Vec<BTreeSet<usize>> {
    if let Some(branch) = &target.branch {
        return vec![branch.members.clone()];
    }
    let nodes = graph.nodes();
    let members = |history: &str| -> BTreeSet<usize> {
        (0..nodes.len())
            .filter(|&at| nodes[at].history == history)
            .collect()
    };
    match target.history {
        Some(history) => vec![members(history)],
        None => graph
            .histories()
            .iter()
            .map(|&history| members(history))
            .collect(),
    }
}
