//! Relative steps: from where they start, and where they lead.

use std::collections::BTreeSet;

use super::{Point, Step, Target, TargetError};
use crate::Direction;
use crate::graph::Graph;

/// The steps of one target through one graph.
pub(crate) struct Walk<'w, 'a> {
    pub(crate) graph: &'w Graph<'a>,
    pub(crate) target: &'w Target<'w>,
}

/// Where a walk down leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Landing {
    /// The revision that the walk stops at; `None` for below a base.
    pub(crate) at: Option<usize>,
    /// The last revision that the walk leaves behind.
    pub(crate) left: usize,
}

impl Walk<'_, '_> {
    /// The applied revisions that a step from what is applied starts at: the applied heads of the
    /// target's history, those on its branch where it names one.
    ///
    /// A branch without an applied head is begun at most, or applied only for what depends on it.
    /// Then a step up starts at its last applied revisions. So does a step down, except from where
    /// other applied branches fork off: it would take back theirs.
    pub(crate) fn starts(
        &self,
        applied: &BTreeSet<usize>,
        direction: Direction,
    ) -> Result<Vec<usize>, TargetError> {
        let Some(history) = self.target.scope_history(self.graph) else {
            return self.without_history();
        };
        let nodes = self.graph.nodes();
        let in_history = |at: &usize| nodes.get(*at).is_some_and(|node| node.history == history);
        let applied: BTreeSet<usize> = applied.iter().copied().filter(in_history).collect();
        let heads = self.graph.tips(&applied);
        let Some(branch) = &self.target.branch else {
            return Ok(heads);
        };
        let on_branch: Vec<usize> = heads
            .into_iter()
            .filter(|head| branch.members.contains(head))
            .collect();
        if !on_branch.is_empty() {
            return Ok(on_branch);
        }
        let childless = |at: &usize| {
            nodes[*at]
                .children
                .iter()
                .all(|child| !applied.contains(child))
        };
        let members = applied
            .iter()
            .copied()
            .filter(|at| branch.members.contains(at));
        let last = members.filter(|at| direction == Direction::Up || childless(at));
        Ok(self.graph.tips(&last.collect()))
    }

    /// A relative step without a history leads nowhere, unless there is no history at all.
    fn without_history(&self) -> Result<Vec<usize>, TargetError> {
        let histories = self.graph.histories();
        if histories.is_empty() {
            return Ok(Vec::new());
        }
        Err(TargetError::SeveralHistories {
            target: self.target.text.to_owned(),
            histories: histories
                .iter()
                .map(|&history| history.to_owned())
                .collect(),
        })
    }

    /// The revision that a step from a fixed point leads to; `None` for below a base.
    pub(crate) fn step_from(&self, point: Point, step: Step) -> Result<Option<usize>, TargetError> {
        match (self.start(point)?, step) {
            (start, Step::Up(0) | Step::Down(0)) => Ok(start),
            (start, Step::Up(count)) => self.up(start, count).map(Some),
            (Some(start), Step::Down(count)) => Ok(self.down(start, count)?.at),
            (None, Step::Down(count)) => Err(self.off_the_end(None, count, 0, Direction::Down)),
        }
    }

    /// The error for a walk from a fixed point to below a base, where a revision is needed.
    pub(crate) fn below_base(&self, point: Point, step: Step) -> TargetError {
        let asked = match step {
            Step::Up(count) | Step::Down(count) => count,
        };
        let start = self.start(point).unwrap_or_default();
        self.off_the_end(start, asked, asked.saturating_sub(1), Direction::Down)
    }

    /// The one revision at a fixed point; `None` for below all bases.
    fn start(&self, point: Point) -> Result<Option<usize>, TargetError> {
        let revisions = point.revisions(self.graph, self.target)?;
        match (point, revisions.as_slice()) {
            (Point::Base, _) | (_, []) => Ok(None),
            (_, [only]) => Ok(Some(*only)),
            (_, several) => Err(TargetError::SeveralHeads {
                target: self.target.text.to_owned(),
                heads: several.iter().map(|&at| self.graph.name(at)).collect(),
                all: None,
            }),
        }
    }

    /// The revision so many steps above `start`, or above base, along the target's branch.
    pub(crate) fn up(&self, start: Option<usize>, count: u64) -> Result<usize, TargetError> {
        let mut at = start;
        for taken in 0..count {
            let next = match at {
                Some(at) => self.graph.nodes()[at].children.clone(),
                None => self.bases()?,
            };
            let next = next.into_iter().filter(|&at| self.target.on_branch(at));
            match next.collect::<Vec<_>>().as_slice() {
                [] => return Err(self.off_the_end(start, count, taken, Direction::Up)),
                [only] => at = Some(*only),
                several => return Err(self.fork(at, taken, several, Direction::Up)),
            }
        }
        at.ok_or_else(|| self.off_the_end(start, count, 0, Direction::Up))
    }

    /// Where so many steps down from `start` lead. Below a base comes one more step, to no revision.
    pub(crate) fn down(&self, start: usize, count: u64) -> Result<Landing, TargetError> {
        let mut landing = Landing {
            at: Some(start),
            left: start,
        };
        for taken in 0..count {
            let Some(at) = landing.at else {
                return Err(self.off_the_end(Some(start), count, taken, Direction::Down));
            };
            landing = match self.graph.nodes()[at].parents.as_slice() {
                [] => Landing { at: None, left: at },
                [only] => Landing {
                    at: Some(*only),
                    left: at,
                },
                several => return Err(self.fork(Some(at), taken, several, Direction::Down)),
            };
        }
        Ok(landing)
    }

    /// The error for a walk that ends too early.
    pub(crate) fn off_the_end(
        &self,
        start: Option<usize>,
        asked: u64,
        available: u64,
        direction: Direction,
    ) -> TargetError {
        TargetError::OffTheEnd {
            target: self.target.text.to_owned(),
            start: start.map(|at| self.graph.name(at)),
            asked,
            available,
            direction,
        }
    }

    /// The error for a step that starts at several revisions.
    pub(crate) fn several_starts(&self, starts: &[usize]) -> TargetError {
        TargetError::SeveralStarts {
            target: self.target.text.to_owned(),
            starts: starts.iter().map(|&at| self.graph.name(at)).collect(),
            step: self.target.rest.to_owned(),
        }
    }

    fn bases(&self) -> Result<Vec<usize>, TargetError> {
        let Some(history) = self.target.scope_history(self.graph) else {
            return self.without_history();
        };
        let nodes = self.graph.nodes();
        let bases = self.graph.bases().into_iter();
        Ok(bases
            .filter(|&base| nodes[base].history == history)
            .collect())
    }

    fn fork(
        &self,
        at: Option<usize>,
        taken: u64,
        branches: &[usize],
        direction: Direction,
    ) -> TargetError {
        TargetError::Fork {
            target: self.target.text.to_owned(),
            at: at.map(|at| self.graph.name(at)),
            taken,
            branches: branches.iter().map(|&at| self.graph.name(at)).collect(),
            direction,
            rest: self.target.rest.to_owned(),
        }
    }
}
