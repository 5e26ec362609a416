//! Downgrades: all that stands above a target and is applied.

use std::collections::BTreeSet;

use crate::Direction;
use crate::graph::Graph;
use crate::target::{Point, Step, Target, TargetError, Walk};

/// The revisions to take back, descending, so that nothing above `target` is applied.
///
/// All that needs a revision that is taken back goes too; what that one needed itself stays.
///
/// # Errors
/// If the target names nothing, or too much, or a relative step leads nowhere; and if there is
/// nothing to take back and the target itself is not applied.
pub fn downgrade(
    graph: &Graph<'_>,
    applied: &BTreeSet<usize>,
    target: &str,
) -> Result<Vec<usize>, TargetError> {
    let target = Target::parse(graph, target)?;
    let walk = Walk {
        graph,
        target: &target,
    };
    let removed = match (target.point, target.step) {
        (Some(point), None) => {
            let goals = point.revisions(graph, &target)?;
            match (point, goals.as_slice()) {
                (Point::Heads, [_, _, ..]) if one_history(graph, &goals) => {
                    return Err(TargetError::SeveralHeads {
                        target: target.text.to_owned(),
                        heads: goals.iter().map(|&at| graph.name(at)).collect(),
                        all: None,
                    });
                }
                (Point::Base, _) => to_base(graph, applied, &target),
                (_, goals) => to_revisions(graph, applied, &target, goals)?,
            }
        }
        (Some(point), Some(step)) => match walk.step_from(point, step)? {
            Some(goal) => to_revisions(graph, applied, &target, &[goal])?,
            None => to_base(graph, applied, &target),
        },
        (None, Some(Step::Down(count))) => from_applied(&walk, applied, count)?,
        (None, _) => {
            return Err(TargetError::WrongDirection {
                target: target.text.to_owned(),
                direction: Direction::Down,
            });
        }
    };
    Ok(removed.into_iter().rev().collect())
}

fn one_history(graph: &Graph<'_>, goals: &[usize]) -> bool {
    let history = |at: &usize| graph.nodes()[*at].history;
    goals
        .windows(2)
        .any(|pair| history(&pair[0]) == history(&pair[1]))
}

/// What goes on the way to base: all, or the named history or branch and what needs them.
fn to_base(graph: &Graph<'_>, applied: &BTreeSet<usize>, target: &Target<'_>) -> BTreeSet<usize> {
    let in_history = |at: &usize| {
        target
            .history
            .is_none_or(|history| graph.nodes()[*at].history == history)
    };
    let bases = graph
        .bases()
        .into_iter()
        .filter(|at| target.on_branch(*at) && in_history(at));
    &graph.descendants(bases) & applied
}

/// What goes on the way to revisions: their children, those on the named branch, and what needs them.
fn to_revisions(
    graph: &Graph<'_>,
    applied: &BTreeSet<usize>,
    target: &Target<'_>,
    goals: &[usize],
) -> Result<BTreeSet<usize>, TargetError> {
    let children = goals
        .iter()
        .flat_map(|&goal| &graph.nodes()[goal].children)
        .copied();
    let removed = &graph.descendants(children.filter(|&child| target.on_branch(child))) & applied;
    let missing: Vec<_> = goals
        .iter()
        .filter(|goal| !applied.contains(goal))
        .collect();
    if removed.is_empty() && !missing.is_empty() {
        return Err(TargetError::NotApplied {
            target: target.text.to_owned(),
            revisions: missing.into_iter().map(|&goal| graph.name(goal)).collect(),
        });
    }
    Ok(removed)
}

/// What goes with so many steps down from what is applied: the last revision of the walk, all above
/// it, and nothing of other branches that fork off below. From several applied heads every walk has
/// to take back the same.
fn from_applied(
    walk: &Walk<'_, '_>,
    applied: &BTreeSet<usize>,
    count: u64,
) -> Result<BTreeSet<usize>, TargetError> {
    let graph = walk.graph;
    let starts = walk.starts(applied, Direction::Down)?;
    let removed_from = |start: usize| -> Result<BTreeSet<usize>, TargetError> {
        Ok(&graph.descendants([walk.down(start, count)?.left]) & applied)
    };
    match (starts.as_slice(), &walk.target.branch) {
        ([], branch) => Err(TargetError::NothingApplied {
            target: walk.target.text.to_owned(),
            branch: branch.as_ref().map(|branch| branch.name.clone()),
        }),
        ([only], _) => removed_from(*only),
        ([first, others @ ..], _) => {
            let removed = removed_from(*first).map_err(|_| walk.several_starts(&starts))?;
            let same = |&start: &usize| removed_from(start).is_ok_and(|other| other == removed);
            if others.iter().all(same) {
                Ok(removed)
            } else {
                Err(walk.several_starts(&starts))
            }
        }
    }
}
