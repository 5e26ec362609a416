//! From the text of a target to its parts.
//!
//! Names may contain what looks like a step (`feature-1`), so names are looked up while the text is
//! taken apart: an exact name first, then a step whose left side is a name, then the start of a name.

use super::name::{Branch, Scope};
use super::{Malformed, TargetError};
use crate::graph::Graph;
use crate::suggest;

/// A target, taken apart: `HISTORY:BRANCH@POINT+STEP`.
#[derive(Clone, Debug)]
pub(crate) struct Target<'t> {
    /// The whole text.
    pub(crate) text: &'t str,
    /// The text after the branch.
    pub(crate) rest: &'t str,
    /// The only history that is meant.
    pub(crate) history: Option<&'t str>,
    /// The branch to stay on.
    pub(crate) branch: Option<Branch>,
    /// A fixed point; `None` stands for what is applied.
    pub(crate) point: Option<Point>,
    /// How far from there.
    pub(crate) step: Option<Step>,
}

/// A fixed point of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    /// Below all bases.
    Base,
    /// The only head.
    Head,
    /// All heads.
    Heads,
    /// One revision.
    Revision(usize),
}

/// A relative step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// So many revisions up.
    Up(u64),
    /// So many revisions down.
    Down(u64),
}

impl<'t> Target<'t> {
    pub(crate) fn parse(graph: &Graph<'_>, text: &'t str) -> Result<Self, TargetError> {
        if text.is_empty() {
            return Err(TargetError::Empty);
        }
        let malformed = |reason| TargetError::Malformed {
            target: text.to_owned(),
            reason,
        };
        let (history, unqualified) = match text.split_once(':') {
            Some((history, rest)) => (Some(known_history(graph, history)?), rest),
            None => (None, text),
        };
        let (branch, rest) = match unqualified.split_once('@') {
            Some(("", _)) => return Err(malformed(Malformed::NoBranch)),
            Some((_, rest)) if rest.contains('@') => {
                return Err(malformed(Malformed::TwoBranches));
            }
            Some((branch, rest)) => (Some(named_branch(graph, history, branch)?), rest),
            None => (None, unqualified),
        };
        if rest.is_empty() {
            return Err(malformed(Malformed::NoPoint));
        }
        let scope = Scope {
            graph,
            history,
            branch: branch.as_ref(),
        };
        let (point, step) = point_and_step(scope, rest)?;
        if matches!(step, Some(Step::Up(0) | Step::Down(0))) && point.is_none() {
            return Err(TargetError::NoStep {
                target: text.to_owned(),
            });
        }
        Ok(Self {
            text,
            rest,
            history,
            branch,
            point,
            step,
        })
    }

    /// Whether a revision is on the branch that the target names, if it names one.
    pub(crate) fn on_branch(&self, revision: usize) -> bool {
        self.branch
            .as_ref()
            .is_none_or(|branch| branch.members.contains(&revision))
    }

    /// The history that the target is about, where it is about one.
    pub(crate) fn scope_history<'g>(&self, graph: &'g Graph<'_>) -> Option<&'g str> {
        let named = |history: &str| {
            graph
                .histories()
                .iter()
                .copied()
                .find(|known| *known == history)
        };
        match (&self.branch, self.history, graph.histories()) {
            (Some(branch), _, _) => graph.nodes().get(branch.through).map(|node| node.history),
            (None, Some(history), _) => named(history),
            (None, None, [only]) => Some(only),
            (None, None, _) => None,
        }
    }
}

fn known_history<'t>(graph: &Graph<'_>, name: &'t str) -> Result<&'t str, TargetError> {
    let histories = graph.histories();
    if histories.contains(&name) {
        return Ok(name);
    }
    Err(TargetError::UnknownHistory {
        name: name.to_owned(),
        histories: histories
            .iter()
            .map(|&history| history.to_owned())
            .collect(),
        nearest: suggest::nearest(name, histories.iter().copied()).map(str::to_owned),
    })
}

fn named_branch(
    graph: &Graph<'_>,
    history: Option<&str>,
    name: &str,
) -> Result<Branch, TargetError> {
    let scope = Scope {
        graph,
        history,
        branch: None,
    };
    let through = scope.find(name)?.ok_or_else(|| scope.unknown(name))?;
    Ok(Branch {
        through,
        members: graph.lineage(through),
        name: name.to_owned(),
    })
}

fn point_and_step(
    scope: Scope<'_, '_>,
    text: &str,
) -> Result<(Option<Point>, Option<Step>), TargetError> {
    if let Some(point) = keyword(text) {
        return Ok((Some(point), None));
    }
    if let Some(exact) = scope.exact(text)? {
        return Ok((Some(Point::Revision(exact)), None));
    }
    let left = match split_step(text) {
        Some(("", step)) => return Ok((None, Some(step))),
        Some((left, step)) => {
            if let Some(point) = keyword(left) {
                return Ok((Some(point), Some(step)));
            }
            if let Some(found) = scope.find(left)? {
                return Ok((Some(Point::Revision(found)), Some(step)));
            }
            left
        }
        None => text,
    };
    match scope.prefix(text)? {
        Some(found) => Ok((Some(Point::Revision(found)), None)),
        None => Err(scope.unknown(left)),
    }
}

fn keyword(name: &str) -> Option<Point> {
    match name {
        "base" => Some(Point::Base),
        "head" => Some(Point::Head),
        "heads" => Some(Point::Heads),
        _ => None,
    }
}

/// A text's last `+N` or `-N` and what is left of it. More steps than a number can hold are more
/// than there are revisions, so the largest number stands for them.
fn split_step(text: &str) -> Option<(&str, Step)> {
    let left = text.trim_end_matches(|character: char| character.is_ascii_digit());
    let digits = &text[left.len()..];
    if digits.is_empty() {
        return None;
    }
    let count = digits.parse().unwrap_or(u64::MAX);
    if let Some(left) = left.strip_suffix('+') {
        Some((left, Step::Up(count)))
    } else {
        left.strip_suffix('-').map(|left| (left, Step::Down(count)))
    }
}
