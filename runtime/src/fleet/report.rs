//! What a run over a fleet did.

use std::time::Duration;

use crate::error::Error;

/// What became of each member of a fleet.
#[derive(Debug)]
#[non_exhaustive]
pub struct FleetReport<T> {
    /// The members, in the order in which they were given.
    pub members: Vec<MemberReport<T>>,
    /// How long all of it took.
    pub duration: Duration,
}

/// What became of one member.
#[derive(Debug)]
#[non_exhaustive]
pub struct MemberReport<T> {
    /// The schema, or the database's URL without its password.
    pub name: String,
    /// What became of it.
    pub outcome: Outcome<T>,
}

/// What can become of a member.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome<T> {
    /// The first look has found it at head: nothing was done.
    AtHead,
    /// It went well; a [`Report`](crate::Report) or a [`Status`](crate::Status).
    Done(T),
    /// It failed.
    Failed(Error),
    /// Its turn did not come: a canary has failed, or too many others have.
    NotStarted,
}

impl<T> FleetReport<T> {
    /// Whether every member's turn came and went well.
    pub fn is_success(&self) -> bool {
        self.failed() == 0 && self.not_started() == 0
    }

    /// The members that have failed, with their errors.
    pub fn failures(&self) -> impl Iterator<Item = (&str, &Error)> {
        self.members
            .iter()
            .filter_map(|member| match &member.outcome {
                Outcome::Failed(error) => Some((member.name.as_str(), error)),
                _ => None,
            })
    }

    /// How many members were at head before.
    pub fn at_head(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::AtHead))
    }

    /// For how many members something was done, or looked at, and went well.
    pub fn done(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Done(_)))
    }

    /// How many members have failed.
    pub fn failed(&self) -> usize {
        self.failures().count()
    }

    /// How many members' turn did not come.
    pub fn not_started(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::NotStarted))
    }

    fn count(&self, is: impl Fn(&Outcome<T>) -> bool) -> usize {
        let outcomes = self.members.iter().map(|member| &member.outcome);
        outcomes.filter(|outcome| is(outcome)).count()
    }
}
