//! What a proof found.

use limbeck_model::Direction;
use limbeck_schema::Change;

use super::engine::{Failure, Rows, Unusable};
use super::hint;
use super::losses::Loss;
use super::swept::Swept;

/// Something that is wrong with a revision.
pub(super) enum Finding {
    /// A script fails whatever rows there are. Perhaps another name was meant.
    Fails(Direction, Failure, Option<String>),
    /// A script fails on tables that have rows; with `Hard`, only where these are such as few programs
    /// write.
    FailsOnRows(Rows, Direction, Failure),
    /// The schema after `@down` is not the one before `@up`.
    LeftBehind(Vec<Change>),
    /// `@up` does not apply after `@down`.
    NotTwice(Failure),
    /// `@up` gives another schema after `@down` than it gave before.
    OtherwiseTwice(Vec<Change>),
    /// A view, trigger or table cannot be used any more. Perhaps another name was meant.
    Unusable(Direction, Unusable, Option<String>),
    /// Rows are not what they were.
    Lost(Loss),
    /// Rows are gone with a table that they refer to, while it is rebuilt.
    Swept(Swept),
    /// A merge has another schema over one parent than over another.
    Order(usize, usize, Vec<Change>),
    /// What has to come before cannot all be applied, over this parent: this revision fails.
    Blocked(Option<usize>, usize, Failure),
}

impl Finding {
    /// The script and the statement that it is about, as far as it is about one.
    pub(super) fn place(&self) -> (Direction, Option<usize>) {
        match self {
            Self::Fails(direction, failure, _) | Self::FailsOnRows(_, direction, failure) => {
                (*direction, failure.statement)
            }
            Self::Swept(swept) => (swept.direction, Some(swept.statement)),
            Self::Unusable(direction, _, _) => (*direction, None),
            Self::NotTwice(failure) => (Direction::Up, failure.statement),
            Self::LeftBehind(_) | Self::Lost(_) => (Direction::Down, None),
            Self::OtherwiseTwice(_) | Self::Order(..) | Self::Blocked(..) => (Direction::Up, None),
        }
    }

    /// A script fails, but not with these rows.
    pub(super) fn rows(works_with: Rows, direction: Direction, failure: Failure) -> Self {
        let fails_with = match works_with {
            Rows::Plain => Rows::Hard,
            _ if hint::is_about_form(&failure.message) => Rows::Hard,
            _ => Rows::Plain,
        };
        Self::FailsOnRows(fails_with, direction, failure)
    }
}
