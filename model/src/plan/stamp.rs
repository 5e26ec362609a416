//! Stamps: a state is written down without running anything.

use std::collections::BTreeSet;

use crate::graph::Graph;
use crate::target::{Point, Target, TargetError};

/// What a stamp changes in the ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// Revisions to be recorded as applied, ascending.
    pub add: Vec<usize>,
    /// Revisions to be forgotten, descending.
    pub remove: Vec<usize>,
}

/// The changes that make the targets the applied heads, in place of what stood on their lines.
///
/// Each applied head above or below a target gives way to it, with all that was applied only for
/// that head. Heads elsewhere stay, unless `purge` forgets all that was applied first. `base` makes
/// all give way, or what is on its branch or in its history, and puts nothing in their place.
///
/// Of histories that no target names, only that is forgotten which cannot be without what is.
///
/// # Errors
/// If a target names nothing, or too much, or is a relative step; or if there is none.
pub fn stamp(
    graph: &Graph<'_>,
    applied: &BTreeSet<usize>,
    targets: &[&str],
    purge: bool,
) -> Result<Stamp, TargetError> {
    if targets.is_empty() {
        return Err(TargetError::Empty);
    }
    let mut wanted = Wanted::default();
    for target in targets {
        wanted.add(graph, &Target::parse(graph, target)?)?;
    }
    let state = if purge {
        graph.ancestors(wanted.goals)
    } else {
        wanted.state(graph, applied)
    };
    Ok(Stamp {
        add: state.difference(applied).copied().collect(),
        remove: applied
            .iter()
            .rev()
            .copied()
            .filter(|at| !state.contains(at))
            .collect(),
    })
}

/// What the targets of a stamp ask for together.
#[derive(Default)]
struct Wanted<'a> {
    /// The revisions to be applied heads.
    goals: BTreeSet<usize>,
    /// What gives way: all above and below the goals, and what `base` is to empty.
    lines: BTreeSet<usize>,
    /// The histories that the targets are about.
    histories: BTreeSet<&'a str>,
}

impl<'a> Wanted<'a> {
    fn add(&mut self, graph: &Graph<'a>, target: &Target<'_>) -> Result<(), TargetError> {
        let (Some(point), None) = (target.point, target.step) else {
            return Err(TargetError::StepNotAllowed {
                target: target.text.to_owned(),
            });
        };
        let revisions = point.revisions(graph, target)?;
        let nodes = graph.nodes();
        let on_line: Vec<usize> = match (point, &target.branch) {
            (Point::Base, Some(branch)) => vec![branch.through],
            (Point::Base, None) => {
                let meant =
                    |at: &usize| target.history.is_none_or(|name| nodes[*at].history == name);
                (0..nodes.len()).filter(meant).collect()
            }
            _ => revisions.clone(),
        };
        self.histories
            .extend(on_line.iter().map(|&at| nodes[at].history));
        self.lines
            .append(&mut graph.ancestors(on_line.iter().copied()));
        self.lines.append(&mut graph.descendants(on_line));
        self.goals.extend(revisions);
        Ok(())
    }

    /// What is applied after the stamp: the goals, the heads that stay, and all these need.
    fn state(self, graph: &Graph<'_>, applied: &BTreeSet<usize>) -> BTreeSet<usize> {
        let history = |at: &usize| graph.nodes().get(*at).map(|node| node.history);
        let about = |at: &usize| history(at).is_some_and(|name| self.histories.contains(name));
        let stays = |at: &usize| about(at) && !self.lines.contains(at);
        let heads = graph.tips(applied).into_iter().filter(stays);
        let state = graph.ancestors(heads.chain(self.goals.iter().copied()));

        let forgotten = applied.difference(&state).copied().filter(about);
        let lost = graph.descendants(forgotten);
        let elsewhere = applied
            .iter()
            .copied()
            .filter(|at| !about(at) && !lost.contains(at));
        &state | &elsewhere.collect()
    }
}
