//! Errors about targets in words: what was found, what was expected, and what to write instead.

use std::fmt;

use super::{Malformed, TargetError};
use crate::Direction;
use crate::text::{code, list};

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl std::error::Error for TargetError {}

impl TargetError {
    fn text(&self) -> String {
        match self {
            Self::Empty => {
                "the target is empty, expected a revision, a label, `head`, `heads`, `base` or \
                            a relative step"
                    .to_owned()
            }
            Self::Malformed { target, reason } => reason.text(target),
            Self::UnknownHistory { .. } | Self::Unknown { .. } => self.unknown(),
            Self::Ambiguous { name, candidates } => {
                format!(
                    "`{name}` is ambiguous, expected {}",
                    codes(candidates, "or")
                )
            }
            Self::OutsideBranch { revision, branch } => {
                format!("`{revision}` is not on the branch `{branch}`")
            }
            Self::SeveralHeads { target, heads, all } => {
                let heads = codes(heads, "and");
                let all = all
                    .as_ref()
                    .map(|all| format!(", or write `{all}` for all of them"));
                let all = all.unwrap_or_default();
                format!("`{target}` is ambiguous, the heads are {heads}; name one of them{all}")
            }
            Self::SeveralStarts {
                target,
                starts,
                step,
            } => {
                let applied = codes(starts, "and");
                let instead = codes(&on_branches(starts, step), "or");
                format!("`{target}` is ambiguous, {applied} are applied; write {instead}")
            }
            Self::SeveralHistories { target, histories } => {
                let qualified: Vec<_> = histories
                    .iter()
                    .map(|history| format!("{history}:{target}"))
                    .collect();
                format!(
                    "`{target}` names no history, expected {}",
                    codes(&qualified, "or")
                )
            }
            Self::Fork { .. } => self.fork(),
            Self::OffTheEnd { .. } => self.off_the_end(),
            Self::WrongDirection {
                target,
                direction: Direction::Up,
            } => format!(
                "`{target}` steps down from what is applied, but an upgrade steps up, such as with `+1`"
            ),
            Self::WrongDirection {
                target,
                direction: Direction::Down,
            } => format!(
                "`{target}` steps up from what is applied, but a downgrade steps down, such as with `-1`"
            ),
            Self::NoStep { target } => {
                format!("`{target}` is a step of nothing, expected 1 or more")
            }
            Self::StepNotAllowed { target } => format!(
                "`{target}` is a relative step, expected a revision, a label, `head`, `heads` or `base`"
            ),
            Self::NothingApplied {
                target,
                branch: None,
            } => format!("`{target}` has nowhere to start, no revision is applied"),
            Self::NothingApplied {
                target,
                branch: Some(branch),
            } => format!(
                "`{target}` has nowhere to start, no revision of the branch `{branch}` is applied"
            ),
            Self::NotApplied { target, revisions } => {
                let found = codes(revisions, "and");
                let verb = if revisions.len() == 1 { "is" } else { "are" };
                format!("nothing to downgrade to `{target}`, {found} {verb} not applied")
            }
        }
    }

    fn unknown(&self) -> String {
        let (found, nearest) = match self {
            Self::UnknownHistory {
                name,
                histories,
                nearest,
            } => {
                let found = format!("no history is called `{name}`");
                match codes(histories, "or").as_str() {
                    "" => (found, nearest),
                    known => (format!("{found}, expected {known}"), nearest),
                }
            }
            Self::Unknown {
                name,
                nearest,
                prefix_length,
            } => {
                let found = format!("no revision or label is called `{name}`");
                match prefix_length {
                    Some(length) => (
                        format!("{found}, and the start of one needs {length} characters or more"),
                        nearest,
                    ),
                    None => (format!("{found} or starts with it"), nearest),
                }
            }
            _ => return String::new(),
        };
        match nearest {
            Some(nearest) => format!("{found}, did you mean `{nearest}`"),
            None => found,
        }
    }

    fn fork(&self) -> String {
        let Self::Fork {
            target,
            at,
            taken,
            branches,
            direction,
            rest,
        } = self
        else {
            return String::new();
        };
        let after = match taken {
            0 => String::new(),
            1 => " after 1 step".to_owned(),
            taken => format!(" after {taken} steps"),
        };
        let next = codes(branches, "and");
        let why = match (direction, at) {
            (Direction::Up, None) => format!("there are the bases {next}"),
            (Direction::Up, Some(at)) => format!("`{at}` is followed by {next}"),
            (Direction::Down, at) => {
                format!("`{}` merges {next}", at.as_deref().unwrap_or_default())
            }
        };
        let instead = match direction {
            Direction::Up => format!("write {}", codes(&on_branches(branches, rest), "or")),
            Direction::Down => "name the revision to go down to".to_owned(),
        };
        format!("`{target}` is ambiguous{after}, {why}; {instead}")
    }

    fn off_the_end(&self) -> String {
        let Self::OffTheEnd {
            target,
            start,
            asked,
            available,
            direction,
        } = self
        else {
            return String::new();
        };
        let side = if *direction == Direction::Up {
            "above"
        } else {
            "below"
        };
        let start = start
            .as_ref()
            .map_or_else(|| "base".to_owned(), |start| code(start));
        let there = match available {
            0 => "there is none".to_owned(),
            1 => "there is only 1".to_owned(),
            available => format!("there are only {available}"),
        };
        let steps = if *asked == 1 { "step" } else { "steps" };
        format!("`{target}` asks for {asked} {steps} {side} {start}, but {there}")
    }
}

impl Malformed {
    fn text(self, target: &str) -> String {
        match self {
            Self::NoBranch => {
                format!("`{target}` has nothing before `@`, expected `BRANCH@TARGET`")
            }
            Self::NoPoint if target.ends_with('@') => {
                format!("`{target}` has nothing after `@`, expected `BRANCH@TARGET`")
            }
            Self::NoPoint => format!("`{target}` has nothing after `:`, expected `HISTORY:TARGET`"),
            Self::TwoBranches => {
                format!("`{target}` has more than one `@`, expected `BRANCH@TARGET`")
            }
        }
    }
}

fn codes(names: &[String], conjunction: &str) -> String {
    let names: Vec<String> = names.iter().map(|name| code(name)).collect();
    list(&names, conjunction)
}

/// The same target on each of several branches.
fn on_branches(branches: &[String], rest: &str) -> Vec<String> {
    branches
        .iter()
        .map(|branch| format!("{branch}@{rest}"))
        .collect()
}
