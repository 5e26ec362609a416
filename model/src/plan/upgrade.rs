//! Upgrades: all that a target needs and that is not applied.

use std::collections::BTreeSet;

use crate::Direction;
use crate::graph::Graph;
use crate::target::{Step, Target, TargetError, Walk};

/// The revisions to run, ascending, so that `target` and all that it needs are applied.
///
/// Nothing is ever taken back: a target that is applied already is no error, and neither is `base`.
///
/// # Errors
/// If the target names nothing, or too much, or a relative step leads nowhere.
pub fn upgrade(
    graph: &Graph<'_>,
    applied: &BTreeSet<usize>,
    target: &str,
) -> Result<Vec<usize>, TargetError> {
    let target = Target::parse(graph, target)?;
    let goals = goals(graph, applied, &target)?;
    Ok(graph
        .ancestors(goals)
        .difference(applied)
        .copied()
        .collect())
}

/// All that a target needs, applied or not; `None` where the target is a step from whatever is applied, so
/// that it means something else as soon as it was reached.
///
/// # Errors
/// If the target names nothing, or too much.
pub fn required(graph: &Graph<'_>, target: &str) -> Result<Option<BTreeSet<usize>>, TargetError> {
    let target = Target::parse(graph, target)?;
    if target.point.is_none() {
        return Ok(None);
    }
    goals(graph, &BTreeSet::new(), &target).map(|goals| Some(graph.ancestors(goals)))
}

fn goals(
    graph: &Graph<'_>,
    applied: &BTreeSet<usize>,
    target: &Target<'_>,
) -> Result<Vec<usize>, TargetError> {
    let walk = Walk { graph, target };
    match (target.point, target.step) {
        (Some(point), None) => point.revisions(graph, target),
        (Some(point), Some(step)) => match walk.step_from(point, step)? {
            Some(goal) => Ok(vec![goal]),
            // An upgrade to below a base would be one to nothing.
            None => Err(walk.below_base(point, step)),
        },
        (None, Some(Step::Up(count))) => match walk.starts(applied, Direction::Up)?.as_slice() {
            [] => Ok(vec![walk.up(None, count)?]),
            [start] => Ok(vec![walk.up(Some(*start), count)?]),
            several => Err(walk.several_starts(several)),
        },
        (None, _) => Err(TargetError::WrongDirection {
            target: target.text.to_owned(),
            direction: Direction::Up,
        }),
    }
}
