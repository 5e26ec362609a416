//! Why a target means nothing, or too much.

use crate::Direction;

/// A target that cannot be reached. All names are as the user may write them: ids, qualified by their
/// history where there are several.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TargetError {
    /// The text is empty, or no target was given at all.
    Empty,
    /// The text is not built as targets are.
    Malformed {
        /// The target.
        target: String,
        /// What is wrong with it.
        reason: Malformed,
    },
    /// No history has the name before the colon.
    UnknownHistory {
        /// That name.
        name: String,
        /// The histories that there are.
        histories: Vec<String>,
        /// The one that was probably meant.
        nearest: Option<String>,
    },
    /// No revision or label has this name or starts with it.
    Unknown {
        /// That name.
        name: String,
        /// The id or label that was probably meant.
        nearest: Option<String>,
        /// How many characters it would need to count as the start of a name, where it is one but
        /// has fewer.
        prefix_length: Option<usize>,
    },
    /// A name, or the start of one, fits several revisions.
    Ambiguous {
        /// That name.
        name: String,
        /// The revisions it fits.
        candidates: Vec<String>,
    },
    /// The revision exists, but not on the named branch.
    OutsideBranch {
        /// The revision.
        revision: String,
        /// The branch, as it was named.
        branch: String,
    },
    /// One head is asked for, and there are several.
    SeveralHeads {
        /// The target.
        target: String,
        /// The heads.
        heads: Vec<String>,
        /// What to write for all of them, where that is possible.
        all: Option<String>,
    },
    /// A relative step would start at several applied revisions and lead to different results.
    SeveralStarts {
        /// The target.
        target: String,
        /// The revisions it could start at.
        starts: Vec<String>,
        /// The relative step, such as `+1`.
        step: String,
    },
    /// A relative step does not say which history it is taken in.
    SeveralHistories {
        /// The target.
        target: String,
        /// The histories.
        histories: Vec<String>,
    },
    /// A walk comes to a fork.
    Fork {
        /// The target.
        target: String,
        /// Where the walk forks; `None` for below all bases.
        at: Option<String>,
        /// How many steps were taken until there.
        taken: u64,
        /// The revisions that could be next.
        branches: Vec<String>,
        /// Which way it goes.
        direction: Direction,
        /// The target without its branch, to be asked for on one of the branches.
        rest: String,
    },
    /// A walk has more steps than there are revisions.
    OffTheEnd {
        /// The target.
        target: String,
        /// Where the walk starts; `None` for below all bases.
        start: Option<String>,
        /// How many steps were asked for.
        asked: u64,
        /// How many there are.
        available: u64,
        /// Which way it goes.
        direction: Direction,
    },
    /// A relative step goes up for a downgrade or down for an upgrade.
    WrongDirection {
        /// The target.
        target: String,
        /// Where the command goes.
        direction: Direction,
    },
    /// A relative step of nothing.
    NoStep {
        /// The target.
        target: String,
    },
    /// A step where a revision has to be named.
    StepNotAllowed {
        /// The target.
        target: String,
    },
    /// A step down from what is applied, where nothing is.
    NothingApplied {
        /// The target.
        target: String,
        /// The branch of which nothing is applied, as it was named.
        branch: Option<String>,
    },
    /// A downgrade to a revision that is not applied and above which nothing is.
    NotApplied {
        /// The target.
        target: String,
        /// The revisions that are not applied.
        revisions: Vec<String>,
    },
}

/// What is wrong with how a target is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Malformed {
    /// Nothing stands before `@`.
    NoBranch,
    /// Nothing stands after `@` or `:`.
    NoPoint,
    /// There is more than one `@`.
    TwoBranches,
}
